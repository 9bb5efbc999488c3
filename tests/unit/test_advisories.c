/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories: what a file may say, which source a kernel was built from, and what is affected. */
#include "base/text.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "scene.h"
#include "tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Files --------------------------------------------------------------------------------------- */

#define HEAD   "advisories:\n  - id: a\n    title: the title\n    advice: Do it.\n"
#define TAIL   "    sources: [\"https://x.org/y\"]\n    reviewed: \"2026-11-30\"\n"
#define KERNEL "    kernel: [{from: 6.1.5, before: \"6.9\"}]\n    distributions: ["

static void refuses(const char *text, const char *message)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	advisory_list list = {0};
	struct err err = {0};

	ck_assert_int_lt(advisories_read(arena, "f.yaml", text, strlen(text), &list, &err), 0);
	ck_assert_msg(text_starts(err.text, message), "%s\n%s", text, err.text);
	ck_assert_uint_eq(list.count, 0);
}

START_TEST(mistakes_are_refused_with_place)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {"", "f.yaml:1:1: this file is empty"},
	    {"- a\n", "f.yaml:1:1: a file of advisories is a map of keys, not a list"},
	    {"{}\n", "f.yaml:1:1: a file of advisories is a map of keys, not an empty one"},
	    {"advisries: []\n", "f.yaml:1:1: unknown key 'advisries' in a file of advisories; did "
				"you mean 'advisories'?"},
	    {"weather: []\n", "f.yaml:1:1: unknown key 'weather' in a file of advisories; known"},
	    {"advisories: x\n", "f.yaml:1:13: 'advisories' must be a list, not text"},
	    {"advisories: [x]\n", "f.yaml:1:14: an advisory is a map of keys, not text"},
	    {HEAD TAIL, "f.yaml:2:5: this advisory says of no kernel, file system"},
	    {HEAD "    filesystem: [xfs]\n", "f.yaml:2:5: this advisory has no 'sources'"},
	    {HEAD TAIL "    filesytem: [xfs]\n", "f.yaml:7:5: unknown key 'filesytem' in an "
						 "advisory; did you mean 'filesystem'?"},
	    {HEAD TAIL "    filesystem: xfs\n", "f.yaml:7:17: 'filesystem' must be a list, not t"},
	    {HEAD TAIL "    filesystem: []\n", "f.yaml:7:17: 'filesystem' must be a list, not an "},
	    {HEAD TAIL "    filesystem: [\"a b\"]\n", "f.yaml:7:18: 'filesystem' takes words"},
	    {HEAD TAIL "    container: [kubernets]\n", "f.yaml:7:17: 'container' must be one of"},
	    {HEAD TAIL "    node: [slow]\n", "f.yaml:7:12: 'node' must be one of tsc-unstable, "},
	    {HEAD TAIL "    flags: [--smb]\n", "f.yaml:7:13: 'flags' takes --smp, "},
	    {HEAD TAIL "    flags: x\n", "f.yaml:7:12: 'flags' must be a list"},
	    {HEAD TAIL "    severity: high\n", "f.yaml:7:15: 'severity' must be one of advised"},
	    {HEAD TAIL "    kernel: [x]\n", "f.yaml:7:14: a range of kernels is a map of keys"},
	    {HEAD TAIL "    kernel: [{from: \"6.1\"}]\n", "f.yaml:7:14: this range has no 'be"},
	    {HEAD TAIL "    kernel: [{befor: \"6.1\"}]\n",
	     "f.yaml:7:15: unknown key 'befor' in a "
	     "range of kernels; did you mean 'before'"},
	    {HEAD TAIL "    kernel: [{from: \"6.2\", before: \"6.1\"}]\n",
	     "f.yaml:7:14: no kernel is from 6.2 and before 6.1"},
	    {HEAD TAIL "    kernel: [{before: 6.1}]\n",
	     "f.yaml:7:23: 'before': write \"6.1\" in q"},
	    {HEAD TAIL "    kernel: [{before: v6}]\n", "f.yaml:7:23: 'before' must be a version"},
	    {HEAD TAIL "    flags: [--smp]\n    distributions: [{name: any, fixed: never}]\n",
	     "f.yaml:2:5: 'distributions' goes with 'kernel' only"},
	    {HEAD TAIL "    distributions: [{name: any}]\n", "f.yaml:7:21: this distribution has "
							     "no 'fixed'"},
	    {HEAD TAIL "    distributions: [{fixed: never}]\n", "f.yaml:7:21: this distribution "
								"has no 'name'"},
	    {HEAD TAIL "    distributions: [{name: debain, fixed: never}]\n",
	     "f.yaml:7:28: 'name' must be one of debian, ubuntu, rhel, suse, other, any, not "
	     "'debain'; did you mean 'debian'?"},
	    {HEAD TAIL "    distributions: [{name: rhel, from: x, fixed: never}]\n",
	     "f.yaml:7:40: 'from' must be a package's version"},
	    {HEAD TAIL "    distributions: [{name: rhel, fixed: soon}]\n",
	     "f.yaml:7:41: 'fixed' must be a package's version"},
	    {HEAD TAIL "    distributions: [{name: rhel, fixt: 1-1}]\n",
	     "f.yaml:7:34: unknown key 'fixt' in a distribution"},
	    {"advisories:\n  - id: a b\n", "f.yaml:2:9: 'id' must be a name of letters"},
	    {"advisories:\n  - id: -a\n", "f.yaml:2:9: 'id' must be a name of letters"},
	    {"advisories:\n  - title: 5\n", "f.yaml:2:12: 'title' must be text"},
	    {"advisories:\n  - sources: [http://x.org]\n", "f.yaml:2:15: a source is an address"},
	    {"advisories:\n  - sources: https://x.org\n", "f.yaml:2:14: 'sources' must be a list"},
	    {"advisories:\n  - reviewed: \"2026-02-29\"\n", "f.yaml:2:15: 'reviewed' must be a d"},
	    {"advisories:\n  - reviewed: \"2026-13-01\"\n", "f.yaml:2:15: 'reviewed' must be a d"},
	    {"advisories:\n  - reviewed: \"2026-1-01x\"\n", "f.yaml:2:15: 'reviewed' must be a d"},
	    {"advisories:\n  - reviewed: \"2026-04-31\"\n", "f.yaml:2:15: 'reviewed' must be a d"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(rows[i].text, rows[i].message);
}
END_TEST

START_TEST(packages_that_clear_nothing_are_refused)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {HEAD TAIL KERNEL "{name: debian, fixed: \"6\"}]\n",
	     "f.yaml:8:43: 'fixed' must be a pack"},
	    {HEAD TAIL KERNEL "{name: debian, fixed: 6-1}]\n",
	     "f.yaml:8:43: 'fixed' must be a pack"},
	    {HEAD TAIL KERNEL "{name: debian, fixed: 6.1.9-a}]\n", "f.yaml:8:43: 'fixed' must be"},
	    {HEAD TAIL KERNEL "{name: debian, fixed: 6.1.9-1b}]\n", "f.yaml:8:43: 'fixed' must be"},
	    {HEAD TAIL KERNEL "{name: debian, fixed: 6.1.9-1-a}]\n",
	     "f.yaml:8:43: 'fixed' must be"},
	    {HEAD TAIL KERNEL "{name: rhel, fixed: 6.1.9-1-a}]\n", "f.yaml:8:41: 'fixed' must be"},
	    {HEAD TAIL KERNEL "{name: ubuntu, fixed: 6.1.0-1.1-A}]\n", "f.yaml:8:43: 'fixed' must"},
	    {HEAD TAIL KERNEL "{name: any, fixed: 6.1.9-1}]\n",
	     "f.yaml:8:40: 'fixed' is one distribution's package; with the name 'any' goes 'fixed: "
	     "never' only"},
	    {HEAD TAIL KERNEL "{name: ubuntu, fixed: 6.1.0-1005.5}]\n",
	     "f.yaml:8:43: 'fixed' needs the flavour of this kernel, as in 6.1.0-1005.5-azure"},
	    {HEAD TAIL KERNEL "{name: debian, from: 6.1.9-1, fixed: 6.1.8-1}]\n",
	     "f.yaml:8:58: no package is from 6.1.9-1 and before 6.1.8-1"},
	    {HEAD TAIL KERNEL "{name: rhel, from: 6.1.9-1, fixed: 6.2.8-1}]\n",
	     "f.yaml:8:56: 'from' and 'fixed' are of one series and flavour"},
	    {HEAD TAIL KERNEL "{name: debian, fixed: 6.1.4-1}]\n",
	     "f.yaml:8:43: 'fixed': no kernel of this package's series is in a range of 'kernel'"},
	    {HEAD TAIL KERNEL "{name: ubuntu, fixed: 6.9.0-1.1}]\n",
	     "f.yaml:8:43: 'fixed': no kernel of this package's series is in a range of 'kernel'"},
	    {HEAD TAIL KERNEL "{name: ubuntu, from: 5.9.0-1.1, fixed: never}]\n",
	     "f.yaml:8:42: 'from': no kernel of this package's series is in a range of 'kernel'"},
	    {HEAD TAIL KERNEL "{name: suse, fixed: never}, {name: suse, fixed: never}]\n",
	     "f.yaml:8:49: another row is for the same kernels of suse; there is one for each "
	     "series"},
	    {HEAD TAIL KERNEL
	     "{name: suse, fixed: 5.3.18-1}, {name: suse, from: 5.3.18-2, fixed: never}]\n",
	     "f.yaml:8:52: another row is for the same kernels of suse; there is one for each "
	     "series"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(rows[i].text, rows[i].message);
}
END_TEST

START_TEST(an_id_is_there_once)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	static const char text[] = "advisories:\n  - id: ext4-direct-io\n";
	advisory_list list = {0};
	struct err err = {0};
	size_t count;

	advisories_add_builtin(arena, &list);
	count = list.count;
	ck_assert_uint_ge(count, 5);
	ck_assert_int_lt(advisories_read(arena, "f.yaml", text, strlen(text), &list, &err), 0);
	ck_assert_str_eq(err.text, "f.yaml:2:9: 'ext4-direct-io' is the id of advisories:4, "
				   "too");
	ck_assert_uint_eq(list.count, count);
}
END_TEST

START_TEST(too_many_are_refused)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str many = str_new(arena), items = str_new(arena);
	advisory_list list = {0};
	struct err err = {0};

	str_add(&many, "advisories:\n");
	for (unsigned i = 0; i < 257; i++)
		str_printf(&many,
			   "  - {id: a%u, title: t, advice: d, filesystem: [xfs], sources: "
			   "[\"https://x\"], reviewed: \"2024-02-29\", severity: required}\n",
			   i);
	ck_assert_int_lt(advisories_read(arena, "f", many.text, many.length, &list, &err), 0);
	ck_assert_str_eq(err.text, "f:258:5: more than 256 advisories");
	str_add(&items, "advisories:\n  - filesystem: [a");
	for (unsigned i = 0; i < 32; i++)
		str_add(&items, ", a");
	str_add(&items, "]\n");
	ck_assert_int_lt(advisories_read(arena, "f", items.text, items.length, &list, &err), 0);
	ck_assert_str_eq(err.text, "f:2:17: 'filesystem' has more than 32 items");
}
END_TEST

/* Kernels ------------------------------------------------------------------------------------- */

struct kernel {
	const char *release, *version, *signature;
	const char *upstream, *distribution, *package;
	bool is_backport;
};

static const struct kernel kernels[] = {
    {.release = "6.1.64", .upstream = "6.1.64"},
    {.release = "6.12.0", .upstream = "6.12.0"},
    {.release = "6.12.0-rc3", .upstream = "6.12.0"},
    {.release = "6.1.64-local", .upstream = "6.1.64", .distribution = "other"},
    {.release = "6.1.66-91.160.amzn2023.x86_64", .upstream = "6.1.66", .distribution = "other"},
    {.release = "6.1.0-14-amd64", .upstream = "6.1", .distribution = "other"},
    {.release = "6.1.0-14-amd64",
     .version = "Linux version 6.1.0-14-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP "
		"PREEMPT_DYNAMIC Debian 6.1.64-1 (2023-11-30)",
     .upstream = "6.1.64",
     .distribution = "debian",
     .package = "6.1.64-1"},
    {.release = "6.1.0-14-amd64",
     .version = "Linux version 6.1.0-14-amd64 SMP Debian strange",
     .upstream = "6.1",
     .distribution = "debian"},
    {.release = "5.15.0-91-generic",
     .version = "Linux version 5.15.0-91-generic (buildd@x) #101-Ubuntu SMP Tue Nov 14",
     .signature = "Ubuntu 5.15.0-91.101-generic 5.15.131",
     .upstream = "5.15.131",
     .distribution = "ubuntu",
     .package = "5.15.0-91.101-generic"},
    {.release = "5.15.0-91-generic",
     .version = "Linux version 5.15.0-91-generic (buildd@x) #101-Ubuntu SMP Tue Nov 14",
     .upstream = "5.15",
     .distribution = "ubuntu"},
    {.release = "5.14.0-427.13.1.el9_4.x86_64",
     .upstream = "5.14.0",
     .distribution = "rhel",
     .package = "5.14.0-427.13.1.el9_4.x86_64",
     .is_backport = true},
    {.release = "6.4.0-150600.23.7-default",
     .upstream = "6.4.0",
     .distribution = "suse",
     .package = "6.4.0-150600.23.7-default",
     .is_backport = true},
    {.release = "6"},
    {.release = "strange"},
    {.release = NULL},
};

START_TEST(what_a_kernel_was_built_from)
{
	const struct kernel *want = &kernels[_i];
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {.host.kernel_release = want->release};

	if (want->version)
		tree_file(tree, "/proc/version", want->version);
	if (want->signature)
		tree_file(tree, "/proc/version_signature", want->signature);
	facts_kernel_build(tree_open(tree), tree->arena, &facts);
	ck_assert_pstr_eq(facts.host.build.upstream, want->upstream);
	ck_assert_pstr_eq(facts.host.build.distribution, want->distribution);
	ck_assert_pstr_eq(facts.host.build.package, want->package);
	ck_assert_int_eq(facts.host.build.is_backport, want->is_backport);
}
END_TEST

/* Checks -------------------------------------------------------------------------------------- */

/* The built-in advisories, or those of a text. */
static struct scene *advising(const char *text)
{
	struct scene *scene = scene_new();
	struct err err = {0};

	scene_want(scene, "checks", "advisories", RULE_EXACT, "true");
	if (text)
		ck_assert_msg(advisories_read(scene->arena, "f.yaml", text, strlen(text),
					      &scene->request.advisories, &err) == 0,
			      "%s", err.text);
	else
		advisories_add_builtin(scene->arena, &scene->request.advisories);
	return scene;
}

static const char *state_of(struct scene *scene, const char *id)
{
	scene_run(scene, tune_checks);
	return plan_check_state_names[scene_find_check(scene, id)->state];
}

/* State and what was seen. */
static const char *seen(struct scene *scene, const char *id)
{
	const char *state = state_of(scene, id);

	return arena_printf(scene->arena, "%s %s", state,
			    text_or(scene_find_check(scene, id)->have, "-"));
}

START_TEST(direct_writes_to_ext4)
{
	static const struct {
		struct kernel_build build;
		const char *fs_type, *state;
	} rows[] = {
	    {{.upstream = "6.1.64"}, "ext4", "fail"},
	    {{.upstream = "6.1.65"}, "ext4", "fail"},
	    {{.upstream = "6.1.64"}, "xfs", "pass"},
	    {{.upstream = "6.1.64"}, NULL, "unknown"},
	    {{.upstream = "6.1.63"}, "ext4", "pass"},
	    {{.upstream = "6.1.66"}, "ext4", "pass"},
	    {{.upstream = "6.2.0"}, "ext4", "pass"},
	    {{.upstream = NULL}, "ext4", "unknown"},
	    {{.upstream = NULL}, "xfs", "pass"},
	    {{.upstream = "6.1", .distribution = "other"}, "ext4", "unknown"},
	    {{.upstream = "6.2", .distribution = "other"}, "ext4", "pass"},
	    {{.upstream = "6.1.64", .distribution = "other"}, "ext4", "unknown"},
	    {{.upstream = "6.1.66", .distribution = "other"}, "ext4", "pass"},
	    {{.upstream = "6.1.64", .distribution = "debian", .package = "6.1.64-1"},
	     "ext4",
	     "fail"},
	    {{.upstream = "6.1.66", .distribution = "debian", .package = "6.1.66-1"},
	     "ext4",
	     "pass"},
	    {{.upstream = "6.1.38", .distribution = "debian", .package = "6.1.38-4"},
	     "ext4",
	     "pass"},
	    {{.upstream = "6.1", .distribution = "debian"}, "ext4", "unknown"},
	    {{.upstream = "6.5", .distribution = "debian"}, "ext4", "pass"},
	    {{.upstream = "5.14.0", .distribution = "rhel", .is_backport = true},
	     "ext4",
	     "unknown"},
	    {{.upstream = "6.12.0", .distribution = "rhel", .is_backport = true}, "ext4", "pass"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = advising(NULL);

		scene->facts.host.build = rows[i].build;
		scene->facts.live.data_dir.fs_type = rows[i].fs_type;
		ck_assert_msg(text_equal(state_of(scene, "advisory-ext4-direct-io"), rows[i].state),
			      "row %zu: %s", i, state_of(scene, "advisory-ext4-direct-io"));
	}
}
END_TEST

START_TEST(what_a_check_says)
{
	_cleanup_scene_ struct scene *scene = advising(NULL);
	const struct check *check;

	scene->facts.host.build = (struct kernel_build){
	    .upstream = "6.1.64", .distribution = "debian", .package = "6.1.64-1"};
	scene->facts.live.data_dir.fs_type = "ext4";
	scene_run(scene, tune_checks);
	check = scene_find_check(scene, "advisory-ext4-direct-io");
	ck_assert_str_eq(check->have, "Linux 6.1.64 (debian 6.1.64-1), ext4");
	ck_assert_int_eq(check->severity, SEVERITY_ADVISED);
	ck_assert_ptr_nonnull(strstr(check->note, "direct writes to ext4"));
	ck_assert_ptr_nonnull(strstr(check->note, "bug=1057843"));
	ck_assert_str_eq(check->source, "advisories:4");
	scene->facts.live.data_dir.fs_type = "xfs";
	ck_assert_str_eq(state_of(scene, "advisory-ext4-direct-io"), "pass");
	ck_assert_str_eq(scene_note(scene, "advisory-ext4-direct-io"), "");
	scene->facts.live.data_dir.fs_type = NULL;
	ck_assert_str_eq(state_of(scene, "advisory-ext4-direct-io"), "unknown");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "advisory-ext4-direct-io"), "not known"));
}
END_TEST

START_TEST(lock_ups_in_containers)
{
	_cleanup_scene_ struct scene *scene = advising(NULL);
	struct redpanda_config config = {.path = "/etc/redpanda/redpanda.yaml"};
	const char *id = "advisory-container-lock-up";

	scene->facts.host.build = (struct kernel_build){
	    .upstream = "6.12.63", .distribution = "debian", .package = "6.12.63-1"};
	ck_assert_str_eq(state_of(scene, id), "unknown");
	scene->facts.live.container = "kubernetes";
	ck_assert_str_eq(state_of(scene, id), "fail");
	ck_assert_str_eq(scene_find_check(scene, id)->have,
			 "Linux 6.12.63 (debian 6.12.63-1), container: kubernetes");
	/* The number is all that is known of it, and later kernels have the fault. */
	scene->facts.host.build = (struct kernel_build){
	    .upstream = "5.14.0", .distribution = "rhel", .is_backport = true};
	ck_assert_str_eq(state_of(scene, id), "unknown");
	scene->facts.host.build = (struct kernel_build){.upstream = "7.0.3"};
	ck_assert_str_eq(state_of(scene, id), "fail");
	scene->request.redpanda = &config;
	ck_assert_str_eq(state_of(scene, id), "fail");
	start_flags_add_key(scene->arena, &config.flags, RPK_OVERPROVISIONED, "true", 3);
	ck_assert_str_eq(state_of(scene, id), "pass");
	config.flags.at[0] = (struct start_flag){.name = "--overprovisioned", .value = "false"};
	ck_assert_str_eq(state_of(scene, id), "fail");
	config.flags.at[0].value = "";
	ck_assert_str_eq(state_of(scene, id), "pass");
	scene->request.redpanda = NULL;
	scene->facts.live.container = "none";
	ck_assert_str_eq(state_of(scene, id), "pass");
	scene->facts.live.container = "kubernetes";
	scene->facts.host.build.upstream = "7.1";
	ck_assert_str_eq(state_of(scene, id), "pass");
}
END_TEST

START_TEST(lazytime)
{
	_cleanup_scene_ struct scene *scene = advising(NULL);
	const char *id = "advisory-lazytime-nowait";

	scene->facts.host.build = (struct kernel_build){.upstream = "6.8.1"};
	ck_assert_str_eq(state_of(scene, id), "unknown");
	scene->facts.live.data_dir.mount_options = "rw,noatime";
	ck_assert_str_eq(seen(scene, id), "pass Linux 6.8.1, without lazytime");
	scene->facts.live.data_dir.mount_options = "rw,lazytime";
	ck_assert_str_eq(seen(scene, id), "fail Linux 6.8.1, lazytime");
	scene->facts.host.build.upstream = "7.0.1";
	ck_assert_str_eq(state_of(scene, id), "pass");
}
END_TEST

START_TEST(states_of_the_node)
{
	_cleanup_scene_ struct scene *scene = advising(NULL);

	ck_assert_str_eq(state_of(scene, "advisory-tsc-unstable"), "unknown");
	ck_assert_ptr_null(scene_find_check(scene, "advisory-tsc-unstable")->have);
	scene->facts.clocksources = "hpet acpi_pm";
	scene->facts.host.cpu_flags = scene_words(scene, "asimd");
	ck_assert_str_eq(seen(scene, "advisory-tsc-unstable"), "pass no steady time stamp counter");
	scene->facts.host.cpu_flags = scene_words(scene, "constant_tsc nonstop_tsc");
	ck_assert_str_eq(state_of(scene, "advisory-tsc-unstable"), "fail");
	scene->facts.clocksources = "tsc hpet";
	ck_assert_str_eq(seen(scene, "advisory-tsc-unstable"), "pass clock sources tsc hpet");

	ck_assert_str_eq(state_of(scene, "advisory-io-uring-disabled"), "unknown");
	/* Root may use it where others may not. */
	scene->facts.live.io_uring = TRI_YES;
	ck_assert_str_eq(state_of(scene, "advisory-io-uring-disabled"), "unknown");
	ck_assert_ptr_null(scene_find_check(scene, "advisory-io-uring-disabled")->have);
	scene->facts.host.has_no_io_uring_key = true;
	ck_assert_str_eq(seen(scene, "advisory-io-uring-disabled"),
			 "pass no kernel.io_uring_disabled");
	scene->facts.host.has_no_io_uring_key = false;
	scene->facts.host.io_uring_disabled = 2;
	ck_assert_str_eq(seen(scene, "advisory-io-uring-disabled"),
			 "fail kernel.io_uring_disabled = 2");
	scene->facts.host.io_uring_disabled = 0;
	ck_assert_str_eq(seen(scene, "advisory-io-uring-disabled"),
			 "pass kernel.io_uring_disabled = 0");
}
END_TEST

START_TEST(a_site_s_own)
{
	_cleanup_scene_ struct scene *scene =
	    advising(HEAD TAIL "    severity: required\n"
			       "    driver: [mlx5*]\n"
			       "    flags: [--smp]\n"
			       "    container: [\"false\"]\n"
			       "  - id: b\n    title: b\n    advice: b\n" TAIL
			       "    kernel: [{before: \"6.6\"}, {from: \"6.8\", before: \"6.9\"}]\n"
			       "    distributions: [{name: rhel, from: 5.14.0-400, fixed: "
			       "5.14.0-427.13}, {name: ubuntu, fixed: 6.5.0-41}]\n");
	struct redpanda_config config = {.path = "/etc/redpanda/redpanda.yaml"};
	struct nic nic = {.name = "eth0", .driver = "mlx5_core"};
	struct disk disk = {.name = "sda", .driver = "mlx5x", .is_data = true};
	struct kernel_build *build = &scene->facts.host.build;

	scene->facts.live.container = "none";
	scene->facts.data_problem = "no disk";
	ck_assert_str_eq(state_of(scene, "advisory-a"), "unknown");
	scene->request.redpanda = &config;
	ck_assert_str_eq(seen(scene, "advisory-a"),
			 "pass container: none, no disk and no card, no --smp");
	start_flags_add_key(scene->arena, &config.flags, "--smp", "3", 1);
	ck_assert_str_eq(state_of(scene, "advisory-a"), "unknown");
	vec_push(scene->arena, &scene->facts.nics, nic);
	scene->facts.data_problem = NULL;
	scene->facts.data_gap = "not all of them";
	ck_assert_str_eq(state_of(scene, "advisory-a"), "unknown");
	scene->facts.data_gap = NULL;
	ck_assert_str_eq(state_of(scene, "advisory-a"), "pass");
	scene->facts.nics.at[0].is_tuned = true;
	scene->facts.nics.at[0].driver = NULL;
	ck_assert_str_eq(state_of(scene, "advisory-a"), "unknown");
	scene->facts.nics.at[0].is_virtual = true;
	ck_assert_str_eq(state_of(scene, "advisory-a"), "pass");
	scene->facts.nics.at[0].driver = "mlx5_core";
	ck_assert_str_eq(state_of(scene, "advisory-a"), "fail");
	ck_assert_int_eq(scene_find_check(scene, "advisory-a")->severity, SEVERITY_REQUIRED);
	scene->facts.nics.count = 0;
	disk.driver = NULL;
	vec_push(scene->arena, &scene->facts.disks, disk);
	ck_assert_str_eq(state_of(scene, "advisory-a"), "unknown");
	scene->facts.disks.at[0].driver = "nvme";
	ck_assert_str_eq(seen(scene, "advisory-a"), "pass container: none, drivers nvme, --smp");
	scene->facts.disks.at[0].is_stacked = true;
	scene->facts.disks.at[0].driver = NULL;
	ck_assert_str_eq(state_of(scene, "advisory-a"), "pass");
	scene->facts.disks.at[0] = (struct disk){.name = "sda", .driver = "mlx5x", .is_data = true};
	ck_assert_str_eq(state_of(scene, "advisory-a"), "fail");

	*build = (struct kernel_build){.upstream = "6.7"};
	ck_assert_str_eq(state_of(scene, "advisory-b"), "pass");
	build->upstream = "4.4.1";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "fail");
	build->upstream = "6.8.4";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "fail");
	*build = (struct kernel_build){.upstream = "5.14.0",
				       .distribution = "rhel",
				       .package = "5.14.0-427.13.1.el9",
				       .is_backport = true};
	ck_assert_str_eq(state_of(scene, "advisory-b"), "pass");
	build->package = "5.14.0-427.12.1.el9";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "fail");
	build->package = "5.14.0-362.8.1.el9";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "pass");
	*build = (struct kernel_build){.upstream = "6.5.13", .distribution = "ubuntu"};
	ck_assert_str_eq(state_of(scene, "advisory-b"), "unknown");
	build->package = "6.5.0-41.41-generic";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "pass");
	build->package = "6.5.0-40.40-generic";
	ck_assert_str_eq(state_of(scene, "advisory-b"), "fail");
}
END_TEST

/* A later number says something only within one series and flavour. */
START_TEST(each_series_and_flavour_has_its_row)
{
	static const struct {
		const char *distribution, *upstream, *package, *state;
		bool is_backport;
	} rows[] = {
	    {"ubuntu", "6.8.1", "6.8.0-39.39-generic", "fail", false},
	    {"ubuntu", "6.8.1", "6.8.0-40.40-generic", "pass", false},
	    {"ubuntu", "6.8.1", "6.8.0-40.40~22.04.1-generic-64k", "pass", false},
	    {"ubuntu", "6.8.1", "6.8.0-1004.4-azure", "fail", false},
	    {"ubuntu", "6.8.1", "6.8.0-1005.5-azure", "pass", false},
	    {"ubuntu", "6.8.1", "6.8.0-1009.9-aws", "unknown", false},
	    {"ubuntu", "6.5.9", "6.5.0-44.44-generic", "fail", false},
	    {"ubuntu", "6.5.9", "6.5.0-45.45-generic", "pass", false},
	    {"ubuntu", "6.7.1", "6.7.0-99.99-generic", "unknown", false},
	    {"ubuntu", "6.9.1", "6.9.0-1.1-generic", "pass", false},
	    {"ubuntu", "6.8.1", "odd", "unknown", false},
	    {"ubuntu", "6.8.1", NULL, "unknown", false},
	    {"debian", "6.6.9", "6.6.9-1", "fail", false},
	    {"debian", "6.5.8", "6.5.8-1~bpo12+1", "pass", false},
	    {"debian", "6.5.7", "6.5.7-1", "fail", false},
	    {"debian", "6.8.7", "6.8.7-1+deb12u1", "fail", false},
	    {"debian", "6.8.7", "6.8.7-1", "fail", false},
	    {"debian", "6.8.7", "6.8.7-1+deb12u2", "pass", false},
	    {"debian", "6.8", "6.8~rc5-1~exp1", "unknown", false},
	    {"rhel", "5.14.0", "5.14.0-427.el9.x86_64", "unknown", true},
	    {"rhel", "5.14.0", "5.14.0-427.5.1.el9_4.x86_64", "pass", true},
	    {"rhel", "5.14.0", "5.14.0-503.1.1.rt14.1.el9.x86_64", "unknown", true},
	    {"rhel", "5.15.0", "5.15.0-206.1.1.el9uek.x86_64", "fail", true},
	    {"rhel", "5.15.0", "5.15.0-205.1.1.el9uek.x86_64", "pass", true},
	    {"rhel", "6.12.0", "6.12.0-1.el10.x86_64", "pass", true},
	    {"suse", "6.4.0", "6.4.0-9-azure", "fail", true},
	    {"suse", "6.4.0", "6.4.0-9-default", "unknown", true},
	    {"other", "6.8.1", NULL, "fail", false},
	};
	_cleanup_scene_ struct scene *scene =
	    advising(HEAD TAIL "    kernel: [{from: \"6.5\", before: \"6.9\"}]\n"
			       "    distributions:\n"
			       "      - {name: ubuntu, fixed: 6.5.0-45.45}\n"
			       "      - {name: ubuntu, fixed: 6.8.0-40.40}\n"
			       "      - {name: ubuntu, fixed: 6.8.0-1005.5-azure}\n"
			       "      - {name: debian, fixed: never}\n"
			       "      - {name: debian, fixed: 6.5.8-1}\n"
			       "      - {name: debian, fixed: 6.8.7-1+deb12u2}\n"
			       "      - {name: rhel, fixed: 5.14.0-427.5.1.el9_4}\n"
			       "      - {name: rhel, from: 5.15.0-206.el9uek, fixed: never}\n"
			       "      - {name: suse, from: 6.4.0-9-azure, fixed: never}\n"
			       "      - {name: any, fixed: never}\n");

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene->facts.host.build =
		    (struct kernel_build){.upstream = rows[i].upstream,
					  .distribution = rows[i].distribution,
					  .package = rows[i].package,
					  .is_backport = rows[i].is_backport};
		ck_assert_msg(text_equal(state_of(scene, "advisory-a"), rows[i].state), "%s: %s",
			      rows[i].package, state_of(scene, "advisory-a"));
	}
}
END_TEST

START_TEST(the_profile_has_its_say)
{
	_cleanup_scene_ struct scene *scene = advising(NULL);

	scene->profile.entries.at[0].value.severity = SEVERITY_REQUIRED;
	scene->request.advisories_fault = "f.yaml:1:1: bad";
	ck_assert_str_eq(state_of(scene, "advisories"), "unknown");
	ck_assert_str_eq(scene_note(scene, "advisories"), "f.yaml:1:1: bad");
	ck_assert_int_eq(scene_find_check(scene, "advisory-lazytime-nowait")->severity,
			 SEVERITY_REQUIRED);
	scene->profile.entries.at[0].value.rule = RULE_LEAVE;
	scene_run(scene, tune_checks);
	ck_assert_uint_eq(scene->plan.checks.count, 0);
	/* A profile that does not speak of them knows of none. */
	scene_clear(scene);
	ck_assert_str_eq(state_of(scene, "advisory-lazytime-nowait"), "unknown");
	ck_assert_int_eq(scene_find_check(scene, "advisory-lazytime-nowait")->severity,
			 SEVERITY_ADVISED);
	ck_assert_str_eq(scene_find_check(scene, "advisories")->source, ADVISORIES_FILE);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_loop_test(group, what_a_kernel_was_built_from, 0, (int)COUNT(kernels));
}

RUN_SUITE_WITH("advisories", prepare, mistakes_are_refused_with_place,
	       packages_that_clear_nothing_are_refused, an_id_is_there_once, too_many_are_refused,
	       direct_writes_to_ext4, what_a_check_says, lock_ups_in_containers, lazytime,
	       states_of_the_node, a_site_s_own, each_series_and_flavour_has_its_row,
	       the_profile_has_its_say)
