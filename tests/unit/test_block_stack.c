/* SPDX-License-Identifier: Apache-2.0 */
/* Devices made of others: which of them have a queue that counts, and what lies below them. */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "sys_tree.h"

#define SLOT(n)      "/sys/devices/pci0000:00/0000:0" #n ":00.0"
#define VIRTUAL      "/sys/devices/virtual/block"
#define LOOP(n)      "/.thintune/loop/loop" #n
#define ERRORS(line) "/.thintune/errors", line

/* "nvme0n1 < chain" of each data disk, "+" for one made of others, "(dm-0)" for a path of that. */
static const char *data_disks(struct tree *tree, const struct facts *facts)
{
	names list = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(tree->arena, &list,
				 arena_printf(tree->arena, "%s%s%s%s%s", disk->name,
					      disk->is_stacked ? "+" : "", disk->path_of ? "(" : "",
					      disk->path_of ? disk->path_of : "",
					      disk->path_of ? ")" : ""));
	}
	return list.count ? text_join(tree->arena, &list, " ") : "";
}

static const char *chain_of(const struct facts *facts, const char *name)
{
	return disk_named(facts, name)->chain;
}

/* The device NAME on one or two others; the scheduler as its file shows it, NULL: no such file. */
static const char *stack(struct tree *tree, const char *name, const char *dev,
			 const char *scheduler, const char *first, const char *second)
{
	const char *const slaves[] = {first, second, NULL};
	const char *dir = arena_printf(tree->arena, VIRTUAL "/%s", name);

	sys_stacked(tree, name, dev, slaves);
	for (size_t i = 0; slaves[i]; i++)
		sys_link(tree, arena_printf(tree->arena, "%s/holders/%s", slaves[i], name), dir);
	if (scheduler)
		sys_attr(tree, dir, "queue/scheduler", scheduler);
	return dir;
}

static const char *disk(struct tree *tree, unsigned number, const char *scheduler)
{
	const char *slots[] = {SLOT(1), SLOT(2), SLOT(3), SLOT(4)};
	const char *dir =
	    sys_nvme(tree, slots[number], number, arena_printf(tree->arena, "259:%u", number * 10));

	sys_attr(tree, dir, "queue/scheduler", scheduler);
	return dir;
}

static const char *part(struct tree *tree, const char *disk, unsigned number, const char *dev)
{
	const char *dir =
	    arena_printf(tree->arena, "%s/%sp%u", disk, strrchr(disk, '/') + 1, number);

	sys_partition(tree, dir, dev);
	return dir;
}

/* file: what it is made of; device: on which that lies; NULL: the record does not say. */
static const char *loop(struct tree *tree, unsigned number, const char *file, const char *device)
{
	const char *dir =
	    stack(tree, arena_printf(tree->arena, "loop%u", number),
		  arena_printf(tree->arena, "7:%u", number), "[none] mq-deadline", NULL, NULL);

	sys_attr(tree, dir, "loop/backing_file", file);
	if (device)
		tree_file(tree, arena_printf(tree->arena, "/.thintune/loop/loop%u", number),
			  device);
	return dir;
}

/* Multipath ----------------------------------------------------------------------------------- */

START_TEST(a_multipath_device_orders_requests_itself)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *multipath = stack(tree, "dm-0", "252:0", "mq-deadline kyber [bfq] none",
				      disk(tree, 0, "[mq-deadline] none"), disk(tree, 1, "[none]"));
	const struct facts *facts = sys_block(tree, "252:0");

	ck_assert_str_eq(data_disks(tree, facts), "dm-0+ nvme0n1(dm-0) nvme1n1(dm-0)");
	ck_assert_str_eq(chain_of(facts, "dm-0"), "dm-0");
	ck_assert_str_eq(chain_of(facts, "nvme0n1"), "dm-0");
	/* A partition of it, and LVM on that: both bio-based. */
	stack(tree, "dm-2", "252:2", "none", stack(tree, "dm-1", "252:1", NULL, multipath, NULL),
	      NULL);
	facts = sys_block(tree, "252:2");
	ck_assert_str_eq(data_disks(tree, facts), "dm-0+ nvme0n1(dm-0) nvme1n1(dm-0)");
	ck_assert_str_eq(chain_of(facts, "dm-0"), "dm-1 < dm-2");
	ck_assert_str_eq(chain_of(facts, "nvme1n1"), "dm-0 < dm-1 < dm-2");
	ck_assert_ptr_null(facts->data_problem);
	ck_assert_ptr_null(facts->data_gap);
}
END_TEST

/* Whatever its scheduler is, and also where that cannot be read. */
START_TEST(a_queue_of_its_own_has_a_directory)
{
	static const char *const schedulers[] = {NULL, "none", "[none]", "mq-deadline"};

	for (size_t i = 0; i < 4; i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_dir(tree, arena_printf(tree->arena, "%s/mq/0",
					    stack(tree, "dm-0", "252:0", schedulers[i],
						  disk(tree, 0, "[none]"), NULL)));
		ck_assert_str_eq(data_disks(tree, sys_block(tree, "252:0")), "dm-0+ nvme0n1(dm-0)");
	}
}
END_TEST

START_TEST(bio_based_ones_pass_on_what_they_get)
{
	static const char *const schedulers[] = {NULL, "none"};

	for (size_t i = 0; i < 2; i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const char *first = disk(tree, 0, "[none] mq-deadline");
		const char *second = disk(tree, 1, "none [mq-deadline]");

		/* dm-multipath with "queue_mode bio", dm-crypt, and md. */
		stack(tree, "dm-0", "252:0", schedulers[i], first, second);
		stack(tree, "md0", "9:0", schedulers[i], first, second);
		stack(tree, "bcache0", "251:0", schedulers[i], first, second);
		ck_assert_str_eq(data_disks(tree, sys_block(tree, "252:0")), "nvme0n1 nvme1n1");
		ck_assert_str_eq(data_disks(tree, sys_block(tree, "9:0")), "nvme0n1 nvme1n1");
		ck_assert_str_eq(data_disks(tree, sys_block(tree, "251:0")), "nvme0n1 nvme1n1");
	}
}
END_TEST

static const struct facts *with_disk(struct tree *tree, const char *name)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct facts_request request = {0};

	vec_push(tree->arena, &request.disks, name);
	ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, facts, NULL), 0);
	return facts;
}

START_TEST(a_path_stays_one_when_it_is_named)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *first = disk(tree, 0, "[none]"), *second = disk(tree, 1, "[none]");

	stack(tree, "dm-0", "252:0", "[none] mq-deadline", first, NULL);
	stack(tree, "dm-1", "252:1", "none", second, NULL);
	ck_assert_str_eq(data_disks(tree, with_disk(tree, "nvme0n1")), "nvme0n1(dm-0)");
	ck_assert_str_eq(data_disks(tree, with_disk(tree, "nvme1n1")), "nvme1n1");
	ck_assert_str_eq(data_disks(tree, with_disk(tree, "dm-0")), "dm-0+ nvme0n1(dm-0)");
}
END_TEST

/* An array of a multipath device and, past that, of one of its paths. */
START_TEST(a_path_with_requests_of_its_own_is_a_disk)
{
	for (unsigned order = 0; order < 2; order++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const char *first = disk(tree, 0, "[none]");
		const char *multipath = stack(tree, "dm-0", "252:0", "[none]", first, NULL);

		stack(tree, "md0", "9:0", "none", order ? multipath : first,
		      order ? first : multipath);
		ck_assert_str_eq(data_disks(tree, sys_block(tree, "9:0")), "dm-0+ nvme0n1");
	}
}
END_TEST

/* Loop devices -------------------------------------------------------------------------------- */

START_TEST(the_disk_below_the_file_of_a_loop_device)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	part(tree, disk(tree, 0, "[none]"), 1, "259:1");
	loop(tree, 0, "/srv/disk.img", "259:1");
	sys_partition(tree, VIRTUAL "/loop0/loop0p1", "259:9");
	facts = sys_block(tree, "259:9");
	ck_assert_str_eq(data_disks(tree, facts), "loop0+ nvme0n1");
	ck_assert_str_eq(chain_of(facts, "loop0"), "loop0p1");
	ck_assert_str_eq(disk_named(facts, "loop0")->file, "/srv/disk.img");
	ck_assert_ptr_null(disk_named(facts, "nvme0n1")->file);
	ck_assert_str_eq(chain_of(facts, "nvme0n1"), "nvme0n1p1 < /srv/disk.img < loop0 < loop0p1");
	ck_assert_ptr_null(facts->data_gap);
	ck_assert_str_eq(data_disks(tree, with_disk(tree, "loop0")), "loop0+ nvme0n1");
}
END_TEST

START_TEST(what_is_not_known_of_the_file_is_told)
{
	static const struct {
		const char *device, *error, *gap;
	} cases[] = {
	    {.device = "0:42",
	     .gap = "the disk below /x, the file of loop0, is not found: its file system has no "
		    "block device of its own"},
	    {.device = "8:1",
	     .gap = "the disk below /x, the file of loop0, is not found: it is on device 8:1: No "
		    "such file or directory"},
	    {.error = "EACCES " LOOP(0),
	     .gap = "the disk below /x, the file of loop0, is not found: Permission denied"},
	    {.gap = "the disk below /x, the file of loop0, is not found: No such file or "
		    "directory"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct facts *facts;

		loop(tree, 0, "/x", cases[i].device);
		if (cases[i].error)
			tree_file(tree, ERRORS(cases[i].error));
		facts = sys_block(tree, "7:0");
		/* It is all that there is to set. */
		ck_assert_str_eq(data_disks(tree, facts), "loop0");
		ck_assert_str_eq(facts->data_gap, cases[i].gap);
		ck_assert_ptr_null(facts->data_problem);
	}
}
END_TEST

/* md on dm-crypt on loop devices, whose files are on LVM on a multipath device, and on a disk. */
START_TEST(stacks_upon_stacks)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *multipath =
	    stack(tree, "dm-0", "252:0", "[mq-deadline]", disk(tree, 0, "[none]"), NULL);
	const struct facts *facts;

	stack(tree, "dm-1", "252:1", NULL, multipath, NULL);
	part(tree, disk(tree, 1, "[none]"), 3, "259:13");
	stack(tree, "dm-2", "252:2", NULL, loop(tree, 0, "/a/0", "252:1"), NULL);
	stack(tree, "dm-3", "252:3", NULL, loop(tree, 1, "/b/1", "259:13"), NULL);
	stack(tree, "md0", "9:0", NULL, VIRTUAL "/dm-2", VIRTUAL "/dm-3");
	facts = sys_block(tree, "9:0");
	ck_assert_str_eq(data_disks(tree, facts), "dm-0+ loop0+ loop1+ nvme0n1(dm-0) nvme1n1");
	ck_assert_str_eq(chain_of(facts, "nvme0n1"), "dm-0 < dm-1 < /a/0 < loop0 < dm-2 < md0");
	ck_assert_str_eq(chain_of(facts, "nvme1n1"), "nvme1n1p3 < /b/1 < loop1 < dm-3 < md0");
	ck_assert_ptr_null(facts->data_gap);
}
END_TEST

START_TEST(loops_that_bite_their_tail)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	loop(tree, 0, "/b/0", "7:1");
	loop(tree, 1, "/a/1", "7:0");
	loop(tree, 2, "/c/2", "7:2");
	facts = sys_block(tree, "7:0");
	ck_assert_str_eq(data_disks(tree, facts), "loop0+ loop1+");
	ck_assert_str_eq(facts->data_gap, "no disk is found below loop0 of /data");
	facts = sys_block(tree, "7:2");
	ck_assert_str_eq(data_disks(tree, facts), "loop2+");
	ck_assert_str_eq(facts->data_gap, "no disk is found below loop2 of /data");
}
END_TEST

START_TEST(a_long_way_down_ends)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	for (unsigned i = 0; i < 40; i++)
		loop(tree, i, arena_printf(tree->arena, "/%u", i),
		     arena_printf(tree->arena, "7:%u", i + 1));
	facts = sys_block(tree, "7:0");
	ck_assert_ptr_nonnull(strstr(facts->data_gap, "Too many levels of symbolic links"));
}
END_TEST

START_TEST(one_branch_does_not_hide_the_others)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dm = stack(tree, "dm-0", "252:0", NULL, disk(tree, 0, "[none]"), NULL);
	const struct facts *facts;

	stack(tree, "md0", "9:0", NULL, dm, disk(tree, 1, "[none]"));
	tree_file(tree, ERRORS("EACCES " VIRTUAL "/dm-0/slaves"));
	facts = sys_block(tree, "9:0");
	ck_assert_str_eq(data_disks(tree, facts), "nvme1n1");
	ck_assert_str_eq(facts->data_gap,
			 "what lies below md0 of /data cannot be followed: Permission denied");
}
END_TEST

/* Beside the mounted device ------------------------------------------------------------------- */

static const struct facts *on(struct tree *tree, struct live_data_dir dir)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct facts_request request = {0};

	dir.path = "/data";
	dir.exists = TRI_YES;
	dir.is_directory = true;
	dir.dev_major = 259;
	facts->live.data_dir = dir;
	ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, facts, NULL), 0);
	return facts;
}

START_TEST(log_and_realtime_device_of_xfs)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live_data_dir dir = {.fs_type = "xfs",
				    .dev_minor = 0,
				    .log = {.name = "/dev/disk/by-id/x", .number = "259:11"},
				    .realtime = {.name = "/dev/nvme2n1"}};
	const struct facts *facts;

	disk(tree, 0, "[none]");
	part(tree, disk(tree, 1, "[none]"), 1, "259:11");
	disk(tree, 2, "[none]");
	disk(tree, 3, "[none]");
	facts = on(tree, dir);
	ck_assert_str_eq(data_disks(tree, facts), "nvme0n1 nvme1n1 nvme2n1");
	ck_assert_str_eq(chain_of(facts, "nvme0n1"), "nvme0n1");
	ck_assert_str_eq(chain_of(facts, "nvme1n1"), "nvme1n1p1 (XFS log)");
	ck_assert_str_eq(chain_of(facts, "nvme2n1"), "nvme2n1 (XFS realtime device)");
	ck_assert_ptr_null(facts->data_gap);
	dir.log.number = NULL;
	facts = on(tree, dir);
	ck_assert_str_eq(data_disks(tree, facts), "nvme0n1 nvme2n1");
	ck_assert_str_eq(facts->data_gap,
			 "/dev/disk/by-id/x, the XFS log, is not found below /sys");
}
END_TEST

/* In a pod the node's /dev is not there, but its /sys is. */
START_TEST(names_of_logical_volumes_are_found_in_sysfs)
{
	static const char *const paths[] = {"/dev/mapper/vg--a-log", "/dev/vg-a/log", "/dev/dm-4"};

	for (size_t i = 0; i < 3; i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		disk(tree, 0, "[none]");
		sys_attr(tree, stack(tree, "dm-3", "252:3", NULL, disk(tree, 2, "[none]"), NULL),
			 "dm/name", "vg-a-log");
		sys_attr(tree, stack(tree, "dm-4", "252:4", NULL, disk(tree, 1, "[none]"), NULL),
			 "dm/name", "vg--a-log");
		ck_assert_str_eq(
		    data_disks(tree, on(tree, (struct live_data_dir){.log = {.name = paths[i]}})),
		    "nvme0n1 nvme1n1");
	}
}
END_TEST

/* Log and data on two partitions of one disk. */
START_TEST(a_log_on_the_same_disk)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = disk(tree, 0, "[none]");
	const struct facts *facts;

	part(tree, dir, 1, "259:1");
	part(tree, dir, 2, "259:2");
	facts = on(tree, (struct live_data_dir){
			     .dev_minor = 1, .log = {.name = "/dev/nvme0n1p2", .number = "259:2"}});
	ck_assert_str_eq(data_disks(tree, facts), "nvme0n1");
	ck_assert_str_eq(chain_of(facts, "nvme0n1"), "nvme0n1p1");
	ck_assert_ptr_null(facts->data_gap);
}
END_TEST

#define JBD2 "/proc/fs/jbd2/"

/* The file system is on nvme0n1p1, whose journal thread is 77. */
static void ext4(struct tree *tree, const char *task, const char *thread)
{
	part(tree, disk(tree, 0, "[none]"), 1, "259:1");
	part(tree, disk(tree, 1, "[none]"), 1, "259:11");
	part(tree, disk(tree, 2, "[none]"), 1, "259:21");
	stack(tree, "dm-0", "252:0", NULL, disk(tree, 3, "[none]"), NULL);
	if (task)
		tree_file(tree, "/sys/fs/ext4/nvme0n1p1/journal_task", task);
	if (thread)
		tree_file(tree, "/proc/77/comm", thread);
}

START_TEST(external_journals_of_ext4)
{
	static const struct {
		const char *task, *thread, *journals[4], *disks, *gap;
	} cases[] = {
	    /* its own; others are of others */
	    {.task = "77", .journals = {"nvme0n1p1-8", "nvme1n1p1"}, .disks = "nvme0n1"},
	    /* none of its own, and one that is external; in a pod the thread has no number */
	    {.task = "0", .journals = {"nvme1n1p1", "sda1-8"}, .disks = "nvme0n1 nvme1n1"},
	    {.task = "77", .journals = {"dm-0", "sda1-8"}, .disks = "nvme0n1 nvme3n1"},
	    /* no ext4 */
	    {.journals = {"nvme1n1p1"}, .disks = "nvme0n1"},
	    /* "dm-0-8" is in a file on dm-0, as is "nvme0n1p1-x" no number of a file */
	    {.task = "77", .journals = {"dm-0-8", "nvme0n1p1-x"}, .disks = "nvme0n1"},
	    /* nvme0n1p11 is another partition */
	    {.task = "77", .journals = {"nvme0n1p11-8", "nvme2n1p1"}, .disks = "nvme0n1 nvme2n1"},
	    /* without a journal */
	    {.task = "<none>", .journals = {"nvme1n1p1"}, .disks = "nvme0n1"},
	    /* the thread tells, by its whole name or by the beginning */
	    {.task = "77",
	     .thread = "jbd2/nvme2n1p1",
	     .journals = {"nvme1n1p1", "nvme2n1p1"},
	     .disks = "nvme0n1 nvme2n1"},
	    {.task = "77",
	     .thread = "jbd2/dm-0",
	     .journals = {"nvme1n1p1", "nvme2n1p1", "dm-0"},
	     .disks = "nvme0n1 nvme3n1"},
	    {.task = "0",
	     .thread = "jbd2/nvme2n1p1",
	     .journals = {"nvme1n1p1", "nvme2n1p1"},
	     .disks = "nvme0n1",
	     .gap = "which of 2 external journals below /proc/fs/jbd2 is that of nvme0n1p1 cannot "
		    "be told"},
	    {.task = "77",
	     .thread = "bash",
	     .journals = {"nvme1n1p1", "nvme2n1p1"},
	     .disks = "nvme0n1",
	     .gap = "which of 2 external journals below /proc/fs/jbd2 is that of nvme0n1p1 cannot "
		    "be told"},
	    /* nothing below /proc */
	    {.task = "77", .disks = "nvme0n1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct facts *facts;

		ext4(tree, cases[i].task, cases[i].thread);
		for (size_t k = 0; cases[i].journals[k]; k++)
			tree_dir(tree, arena_printf(tree->arena, JBD2 "%s", cases[i].journals[k]));
		facts = on(tree, (struct live_data_dir){.dev_minor = 1});
		ck_assert_msg(text_equal(data_disks(tree, facts), cases[i].disks), "case %zu: %s",
			      i, data_disks(tree, facts));
		ck_assert_pstr_eq(facts->data_gap, cases[i].gap);
		/* The same where the file of a loop device lies. */
		loop(tree, 0, "/x", "259:1");
		facts = sys_block(tree, "7:0");
		ck_assert_str_eq(data_disks(tree, facts),
				 arena_printf(tree->arena, "loop0+ %s", cases[i].disks));
		ck_assert_pstr_eq(facts->data_gap, cases[i].gap);
	}
}
END_TEST

START_TEST(journals_that_cannot_be_listed)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ext4(tree, "77", NULL);
	tree_file(tree, ERRORS("EACCES /proc/fs/jbd2"));
	ck_assert_str_eq(on(tree, (struct live_data_dir){.dev_minor = 1})->data_gap,
			 "where nvme0n1p1 has its journal cannot be told: /proc/fs/jbd2: "
			 "Permission denied");
}
END_TEST

/* Before Linux 5.17 the name of a thread has at most 15 characters. */
START_TEST(a_thread_whose_name_is_cut)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ext4(tree, "77", "jbd2/cciss!c0d0");
	sys_disk(tree, "/sys/devices/cciss!c0d0p1", "104:1");
	sys_attr(tree, "/sys/devices/cciss!c0d0p1", "queue/scheduler", "[none]");
	tree_dir(tree, JBD2 "cciss!c0d0p1");
	tree_dir(tree, JBD2 "nvme1n1p1");
	ck_assert_str_eq(data_disks(tree, on(tree, (struct live_data_dir){.dev_minor = 1})),
			 "cciss!c0d0p1 nvme0n1");
}
END_TEST

/* DRBD names no disk that it lies on, and what is set at its own queue settles nothing. */
START_TEST(what_hides_the_disks_below_is_told)
{
	static const char told[] = "drbd0 has no queue of its own, and sysfs does not show which "
				   "disks are below it";
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = stack(tree, "drbd0", "147:0", NULL, NULL, NULL);
	struct facts_request request = {0};
	struct facts facts = {0};
	struct err err = {0};

	(void)stack(tree, "dm-0", "253:0", "none", dir, disk(tree, 0, "[none]"));
	ck_assert_str_eq(data_disks(tree, sys_block(tree, "147:0")), "");
	ck_assert_str_eq(sys_block(tree, "147:0")->data_problem, told);
	sys_attr(tree, dir, "queue/scheduler", "none");
	ck_assert_str_eq(sys_block(tree, "147:0")->data_problem, told);
	ck_assert_str_eq(data_disks(tree, sys_block(tree, "253:0")), "nvme0n1");
	ck_assert_str_eq(sys_block(tree, "253:0")->data_gap, told);
	vec_push(tree->arena, &request.disks, "drbd0");
	ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, &facts, &err),
			 -ENODEV);
	ck_assert_ptr_nonnull(strstr(err.text, told));
	/* What gets requests is a disk as far as anybody can see. */
	sys_attr(tree, dir, "queue/scheduler", "[none] mq-deadline");
	ck_assert_str_eq(data_disks(tree, sys_block(tree, "253:0")), "drbd0 nvme0n1");
	ck_assert_ptr_null(sys_block(tree, "253:0")->data_gap);
}
END_TEST

START_TEST(zoned_disks_say_so)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = disk(tree, 0, "[mq-deadline]");

	ck_assert_ptr_null(disk_named(sys_block(tree, "259:0"), "nvme0n1")->zoned);
	sys_attr(tree, dir, "queue/zoned", "host-managed");
	ck_assert_str_eq(disk_named(sys_block(tree, "259:0"), "nvme0n1")->zoned, "host-managed");
}
END_TEST

RUN_SUITE("block_stack", a_multipath_device_orders_requests_itself,
	  a_queue_of_its_own_has_a_directory, bio_based_ones_pass_on_what_they_get,
	  a_path_stays_one_when_it_is_named, a_path_with_requests_of_its_own_is_a_disk,
	  the_disk_below_the_file_of_a_loop_device, what_is_not_known_of_the_file_is_told,
	  stacks_upon_stacks, loops_that_bite_their_tail, a_long_way_down_ends,
	  one_branch_does_not_hide_the_others, log_and_realtime_device_of_xfs,
	  names_of_logical_volumes_are_found_in_sysfs, a_log_on_the_same_disk,
	  external_journals_of_ext4, journals_that_cannot_be_listed, a_thread_whose_name_is_cut,
	  what_hides_the_disks_below_is_told, zoned_disks_say_so)
