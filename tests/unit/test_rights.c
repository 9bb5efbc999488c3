/* SPDX-License-Identifier: Apache-2.0 */
/* Which capabilities are left, and what the reader gives to a process that has none. */
#include "sys/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_suite.h"
#include "sys/reader_impl.h"
#include "sys/tracepoint.h"
#include "tree.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* A line of /proc/self/status. */
static uint64_t status(const char *key)
{
	char line[256];
	uint64_t value = UINT64_MAX;
	FILE *file = fopen("/proc/self/status", "re");

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0)
			ck_assert_int_eq(sscanf(line + strlen(key), ": %lx", &value), 1);
	}
	(void)fclose(file);
	return value;
}

START_TEST(before_anything_is_given_up)
{
	uint64_t held = 0;

	ck_assert(rights_at_start(&held));
	ck_assert_uint_eq(held, status("CapEff"));
}
END_TEST

START_TEST(given_up_step_by_step)
{
	uint64_t had = status("CapPrm"), held = 0;

	ck_assert_int_eq(rights_shrink(rights_ceiling, NULL), 0);
	ck_assert_uint_eq(status("CapEff"), had & rights_ceiling);
	ck_assert_int_eq(rights_shrink(rights_reading, NULL), 0);
	ck_assert_uint_eq(status("CapEff"), had & BIT(CAP_DAC_READ_SEARCH));
	ck_assert_uint_eq(status("CapPrm"), had & BIT(CAP_DAC_READ_SEARCH));
	ck_assert_uint_eq(status("NoNewPrivs"), 1);
	/* None comes back, and what there was is still known. */
	ck_assert_int_eq(rights_shrink(rights_ceiling, NULL), 0);
	ck_assert_uint_eq(status("CapPrm"), had & BIT(CAP_DAC_READ_SEARCH));
	ck_assert(rights_at_start(&held));
	ck_assert_uint_eq(held, had & rights_ceiling);
}
END_TEST

START_TEST(at_rest_what_is_kept_is_not_in_effect)
{
	uint64_t had = status("CapPrm") & rights_ceiling;

	ck_assert_int_eq(rights_shrink(rights_ceiling, NULL), 0);
	ck_assert_int_eq(rights_rest(rights_reading, NULL), 0);
	ck_assert_uint_eq(status("CapEff"), had & rights_reading);
	ck_assert_uint_eq(status("CapPrm"), had);
	/* As a child does. */
	ck_assert_int_eq(rights_shrink(rights_of_owner, NULL), 0);
	ck_assert_uint_eq(status("CapEff"), had & rights_of_owner);
	ck_assert_uint_eq(status("CapPrm"), had & rights_of_owner);
}
END_TEST

START_TEST(nothing_is_borrowed)
{
	ck_assert(!rights_are_borrowed());
}
END_TEST

/* The kernel shows this one to nobody without CAP_SYS_ADMIN. */
static void reads_what_it_may_not(struct root *root, int reader)
{
	static const char path[] = "/proc/sys/net/core/bpf_jit_harden";
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text = NULL;

	if (!root_exists(root, path))
		return;
	root_use_reader(root, -1);
	ck_assert_int_eq(root_read(root, arena, path, &text), -EPERM);
	root_use_reader(root, reader);
	ck_assert_int_eq(root_read(root, arena, path, &text), 0);
	ck_assert_uint_eq(strlen(text), 1);
	ck_assert_int_eq(root_read(root, arena, "/proc/sys/net/core/none", &text), -ENOENT);
}

/* The reader's error is its own, whatever the last call of this process ended with. */
static void tells_the_readers_error(struct root *root, int reader)
{
	static const char path[] = "/proc/sys/net/core/bpf_jit_harden";
	static const int answers[] = {-EIO, -EINTR, -ENXIO};
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text = NULL;
	int fds[2];

	if (!root_exists(root, path))
		return;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	root_use_reader(root, fds[0]);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		ck_assert_int_eq(write(fds[1], &answers[i], sizeof(answers[i])),
				 sizeof(answers[i]));
		ck_assert_int_eq(root_read(root, arena, path, &text), answers[i]);
	}
	root_use_reader(root, reader);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* A descriptor comes with an answer of no bytes. */
static void takes_the_readers_descriptor(struct root *root, int reader)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	int length = 0, fds[2], given = open("/dev/null", O_RDONLY | O_CLOEXEC), got;
	struct iovec part = {.iov_base = &length, .iov_len = sizeof(length)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(given));
	memcpy(CMSG_DATA(&control.header), &given, sizeof(given));
	ck_assert_int_eq(sendmsg(fds[1], &message, 0), sizeof(length));
	root_use_reader(root, fds[0]);
	got = reader_ask_descriptor(root, (struct reader_what){.kind = READER_TRACEPOINT},
				    "irq/softirq_entry");
	ck_assert_int_gt(got, 2);
	ck_assert_int_eq(fcntl(got, F_GETFD), FD_CLOEXEC);
	/* And without one there is none. */
	ck_assert_int_eq(write(fds[1], &length, sizeof(length)), sizeof(length));
	ck_assert_int_eq(reader_ask_descriptor(root,
					       (struct reader_what){.kind = READER_TRACEPOINT},
					       "irq/softirq_entry"),
			 -EBADMSG);
	root_use_reader(root, reader);
	(void)close(got);
	(void)close(given);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static int ask(const struct root *root, int kind, const char *name, char *ret, size_t room)
{
	return reader_ask(root, (struct reader_what){.kind = kind}, name, ret, room);
}

static void gives_tracepoints_of_interrupts_alone(struct root *root)
{
	static const char name[] = "irq/softirq_entry";
	static const char *const others[] = {"sched/sched_switch",
					     "irq/../sched/sched_switch",
					     "irq/",
					     "irq",
					     "/irq/softirq_entry",
					     "irq/softirq_entry/id",
					     "irq_vectors/a.b",
					     ""};
	unsigned before = tree_descriptors();
	int fd;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(root_open_tracepoint(root, others[i], 0), -EPERM);
	ck_assert_int_eq(root_open_tracepoint(root, name, 70000), -EPERM);
	ck_assert_uint_eq(tree_descriptors(), before);
	fd = root_open_tracepoint(root, name, 0);
	if (!root_exists(root, "/sys/kernel/tracing/events") &&
	    !root_exists(root, "/sys/kernel/debug/tracing/events")) {
		ck_assert_int_eq(fd, -ENOENT);
		return;
	}
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)close(fd);
}

/* Whoever has taken over the process that asks gets no more than it may. */
START_TEST(reader_is_strict)
{
	static const char *const keys[] = {"/etc/shadow", "/proc/sys/../../etc/shadow", "/proc/sys",
					   ""};
	static const char *const controllers[] = {"nvme", "nvme0n1", "../nvme0", "sda", ""};
	_cleanup_arena_ struct arena *arena = arena_new();
	_cleanup_root_ struct root *root = NULL;
	struct reader reader;
	char text[attribute_bytes], long_name[5000];
	unsigned before = tree_descriptors();

	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	ck_assert_int_eq(reader_start("/", &reader, NULL), 0);
	if (!(status("CapEff") & BIT(CAP_SYS_ADMIN))) {
		ck_assert_int_eq(reader.fd, -1);
		return;
	}
	ck_assert_int_gt(reader.pid, 0);
	/* Its end of the pair is its own. */
	ck_assert_uint_eq(tree_descriptors(), before + 1);
	ck_assert_int_eq(rights_shrink(0, NULL), 0);
	ck_assert_int_eq(root_open(arena, "/", &root, NULL), 0);
	root_use_reader(root, reader.fd);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ck_assert_int_eq(ask(root, READER_KEY, keys[i], text, sizeof(text)), -EPERM);
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		ck_assert_int_eq(ask(root, READER_HEALTH, controllers[i], text, sizeof(text)),
				 -EPERM);
		ck_assert_int_eq(ask(root, READER_IDENTIFY, controllers[i], text, sizeof(text)),
				 -EPERM);
	}
	gives_tracepoints_of_interrupts_alone(root);
	/* There is no fifth thing to ask for. */
	ck_assert_int_eq(ask(root, READER_TRACEPOINT + 1, "nvme0", text, sizeof(text)), -EPERM);
	ck_assert_int_eq(ask(root, READER_KEY, "/proc/sys/kernel/none", text, sizeof(text)),
			 -ENOENT);
	ck_assert_int_gt(ask(root, READER_KEY, "/proc/sys/kernel/ostype", text, sizeof(text)), 0);
	ck_assert_int_eq(strncmp(text, "Linux\n", 6), 0);
	/* An answer that is larger than who asks can take is none. */
	ck_assert_int_eq(ask(root, READER_KEY, "/proc/sys/kernel/ostype", text, 3), -EBADMSG);
	/* A packet of another size is answered, and does no harm. */
	ck_assert_int_eq(write(reader.fd, "x", 1), 1);
	ck_assert_int_eq(read(reader.fd, text, sizeof(text)), sizeof(int));
	ck_assert_int_gt(ask(root, READER_KEY, "/proc/sys/kernel/ostype", text, sizeof(text)), 0);
	ck_assert_int_eq(ask(root, READER_KEY, long_name, text, sizeof(text)), -ENAMETOOLONG);
	/* No room for its end. */
	long_name[sizeof((struct reader_question){0}.name)] = '\0';
	ck_assert_int_eq(ask(root, READER_KEY, long_name, text, sizeof(text)), -ENAMETOOLONG);
	reads_what_it_may_not(root, reader.fd);
	tells_the_readers_error(root, reader.fd);
	takes_the_readers_descriptor(root, reader.fd);
	/* Nothing to read is no error. */
	if (root_exists(root, "/proc/sys/vm/stat_refresh"))
		ck_assert_int_eq(
		    ask(root, READER_KEY, "/proc/sys/vm/stat_refresh", text, sizeof(text)), 0);
	reader_stop(&reader);
	ck_assert_int_eq(reader.fd, -1);
	/* One that is gone ends nobody. */
	ck_assert_int_eq(ask(root, READER_KEY, "/proc/sys/kernel/ostype", text, sizeof(text)),
			 -EPIPE);
}
END_TEST

/* What the reader is for was given up before. */
START_TEST(reader_without_the_right_is_none)
{
	struct reader reader;

	ck_assert_int_eq(rights_shrink(rights_reading, NULL), 0);
	ck_assert_int_eq(reader_start("/", &reader, NULL), 0);
	ck_assert_int_eq(reader.fd, -1);
}
END_TEST

/* As for a program that was started without any descriptor. */
START_TEST(reader_behind_descriptor_zero_is_ended)
{
	unsigned before;
	struct reader reader;

	(void)close(0);
	before = tree_descriptors();
	ck_assert_int_eq(reader_start("/", &reader, NULL), 0);
	if (reader.fd < 0)
		return;
	ck_assert_int_eq(reader.fd, 0);
	reader_stop(&reader);
	ck_assert_int_eq(reader.fd, -1);
	ck_assert_uint_eq(tree_descriptors(), before);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
}
END_TEST

START_TEST(reader_of_a_record_is_none)
{
	struct reader reader;

	ck_assert_int_eq(reader_start("/nonexistent", &reader, NULL), 0);
	ck_assert_int_eq(reader.fd, -1);
	reader_stop(&reader);
}
END_TEST

RUN_SUITE("rights", before_anything_is_given_up, given_up_step_by_step,
	  at_rest_what_is_kept_is_not_in_effect, nothing_is_borrowed, reader_is_strict,
	  reader_without_the_right_is_none, reader_behind_descriptor_zero_is_ended,
	  reader_of_a_record_is_none)
