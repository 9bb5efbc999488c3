/* SPDX-License-Identifier: Apache-2.0 */
/* Tuner of the kernel parameters below /proc/sys. */
#include <inttypes.h>

#include "base/sysctl_key.h"
#include "base/text.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* Seastar's appetite per shard: 1,024 storage events, 2 for preemption, 10,000 for the network,
 * rounded to what the kernel accounts (seastar src/core/reactor_backend.cc; redpanda issue 4004).
 */
#define AIO_PER_SHARD UINT64_C(11264)
#define AIO_FLOOR     UINT64_C(1048576)

/* What exists in the node's own network namespace only (kernel net/core/sysctl_net_core.c and
 * net/ipv4/sysctl_net_ipv4.c: tables registered for init_net). */
static const char *const init_only[] = {
    "net.core.rps_sock_flow_entries",
    "net.core.flow_limit_*",
    "net.core.netdev_*",
    "net.core.dev_weight*",
    "net.core.busy_poll",
    "net.core.busy_read",
    "net.core.default_qdisc",
    "net.core.rmem_*",
    "net.core.wmem_*",
    "net.core.bpf_jit_*",
    "net.core.tstamp_allow_data",
    "net.core.message_*",
    "net.ipv4.tcp_mem",
    "net.ipv4.udp_mem",
    "net.ipv4.tcp_max_orphans",
    "net.ipv4.tcp_available_*",
    "net.ipv4.inet_peer_*",
};

/* Keys for which the kernel asks for a capability whoever owns the file, some for reading too. */
struct right {
	const char *pattern;
	unsigned need;      /* enum need; 0: one that thintune gives up at its start */
	const char *set_by; /* then: what to do instead */
};

static const struct right rights[] = {
    {.pattern = "kernel.numa_balancing*", .need = NEED_SYS_ADMIN},
    {.pattern = "kernel.*_restrict", .need = NEED_SYS_ADMIN},
    {.pattern = "kernel.unprivileged_bpf_disabled", .need = NEED_SYS_ADMIN},
    {.pattern = "kernel.bpf_stats_enabled", .need = NEED_SYS_ADMIN},
    {.pattern = "kernel.sched_schedstats", .need = NEED_SYS_ADMIN},
    {.pattern = "kernel.task_delayacct", .need = NEED_SYS_ADMIN},
    {.pattern = "net.core.bpf_jit_*", .need = NEED_SYS_ADMIN},
    /* They may have to load a module. */
    {.pattern = "net.core.default_qdisc", .need = NEED_NET_ADMIN},
    {.pattern = "net.ipv4.tcp_congestion_control", .need = NEED_NET_ADMIN},
    {
	.pattern = "vm.mmap_min_addr",
	.set_by = "needs CAP_SYS_RAWIO, which thintune gives up at its start: use a sysctl.d file",
    },
    {
	.pattern = "kernel.yama.*",
	.set_by = "needs CAP_SYS_PTRACE, which thintune gives up at its start: use a sysctl.d file",
    },
};

struct rpk_switch {
	const char *pattern, *key;
};

static const struct rpk_switch rpk_switches[] = {
    {.pattern = "fs.aio-max-nr", .key = "tune_aio_events"},
    {.pattern = "vm.swappiness", .key = "tune_swappiness"},
    {.pattern = "net.*", .key = "tune_network"},
};

static bool matches(const char *const *patterns, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (text_glob(patterns[i], key))
			return true;
	}
	return false;
}

/* Rounded, so that a few requests more or less of others do not change the plan. */
#define AIO_STEP UINT64_C(65536)

/*
 * Requests in use by others than Redpanda. A running broker's own share is not counted twice. Where
 * it cannot be told whether one runs (a pod), or how many are in use, others get as much as this
 * node's broker would take: enough before it has started, and still enough once it has.
 */
static uint64_t aio_of_others(const struct facts *facts, uint64_t share, const char **ret_origin)
{
	uint64_t in_use = facts->host.aio_nr > 0 ? (uint64_t)facts->host.aio_nr : 0;
	uint64_t broker = facts->live.broker_shards * AIO_PER_SHARD;

	if (facts->host.aio_nr >= 0 && facts->live.broker_running != TRI_UNKNOWN) {
		*ret_origin = "others use them now";
		return in_use > broker ? in_use - broker : 0;
	}
	*ret_origin = facts->host.aio_nr < 0
			  ? "kept for others, since fs.aio-nr could not be read"
			  : "kept for others, since a running broker cannot be seen from here";
	return in_use > share ? in_use : share;
}

/* max(1048576, in use by others + 11264 x CPUs), rounded up. */
static const char *aio_max(const struct tuning *tuning, struct wish *wish)
{
	struct arena *arena = tuning->plan->arena;
	uint64_t cpus = cpuset_weight(&tuning->facts->topology.online);
	const char *origin;
	uint64_t others = aio_of_others(tuning->facts, cpus * AIO_PER_SHARD, &origin);
	uint64_t sum = others + cpus * AIO_PER_SHARD;

	wish->why = arena_printf(arena,
				 "%s (the larger of %" PRIu64 " and, in steps of %" PRIu64
				 ", what others use + %" PRIu64 " CPUs x %" PRIu64 ")",
				 wish->why ? wish->why : "asynchronous I/O events", AIO_FLOOR,
				 AIO_STEP, cpus, AIO_PER_SHARD);
	wish->measured = arena_printf(arena, "%" PRIu64 " (%s) + %" PRIu64 " = %" PRIu64, others,
				      origin, sum - others, sum);
	return arena_printf(arena, "%" PRIu64,
			    sum > AIO_FLOOR ? (sum + AIO_STEP - 1) / AIO_STEP * AIO_STEP
					    : AIO_FLOOR);
}

/* perftune's rule: 3 % of memory, in pages, as 1/2, 2/3 and the whole of it, rounded up. */
static const char *tcp_mem(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	uint64_t page = facts->live.page_bytes ? facts->live.page_bytes : 4096;
	uint64_t share = facts->host.memory_bytes / 100 * 3;

	if (!facts->host.memory_bytes)
		return NULL;
	return arena_printf(tuning->plan->arena, "%" PRIu64 " %" PRIu64 " %" PRIu64,
			    (share + 2 * page - 1) / (2 * page),
			    (2 * share + 3 * page - 1) / (3 * page), (share + page - 1) / page);
}

/* Turns `auto` into a number; false where there is no formula or not enough is known. */
static bool resolve_auto(const struct tuning *tuning, const char *key, const struct value *value,
			 struct wish *wish)
{
	const char *number = NULL;

	if (value->rule != RULE_AUTO && !value->auto_operand)
		return true;
	if (text_equal(key, "fs.aio-max-nr")) {
		number = aio_max(tuning, wish);
		wish->rule = value->auto_operand ? value->rule : RULE_AT_LEAST;
	} else if (text_equal(key, "net.ipv4.tcp_mem")) {
		number = tcp_mem(tuning);
		wish->rule = value->auto_operand ? value->rule : RULE_EXACT;
	}
	wish->operands = (names){0};
	if (number)
		vec_push(tuning->plan->arena, &wish->operands, number);
	return number;
}

/* A key of the other network namespace is reported and never written. */
static void choose_namespace(const struct tuning *tuning, const char *key, struct wish *wish)
{
	bool node_only = matches(init_only, sizeof(init_only) / sizeof(init_only[0]), key);

	if (node_only && tuning->request->netns != NETNS_BROKER)
		wish->needs |= NEED_INITIAL_NETNS;
	if (!text_starts(key, "net."))
		return;
	if (node_only)
		wish_of_host_netns(tuning, wish);
	else
		wish_of_broker_netns(tuning, wish);
}

static void add_rights(struct wish *wish)
{
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		if (!text_glob(rights[i].pattern, wish->name))
			continue;
		wish->needs |= rights[i].need;
		if (rights[i].set_by)
			wish_decide(wish, STATE_SKIPPED, rights[i].set_by);
	}
}

bool sysctl_wish(const struct tuning *tuning, const struct entry *entry, struct wish *ret)
{
	struct wish wish = {
	    .name = entry->key,
	    .path = arena_printf(tuning->plan->arena, "/proc/sys/%s",
				 sysctl_key_file(tuning->plan->arena, entry->key)),
	    .phase = PHASE_VALUES,
	};

	if (!wish_take(&wish, &entry->value, NULL))
		return false;
	if (!resolve_auto(tuning, entry->key, &entry->value, &wish)) {
		wish.kind = KIND_MANUAL;
		wish.path = NULL;
		wish_decide(&wish, STATE_UNSUPPORTED,
			    "there is no formula for it, or the node's memory is not known");
	} else {
		bool bounded = wish.rule == RULE_AT_LEAST || wish.rule == RULE_AT_MOST;

		wish.kind = bounded ? KIND_NUMBERS : KIND_TEXT;
	}
	add_rights(&wish);
	for (size_t i = 0; i < sizeof(rpk_switches) / sizeof(rpk_switches[0]); i++) {
		if (text_glob(rpk_switches[i].pattern, entry->key))
			wish.rpk_key = rpk_switches[i].key;
	}
	choose_namespace(tuning, entry->key, &wish);
	*ret = wish;
	return true;
}

void tune_sysctl(const struct tuning *tuning)
{
	vec_for_each (entry, &tuning->profile->entries) {
		struct wish wish;

		if (text_equal(entry->section, "sysctl") && sysctl_wish(tuning, entry, &wish))
			wish_add(tuning, wish);
	}
}
