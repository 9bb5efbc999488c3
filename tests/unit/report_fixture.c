/* SPDX-License-Identifier: Apache-2.0 */
#include "report_fixture.h"
#include "plan/verdict.h"

names fixture_name(struct fixture *fixture, const char *name)
{
	names list = {0};

	vec_push(fixture->arena, &list, name);
	return list;
}

static void add_settings(struct fixture *fixture)
{
	struct plan *plan = &fixture->plan;
	struct setting *scheduler;

	plan_add(plan, (struct wish){.tuner = "sysctl",
				     .name = "fs.aio-max-nr",
				     .path = "/proc/sys/fs/aio-max-nr",
				     .kind = KIND_NUMBER,
				     .rule = RULE_AT_LEAST,
				     .operands = fixture_name(fixture, "1048576"),
				     .severity = SEVERITY_REQUIRED,
				     .why = "contexts per core",
				     .source = "redpanda:12",
				     .decided.have = "65536",
				     .decided.want = "1048576",
				     .decided.state = STATE_DIFFERS});
	plan_add(plan, (struct wish){.tuner = "sysctl",
				     .name = "net.core.somaxconn",
				     .path = "/proc/sys/net/core/somaxconn",
				     .kind = KIND_NUMBER,
				     .rule = RULE_AT_LEAST,
				     .operands = fixture_name(fixture, "4096"),
				     .decided.have = "8192",
				     .decided.want = "8192",
				     .decided.state = STATE_SAME});
	scheduler =
	    plan_add(plan, (struct wish){.tuner = "disk-queue",
					 .name = "nvme0n1 scheduler",
					 .path = "/sys/nvme0n1/queue/scheduler",
					 .kind = KIND_CHOICE,
					 .rule = RULE_FIRST_OF,
					 .operands = fixture_name(fixture, "none"),
					 .why = "the device orders by itself",
					 .source = "redpanda:30",
					 .resets = fixture_name(fixture, "/sys/nvme0n1/queue/"),
					 .decided.have = "mq-deadline",
					 .decided.want = "none",
					 .decided.note = "needs CAP_SYS_ADMIN",
					 .decided.state = STATE_DIFFERS});
	scheduler->lacks_right = true;
	plan_add(plan, (struct wish){.tuner = "disk-queue",
				     .name = "nvme0n1 nomerges",
				     .path = "/sys/nvme0n1/queue/nomerges",
				     .kind = KIND_NUMBER,
				     .rule = RULE_EXACT,
				     .operands = fixture_name(fixture, "2"),
				     .decided.want = "2",
				     .decided.is_switched_off = true,
				     .decided.note = "redpanda.yaml:12 says so",
				     .decided.state = STATE_SKIPPED});
}

static void add_checks(struct fixture *fixture)
{
	plan_check(&fixture->plan, (struct check){.id = "filesystem",
						  .required = "xfs or ext4",
						  .have = "tmpfs",
						  .severity = SEVERITY_REQUIRED,
						  .state = CHECK_FAIL});
	plan_check(&fixture->plan,
		   (struct check){.id = "clock", .required = "in step", .state = CHECK_UNKNOWN});
	plan_check(&fixture->plan, (struct check){.id = "free-space",
						  .required = ">= 10.0 GiB",
						  .have = "183.2 GiB",
						  .varies = true,
						  .state = CHECK_PASS});
}

struct fixture *fixture_new(void)
{
	struct arena *arena = arena_new();
	struct fixture *fixture = arena_alloc(arena, sizeof(*fixture));
	struct facts *facts = &fixture->facts;

	fixture->arena = arena;
	fixture->plan.arena = arena;
	facts->live_root = true;
	facts->host.hostname = "db1";
	facts->host.node_id = "5dfb5385463d42698317cbb09fae3bb6";
	facts->host.kernel_release = "6.1.0";
	facts->host.cloud = "aws";
	facts->host.memory_bytes = UINT64_C(64) << 30;
	cpuset_add(arena, &facts->topology.online, 0);
	cpuset_add(arena, &facts->topology.online, 1);
	vec_push(arena, &facts->topology.nodes, (struct numa_node){0});
	facts->live.data_dir.path = "/data";
	facts->live.data_dir.exists = TRI_YES;
	facts->live.data_dir.fs_type = "xfs";
	vec_push(arena, &facts->disks, (struct disk){.name = "nvme0n1", .is_data = true});
	fixture->profile.name = "thin-ledger";
	fixture->profile.sha256 =
	    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
	vec_push(arena, &fixture->profile.sources, "thin-ledger (built in)");
	vec_push(arena, &fixture->profile.sources, "redpanda (built in)");
	add_settings(fixture);
	add_checks(fixture);
	fixture->report = (struct report){.command = "audit",
					  .facts = facts,
					  .profile = &fixture->profile,
					  .plan = &fixture->plan,
					  .run.date = "2026-11-30T14:00:00Z"};
	return fixture;
}

void fixture_freep(struct fixture **fixture)
{
	arena_free((*fixture)->arena);
}

struct report *fixture_report(struct fixture *fixture)
{
	fixture->report.verdict = plan_verdict(&fixture->plan, false);
	fixture->report.exit_code = fixture->report.verdict.exit_code;
	return &fixture->report;
}
