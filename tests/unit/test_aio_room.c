/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is room for the linux-aio requests of all shards, and what is said of it. */
#include <errno.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "own_mounts.h"
#include "probe/aio_room.h"
#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

static struct aio_check check_for(unsigned shards)
{
	struct aio_check check;

	aio_room_prove(shards, &(struct aio_need){.per_shard = 11026}, true, &check);
	return check;
}

/* In place of /proc/sys/fs; false: nothing can be mounted here. */
static bool counts_are(struct tree *tree)
{
	return own_mounts(0) && mount(arena_printf(tree->arena, "%s/fs", tree->dir), "/proc/sys/fs",
				      NULL, MS_BIND, NULL) == 0;
}

START_TEST(each_shard_needs_as_many)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct aio_check check;

	tree_file(tree, "/fs/aio-nr", "500");
	tree_file(tree, "/fs/aio-max-nr", "22552");
	if (!counts_are(tree))
		return;
	check = check_for(2);
	ck_assert_int_eq(check.proof, PROOF_PROVEN);
	ck_assert_str_eq(check.sentence,
			 "one shard's io_setup works; 2 shards need 22052 requests, "
			 "22052 of 22552 are free");
	tree_file(tree, "/fs/aio-nr", "501");
	check = check_for(2);
	ck_assert_int_eq(check.proof, PROOF_REFUTED);
	ck_assert_str_eq(check.sentence, "2 shards need 22052 requests, 501 are in use, "
					 "fs.aio-max-nr allows 22552");
	ck_assert_int_eq(check_for(1).proof, PROOF_PROVEN);
	/* How many shards there are is not known: one at least. */
	ck_assert_uint_eq(check_for(0).needed, check_for(1).needed);
}
END_TEST

START_TEST(an_unknown_limit_proves_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct aio_check check;

	tree_dir(tree, "/fs");
	if (!counts_are(tree))
		return;
	check = check_for(1);
	ck_assert_int_eq(check.proof, PROOF_UNKNOWN);
	ck_assert_str_eq(check.sentence, "one shard's io_setup works; fs.aio-max-nr is unknown");
	tree_file(tree, "/fs/aio-max-nr", "many");
	ck_assert_int_eq(check_for(1).proof, PROOF_UNKNOWN);
}
END_TEST

START_TEST(a_flag_that_cannot_be_read_proves_nothing)
{
	const struct start_flag flag = {.name = "--smp", .value = "-5", .line = 7};
	struct aio_check check;

	aio_room_prove(1, &(struct aio_need){.per_shard = 11026, .unread = &flag}, true, &check);
	ck_assert_int_eq(check.proof, PROOF_UNKNOWN);
	ck_assert_str_eq(check.sentence,
			 "one shard's io_setup works; how many requests Redpanda needs is unknown: "
			 "redpanda.yaml:7, --smp cannot be read");
}
END_TEST

START_TEST(the_kernel_has_no_more)
{
	struct aio_check check;

	refuse_syscall(SYS_io_setup, EAGAIN);
	check = check_for(1);
	ck_assert_int_eq(check.proof, PROOF_REFUTED);
	ck_assert_str_eq(check.sentence,
			 "io_setup of the 11026 requests that one shard needs fails: "
			 "fs.aio-max-nr is too small");
}
END_TEST

START_TEST(it_is_not_for_want_of_requests)
{
	static const struct {
		int code;
		enum aio_have have;
		const char *reason;
	} rows[] = {
	    {EPERM, AIO_REFUSED, "a seccomp filter forbids it"},
	    {ENOSYS, AIO_ABSENT, "the kernel does not have it, or a seccomp filter hides it"},
	    {ENOMEM, AIO_FAILS, "Cannot allocate memory"},
	    {EAGAIN, AIO_TOO_FEW, "fs.aio-max-nr is too small"},
	};
	struct aio_check check;

	refuse_syscall(SYS_io_setup, rows[_i].code);
	check = check_for(1);
	ck_assert_int_eq(check.proof, PROOF_REFUTED);
	ck_assert_int_eq(check.have, rows[_i].have);
	ck_assert_msg(text_ends(check.sentence, rows[_i].reason), "%s", check.sentence);
}
END_TEST

/* The kernel counts what it was asked for, and nothing is rounded. Other programs may come and go
 * between the two looks, but not each time. */
START_TEST(the_kernel_counts_no_more_than_that)
{
	uint64_t counted = 0;

	for (int i = 0; i < 100 && counted != 11026; i++) {
		uint64_t before = check_for(1).in_use;
		aio_context_t context = 0;

		if (syscall(SYS_io_setup, 11026, &context) < 0)
			return;
		counted = check_for(1).in_use - before;
		(void)syscall(SYS_io_destroy, context);
	}
	ck_assert_uint_eq(counted, 11026);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_loop_test(group, it_is_not_for_want_of_requests, 0, 4);
}

RUN_SUITE_WITH("aio_room", prepare, each_shard_needs_as_many, an_unknown_limit_proves_nothing,
	       a_flag_that_cannot_be_read_proves_nothing, the_kernel_has_no_more,
	       the_kernel_counts_no_more_than_that)
