/* SPDX-License-Identifier: Apache-2.0 */
/* irqbalance: what its configuration says, and a conversation over its socket. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpuset.h"
#include "base/text.h"
#include "facts/irqbalance.h"
#include "run_suite.h"
#include "sys/irqbalance.h"
#include "sys/root_impl.h"
#include "tree.h"

#define UNIT "/lib/systemd/system/irqbalance.service"

static const struct irqbalance *read_config(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_irqbalance(tree_open(tree), tree->arena, facts);
	return &facts->irqbalance;
}

static const char *numbers(struct arena *arena, const unsigned *at, size_t count)
{
	struct str text = str_new(arena);

	for (size_t i = 0; i < count; i++)
		str_printf(&text, "%s%u", i ? " " : "", at[i]);
	return text.text;
}

/* Configuration ------------------------------------------------------------------------------- */

START_TEST(bans_in_every_form)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	number_list irqs = irqbalance_banned(
	    arena, "--banirq=30 -i 7 -p 1 --banirq 8 -i12 --banirq=7 --banirq= --banmod=9 -i");

	ck_assert_str_eq(numbers(arena, irqs.at, irqs.count), "7 8 12 30");
}
END_TEST

START_TEST(the_three_places_and_their_keys)
{
	static const struct {
		const char *path, *content, *key;
	} places[] = {
	    {.path = "/etc/default/irqbalance", .content = "#A", .key = "IRQBALANCE_ARGS"},
	    {.path = "/etc/default/irqbalance", .content = "OPTIONS=", .key = "OPTIONS"},
	    {.path = "/etc/sysconfig/irqbalance", .content = "#A", .key = "IRQBALANCE_ARGS"},
	    {.path = "/etc/conf.d/irqbalance", .content = "#A", .key = "IRQBALANCE_OPTS"},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct irqbalance *irqbalance;

		tree_file(tree, places[i].path, places[i].content);
		irqbalance = read_config(tree);
		ck_assert_str_eq(irqbalance->config, places[i].path);
		ck_assert_str_eq(irqbalance->key, places[i].key);
		ck_assert(!irqbalance->runs);
		ck_assert(!irqbalance->has_socket);
	}
}
END_TEST

/* Ubuntu's file once spoke of OPTIONS while its unit read IRQBALANCE_ARGS. */
START_TEST(the_unit_knows_better)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct irqbalance *irqbalance;

	tree_file(tree, UNIT,
		  "[Service]\nEnvironmentFile=-/usr/lib/irqbalance/defaults.env\n"
		  "EnvironmentFile=-/etc/sysconfig/irqbalance\n"
		  "ExecStart=/usr/sbin/irqbalance --foreground ${ARGS}");
	tree_file(tree, "/etc/default/irqbalance", "OPTIONS=-i 4");
	irqbalance = read_config(tree);
	/* It reads a file that is not there yet. */
	ck_assert_str_eq(irqbalance->config, "/etc/sysconfig/irqbalance");
	ck_assert_str_eq(irqbalance->key, "ARGS");
	ck_assert_ptr_null(irqbalance->content);
	ck_assert_str_eq(irqbalance->plain, "");
	ck_assert_ptr_null(irqbalance->arguments);
}
END_TEST

#define ETC_DROP_INS "/etc/systemd/system/irqbalance.service.d/"
#define RUN_DROP_INS "/run/systemd/system/irqbalance.service.d/"
#define DEBIAN                                                                                     \
	"[Unit]\nExecStart=$WRONG\n[Service]\nEnvironmentFile=-/etc/default/irqbalance\n"          \
	"ExecStart=/usr/sbin/irqbalance $IRQBALANCE_ARGS\n"

/* Units and drop-ins, and what thintune writes: "file key", "-" for none. */
static const struct {
	const char *files[4][2];
	const char *writes;
} units[] = {
    {{{UNIT, DEBIAN}}, "/etc/default/irqbalance IRQBALANCE_ARGS"},
    {{{UNIT, "[Service]\nExecStart=/usr/sbin/irqbalance --foreground\n"}}, "-"},
    {{{UNIT, "[Service]\nExecStart=/usr/sbin/irqbalance $ARGS\n"}}, "-"},
    /* A drop-in takes the command back, with another variable, or with none. */
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "x.conf", "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance -f\n"}},
     "-"},
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "x.conf",
       "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance \\\n# why\n  \"$MORE\"\n"}},
     "/etc/default/irqbalance MORE"},
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "x.conf", "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance ${X}\n"},
      {RUN_DROP_INS "y.conf", "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance $Y\n"}},
     "/etc/default/irqbalance Y"},
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "y.conf", "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance $Y\n"},
      {RUN_DROP_INS "y.conf", "[Service]\nExecStart=\nExecStart=/usr/sbin/irqbalance\n"}},
     "/etc/default/irqbalance Y"},
    {{{UNIT, DEBIAN},
      {"/usr/lib/systemd/system/irqbalance.service.d/y.conf", "[Service]\nExecStart=\n"}},
     "-"},
    {{{UNIT, DEBIAN}, {ETC_DROP_INS "y.txt", "[Service]\nExecStart=\n"}},
     "/etc/default/irqbalance IRQBALANCE_ARGS"},
    /* One in a section that is not read. */
    {{{UNIT, DEBIAN}, {ETC_DROP_INS "y.conf", "[Unit]\nExecStart=\n"}},
     "/etc/default/irqbalance IRQBALANCE_ARGS"},
    /* The unit of /etc goes before the packaged one; an empty one masks it. */
    {{{UNIT, DEBIAN}, {"/etc/systemd/system/irqbalance.service", "[Service]\nExecStart=/x -f\n"}},
     "-"},
    {{{UNIT, DEBIAN},
      {"/etc/systemd/system/irqbalance.service", ""},
      {"/etc/default/irqbalance", "IRQBALANCE_ARGS=\n"}},
     "-"},
    /* ":" before the program, among other such characters: nothing is put in. */
    {{{UNIT, "[Service]\nEnvironmentFile=/etc/default/irqbalance\nExecStart=:/x $A\n"}}, "-"},
    {{{UNIT, "[Service]\nEnvironmentFile=/etc/default/irqbalance\nExecStart=-@:/x x $A\n"}}, "-"},
    {{{UNIT, "[Service]\nEnvironmentFile=/etc/default/irqbalance\nExecStart=-/x :$A $B\n"}},
     "/etc/default/irqbalance B"},
    /* Only a word of its own can become several. */
    {{{UNIT,
       "[Service]\nEnvironmentFile=/etc/default/irqbalance\nExecStart=/x -p$A --banirq=${B}\n"}},
     "-"},
    {{{UNIT, "[Service]\nEnvironmentFile=/etc/default/irqbalance\nExecStart=/x ${A} $B ${C}\n"}},
     "/etc/default/irqbalance B"},
    /* Files: the last one counts, and one that thintune does not write counts before. */
    {{{UNIT, DEBIAN}, {ETC_DROP_INS "e.conf", "[Service]\nEnvironmentFile=\n"}}, "-"},
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "e.conf",
       "[Service]\nEnvironmentFile=\nEnvironmentFile=/etc/sysconfig/irqbalance\n"}},
     "/etc/sysconfig/irqbalance IRQBALANCE_ARGS"},
    {{{UNIT, DEBIAN}, {ETC_DROP_INS "e.conf", "[Service]\nEnvironmentFile=/etc/mine.env\n"}},
     "/etc/default/irqbalance IRQBALANCE_ARGS"},
    {{{UNIT, DEBIAN},
      {ETC_DROP_INS "e.conf", "[Service]\nEnvironmentFile=/etc/mine.env\n"},
      {"/etc/mine.env", "IRQBALANCE_ARGS=-p 1\n"}},
     "-"},
    /* A unit that is seen in part only. */
    {{{ETC_DROP_INS "x.conf",
       "[Service]\nExecStart=\nExecStart=/x $A\nEnvironmentFile=/etc/default/irqbalance\n"}},
     "/etc/default/irqbalance A"},
    {{{ETC_DROP_INS "x.conf", "[Service]\nNice=5\n"}, {"/etc/conf.d/irqbalance", "#\n"}},
     "/etc/conf.d/irqbalance IRQBALANCE_OPTS"},
};

START_TEST(the_command_line_in_force)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct irqbalance *irqbalance;

		for (size_t j = 0; j < 4 && units[i].files[j][0]; j++)
			tree_file(tree, units[i].files[j][0], units[i].files[j][1]);
		irqbalance = read_config(tree);
		ck_assert_msg(text_equal(units[i].writes,
					 irqbalance->config
					     ? arena_printf(tree->arena, "%s %s",
							    irqbalance->config, irqbalance->key)
					     : "-"),
			      "row %zu: %s %s", i, irqbalance->config, irqbalance->key);
	}
}
END_TEST

START_TEST(a_link_to_dev_null_masks)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, UNIT, DEBIAN);
	tree_file(tree, "/etc/default/irqbalance", "IRQBALANCE_ARGS=\n");
	tree_link(tree, "/etc/systemd/system/irqbalance.service", "/dev/null");
	ck_assert_ptr_null(read_config(tree)->config);
	ck_assert(read_config(tree)->has_unit);
}
END_TEST

/* What is banned already, wherever that is said; and what its file alone says without our block. */
START_TEST(bans_of_the_whole_command_line)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct irqbalance *irqbalance;
	number_list irqs;

	tree_file(tree, UNIT,
		  "[Service]\nEnvironment=\"A=-i 7\" "
		  "B=1\nEnvironmentFile=/usr/lib/irqbalance/defaults.env\n"
		  "EnvironmentFile=-/etc/sysconfig/irqbalance\nExecStart=@/usr/sbin/irqbalance "
		  "irqbalance "
		  "--banirq=5 $A ${B}\n");
	irqbalance = read_config(tree);
	ck_assert_str_eq(irqbalance->arguments, "-i 7");
	ck_assert_str_eq(numbers(tree->arena, irqbalance->banned.at, irqbalance->banned.count),
			 "5 7");
	tree_file(tree, "/usr/lib/irqbalance/defaults.env", "A=-i 8\n");
	ck_assert_str_eq(read_config(tree)->arguments, "-i 8");
	tree_file(tree, "/etc/sysconfig/irqbalance", "A=-i 9\nB=--banirq=10 --banirq=11\n");
	irqbalance = read_config(tree);
	ck_assert_str_eq(irqbalance->arguments, "-i 9");
	ck_assert(!irqbalance->is_one_word);
	/* ${B} is one word, and no number. */
	ck_assert_str_eq(numbers(tree->arena, irqbalance->banned.at, irqbalance->banned.count),
			 "5 9");
	irqs = irqbalance_bans_in(tree->root, tree->arena, "/etc/sysconfig/irqbalance",
				  "A=\"-i 9 -i 12\"\nB=-i4\n");
	ck_assert_str_eq(numbers(tree->arena, irqs.at, irqs.count), "4 5 9 12");
}
END_TEST

/* Its environment is the same whether or not a variable is put into its command line. */
START_TEST(banned_cpus_of_the_environment)
{
	static const struct {
		const char *start, *of_unit, *of_file, *cpus; /* NULL: not set, or none */
	} rows[] = {
	    {":/x $A", NULL, "IRQBALANCE_BANNED_CPULIST=2-3\n", "2-3"},
	    {"/x --foreground", NULL, "IRQBALANCE_BANNED_CPUS=c\n", "2-3"},
	    {"/x $A", "IRQBALANCE_BANNED_CPULIST=1", "A=-d\n", "1"},
	    {"/x $A", "IRQBALANCE_BANNED_CPULIST=1", "IRQBALANCE_BANNED_CPULIST=2-3\n", "2-3"},
	    {"/x", "\"IRQBALANCE_BANNED_CPULIST=0-1\" B=1", NULL, "0-1"},
	    {"/x $A", NULL, "A=-d\n", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct irqbalance *irqbalance;

		tree_file(tree, UNIT,
			  arena_printf(tree->arena,
				       "[Service]\nEnvironmentFile=-/etc/default/irqbalance\n"
				       "Environment=%s\nExecStart=%s\n",
				       text_or(rows[i].of_unit, ""), rows[i].start));
		if (rows[i].of_file)
			tree_file(tree, "/etc/default/irqbalance", rows[i].of_file);
		irqbalance = read_config(tree);
		ck_assert_ptr_null(irqbalance->cpus_problem);
		ck_assert_msg(text_equal(irqbalance->has_cpus
					     ? cpuset_list(tree->arena, &irqbalance->cpus)
					     : NULL,
					 rows[i].cpus),
			      "row %zu", i);
	}
}
END_TEST

START_TEST(our_block_is_no_part_of_what_others_set)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct irqbalance *irqbalance;

	tree_file(tree, "/etc/default/irqbalance",
		  "IRQBALANCE_ARGS='-p 2 --banirq=3'\n" IRQBALANCE_BEGIN
		  "\nIRQBALANCE_ARGS=\"-p 2 --banirq=3 --banirq=99\"\n" IRQBALANCE_END "\n# end");
	irqbalance = read_config(tree);
	ck_assert_str_eq(irqbalance->plain, "IRQBALANCE_ARGS='-p 2 --banirq=3'\n# end\n");
	ck_assert_str_eq(irqbalance->arguments, "-p 2 --banirq=3");
	ck_assert_str_eq(numbers(tree->arena, irqbalance->banned.at, irqbalance->banned.count),
			 "3");
	/* So is one that does not begin a line, as in a sentence about it. */
	tree_file(tree, "/etc/default/irqbalance",
		  "# not " IRQBALANCE_BEGIN "\nX=1\n" IRQBALANCE_END);
	irqbalance = read_config(tree);
	ck_assert_str_eq(irqbalance->plain, irqbalance->content);
	/* A block without its end is somebody's text. */
	tree_file(tree, "/etc/default/irqbalance", IRQBALANCE_BEGIN "\nX=1");
	irqbalance = read_config(tree);
	ck_assert_str_eq(irqbalance->plain, irqbalance->content);
}
END_TEST

/* Conversation -------------------------------------------------------------------------------- */

START_TEST(answers_are_read_strictly)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	number_list irqs;

	ck_assert_int_eq(irqbalance_parse(arena,
					  "SLEEP 10 IRQ 31 LOAD 0 DIFF 0 CLASS 0 IRQ 4 LOAD 7 DIFF "
					  "0 CLASS 5 BANNED 00000000",
					  &irqs),
			 0);
	ck_assert_str_eq(numbers(arena, irqs.at, irqs.count), "4 31");
	ck_assert_int_eq(irqbalance_parse(arena, "SLEEP 10 BANNED 0", &irqs), 0);
	ck_assert_uint_eq(irqs.count, 0);
	ck_assert_int_eq(irqbalance_parse(arena, "", &irqs), -EPROTO);
	ck_assert_int_eq(irqbalance_parse(arena, "SLEEP 10 IRQ x LOAD", &irqs), -EPROTO);
	ck_assert_int_eq(irqbalance_parse(arena, "HTTP/1.1 200 OK", &irqs), -EPROTO);
}
END_TEST

/* A stand-in that takes bans and tells them back; deaf: it takes none; own: it adds one of its own.
 */
enum manner { WILLING, DEAF, OWN, HASTY };

/* Some versions see who asks only if that comes with the request. */
static bool hears(int fd, char *request, size_t room, int flags)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] = "";
	struct iovec text = {.iov_base = request, .iov_len = room};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	const struct cmsghdr *head;
	struct ucred sender;

	if (recvmsg(fd, &message, flags) < 0)
		return false;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_CREDENTIALS)
		return false;
	memcpy(&sender, CMSG_DATA(head), sizeof(sender));
	return sender.pid == getppid() && sender.uid == getuid() && sender.gid == getgid();
}

static pid_t start_daemon(struct tree *tree, unsigned requests, enum manner manner)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), on = 1;
	pid_t child;

	tree_dir(tree, "/run/irqbalance");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/run/irqbalance/i.sock",
		       tree->dir);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	child = fork();
	if (child) {
		(void)close(listener);
		return child;
	}
	char bans[500] = "";

	while (requests--) {
		char request[500] = "", answer[2000] = "SLEEP 10 ";
		int fd = accept(listener, NULL, NULL);

		if (!hears(fd, request, sizeof(request) - 1, manner == HASTY ? MSG_PEEK : 0))
			_exit(1);
		if (strncmp(request, "settings ban irqs ", 18) == 0 && manner != DEAF)
			(void)snprintf(bans, sizeof(bans), "%s%s", request + 18,
				       manner == OWN ? " 99" : "");
		if (strcmp(request, "setup") == 0) {
			names words = text_words(tree->arena, bans);

			vec_for_each (word, &words)
				(void)snprintf(answer + strlen(answer), 40, "IRQ %s LOAD 0 ",
					       *word);
			(void)send(fd, answer, strlen(answer), 0);
		}
		(void)close(fd);
	}
	_exit(0);
}

static int ban(struct tree *tree, unsigned count)
{
	unsigned irqs[100];

	for (unsigned i = 0; i < count; i++)
		irqs[i] = 24 + i;
	return irqbalance_ban(tree->root, "i.sock", irqs, count);
}

START_TEST(bans_are_told_and_asked_for_again)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	pid_t child = start_daemon(tree, 3, WILLING);

	/* Nobody but the machine itself may be told. */
	ck_assert_int_eq(irqbalance_ban(tree_open(tree), "i.sock", NULL, 0), -EOPNOTSUPP);
	tree->root->is_live = true;
	ck_assert_int_eq(ban(tree, 3), 0);
	ck_assert_int_eq(ban(tree, 0), 0);
	/* More than it takes at once would be cut in silence. */
	ck_assert_int_eq(ban(tree, 100), -EFBIG);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	/* It is gone and its socket is not. */
	ck_assert_int_eq(ban(tree, 3), -ECONNREFUSED);
	ck_assert_int_eq(irqbalance_ban(tree->root, "none.sock", NULL, 0), -ENOENT);
	ck_assert_int_eq(irqbalance_ban(tree->root, "../i.sock", NULL, 0), -ENAMETOOLONG);
}
END_TEST

/* To hang up before all is read resets the connection, which is how some versions end each. */
START_TEST(one_that_hangs_up_early_has_heard)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	pid_t child = start_daemon(tree, 2, HASTY);

	tree_open(tree)->is_live = true;
	ck_assert_int_eq(ban(tree, 3), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(a_deaf_one_is_found_out)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	pid_t child = start_daemon(tree, 2, DEAF);

	tree_open(tree)->is_live = true;
	ck_assert_int_eq(ban(tree, 3), -EPROTO);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* What it keeps from moving beyond our list is not what was asked for. */
START_TEST(one_that_bans_more_is_found_out)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	pid_t child = start_daemon(tree, 2, OWN);

	tree_open(tree)->is_live = true;
	ck_assert_int_eq(ban(tree, 3), -EPROTO);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* What they ban, and whether our own block is there, is not known. */
START_TEST(files_that_cannot_be_read)
{
	static const struct {
		const char *unit, *unread;
	} rows[] = {
	    {NULL, "/etc/default/irqbalance"},
	    {DEBIAN, UNIT},
	    {DEBIAN, "/etc/default/irqbalance"},
	    {"[Service]\nEnvironmentFile=-/x\nExecStart=/y $IRQBALANCE_ARGS\n", "/x"},
	    {DEBIAN, "/etc/systemd/system/irqbalance.service.d"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct irqbalance *irqbalance;

		if (rows[i].unit)
			tree_file(tree, UNIT, rows[i].unit);
		tree_file(tree, "/etc/default/irqbalance", "IRQBALANCE_ARGS=-i 4");
		tree_file(tree, "/x", "A=1");
		tree_file(tree, "/.thintune/errors",
			  arena_printf(tree->arena, "EACCES %s", rows[i].unread));
		irqbalance = read_config(tree);
		ck_assert_str_eq(irqbalance->gap, arena_printf(tree->arena, "%s: Permission denied",
							       rows[i].unread));
		ck_assert_str_eq(irqbalance->cpus_problem, irqbalance->gap);
	}
}
END_TEST

RUN_SUITE("irqbalance", files_that_cannot_be_read, bans_in_every_form,
	  the_three_places_and_their_keys, the_unit_knows_better, the_command_line_in_force,
	  a_link_to_dev_null_masks, bans_of_the_whole_command_line, banned_cpus_of_the_environment,
	  our_block_is_no_part_of_what_others_set, answers_are_read_strictly,
	  bans_are_told_and_asked_for_again, one_that_hangs_up_early_has_heard,
	  a_deaf_one_is_found_out, one_that_bans_more_is_found_out)
