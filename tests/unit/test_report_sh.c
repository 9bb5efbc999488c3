/* SPDX-License-Identifier: Apache-2.0 */
/* The script is run by sh on a tree of its own, and the tree is compared afterwards. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"
#include "wish_of.h"

static char tree[] = "/tmp/thintune-sh-XXXXXX";
static struct fixture *fixture;

static const char *in_tree(const char *path)
{
	return arena_printf(fixture->arena, "%s%s", tree, path);
}

static int shell(const char *command)
{
	int status = system(command);

	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void set_file(const char *path, const char *text)
{
	FILE *file = fopen(in_tree(path), "w");

	ck_assert_msg(file, "%s: %s", path, strerror(errno));
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static const char *get_file(const char *path)
{
	char *text = arena_alloc(fixture->arena, 65536);
	FILE *file = fopen(in_tree(path), "r");

	ck_assert_msg(file, "%s: %s", path, strerror(errno));
	ck_assert_uint_lt(fread(text, 1, 65535, file), 65535);
	ck_assert_int_eq(fclose(file), 0);
	return text;
}

static void set_up(void)
{
	fixture = fixture_new();
	ck_assert_ptr_nonnull(mkdtemp(tree));
	ck_assert_int_eq(
	    shell(arena_printf(fixture->arena,
			       "mkdir -p '%s/proc/sys/fs' '%s/sys/nvme0n1/queue/iosched'", tree,
			       tree)),
	    0);
	set_file("/proc/sys/fs/aio-max-nr", "65536\n");
	set_file("/sys/nvme0n1/queue/scheduler", "[mq-deadline] none\n");
	set_file("/sys/nvme0n1/queue/nomerges", "0\n");
	set_file("/sys/nvme0n1/queue/nr_requests", "1023\n");
	set_file("/sys/nvme0n1/queue/write_cache", "[write back] write through\n");
}

static void tear_down(void)
{
	(void)shell(arena_printf(fixture->arena, "chmod -R u+rwX '%s'; rm -r '%s'", tree, tree));
	fixture_freep(&fixture);
}

/* Exit code of the script; what it complains about is in /stderr. */
static int run_script(const char *script)
{
	set_file("/script", script);
	return shell(arena_printf(fixture->arena,
				  "ROOT='%s' sh '%s/script' >'%s/out' 2>'%s/stderr'", tree, tree,
				  tree, tree));
}

static const char *script(void)
{
	return report_sh(fixture->arena, fixture_report(fixture));
}

/* What the kernel does on a write of the scheduler. */
static const char *with_reset(const char *text, const char *path, const char *value)
{
	struct str str = str_new(fixture->arena);
	const char *at = strstr(text, "\nput_back\n");

	ck_assert_ptr_nonnull(at);
	str_add_n(&str, text, (size_t)(at - text));
	str_printf(&str, "\nrm -f \"$ROOT%s\"; printf '%%s\\n' '%s' >\"$ROOT%s\"%s", path, value,
		   path, at);
	return str.text;
}

START_TEST(writes_what_differs_and_nothing_else)
{
	ck_assert_int_eq(run_script(script()), 0);
	ck_assert_str_eq(get_file("/stderr"), "");
	ck_assert_str_eq(get_file("/proc/sys/fs/aio-max-nr"), "1048576\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/scheduler"), "none\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nomerges"), "0\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nr_requests"), "1023\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/write_cache"),
			 "[write back] write through\n");
}
END_TEST

START_TEST(trial_writes_are_listed_and_not_made)
{
	const struct setting *known =
	    plan_add(&fixture->plan, (struct wish){.tuner = "disk-irq",
						   .name = "nvme0n1 queue 0",
						   .path = "/proc/irq/30/smp_affinity_list",
						   .kind = KIND_CPULIST,
						   .operands = fixture_name(fixture, "0-1"),
						   .decided.have = "1",
						   .decided.want = "0-1",
						   .decided.state = STATE_MANAGED});
	struct setting trial = *known;

	ck_assert_ptr_nonnull(strstr(script(), "# not in here: nvme0n1 queue 0 (managed)\n"));
	ck_assert_ptr_null(strstr(script(), "trial"));
	trial.is_unproven = true;
	vec_push(fixture->arena, &fixture->plan.settings, trial);
	ck_assert_ptr_nonnull(
	    strstr(script(), "\n# not in here: 1 trial write, which apply makes once a boot "
			     "to prove that the kernel refuses it\n"
			     "# trial: nvme0n1 queue 0: 0-1 to "
			     "/proc/irq/30/smp_affinity_list\n"));
	ck_assert_ptr_null(strstr(script(), "put '/proc/irq"));
}
END_TEST

START_TEST(every_line_has_its_reason)
{
	ck_assert_ptr_nonnull(strstr(script(), "\n# sysctl: fs.aio-max-nr\n"
					       "# why: contexts per core\n"
					       "# source: redpanda:12\n"
					       "put '/proc/sys/fs/aio-max-nr' '1048576'\n"));
	ck_assert_ptr_nonnull(strstr(script(), "\n# not in here: nvme0n1 nomerges (skipped): "
					       "redpanda.yaml:12 says so\n"));
}
END_TEST

START_TEST(a_missing_file_is_reported_and_the_rest_is_written)
{
	ck_assert_int_eq(unlink(in_tree("/proc/sys/fs/aio-max-nr")), 0);
	ck_assert_int_eq(run_script(script()), 4);
	ck_assert_str_eq(get_file("/stderr"), "/proc/sys/fs/aio-max-nr: there is no such file\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/scheduler"), "none\n");
	ck_assert_int_ne(access(in_tree("/proc/sys/fs/aio-max-nr"), F_OK), 0);
}
END_TEST

/* The script with a shell function in place of a command. */
static const char *with_function(const char *text, const char *function)
{
	const char *at = strstr(text, "\nrc=0\n");

	ck_assert_ptr_nonnull(at);
	return arena_printf(fixture->arena, "%.*s\n%s%s", (int)(at - text), text, function, at);
}

/* A write that "works" but leaves another value, as the kernel's clamping does. */
START_TEST(a_value_that_reads_back_differently_is_reported)
{
	fixture->plan.settings.at[2].state = STATE_SAME;
	ck_assert_int_eq(run_script(with_function(script(), "cat() { echo 524288; }")), 4);
	ck_assert_str_eq(get_file("/stderr"),
			 "/proc/sys/fs/aio-max-nr: wanted 1048576, reads back 524288\n");
}
END_TEST

START_TEST(a_refused_write_is_reported_and_the_rest_is_written)
{
	static const char refuse[] = "printf() {\n"
				     "	case \"$*\" in\n"
				     "	*1048576) echo 'no right' >&2; return 1 ;;\n"
				     "	esac\n"
				     "	command printf \"$@\"\n"
				     "}\n";

	ck_assert_int_eq(run_script(with_function(script(), refuse)), 4);
	ck_assert_str_eq(get_file("/stderr"),
			 "/proc/sys/fs/aio-max-nr: could not be written: no right\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/scheduler"), "none\n");
}
END_TEST

START_TEST(milliseconds_may_be_rounded_to_jiffies)
{
	struct setting *setting = &fixture->plan.settings.at[0];
	const char *text;

	wish_of(setting)->kind = KIND_JIFFIES_MS;
	setting->want = "4294967295";
	text = script();
	ck_assert_ptr_nonnull(strstr(text, "put '/proc/sys/fs/aio-max-nr' '4294967295' 10\n"));
	ck_assert_int_eq(run_script(arena_printf(fixture->arena,
						 "%.*s\nsame 4294967288 4294967295 10 || exit 9\n"
						 "same 4294967200 4294967295 10 && exit 8\n"
						 "same 4294967288 4294967295 0 && exit 7\n"
						 "same x 4294967295 10 && exit 6\n"
						 "same '  4096\t1  2' ' 4096 1 2' 0 || exit 5\n"
						 "same 'a [b] c' b 0 || exit 5\n"
						 "same 'a [b] c' a 0 && exit 5\n"
						 "exit 3\n",
						 (int)(strstr(text, "\n# sysctl") - text), text)),
			 3);
}
END_TEST

START_TEST(what_the_kernel_resets_is_put_back)
{
	const char *text = script();

	text = with_reset(text, "/sys/nvme0n1/queue/nr_requests", "256");
	text = with_reset(text, "/sys/nvme0n1/queue/write_cache", "write back [write through]");
	ck_assert_int_eq(run_script(text), 0);
	ck_assert_str_eq(get_file("/stderr"), "");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nr_requests"), "1023\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/write_cache"), "write back\n");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/scheduler"), "none\n");
}
END_TEST

START_TEST(what_a_later_line_sets_is_not_put_back)
{
	struct setting *nomerges = &fixture->plan.settings.at[3];

	nomerges->state = STATE_DIFFERS;
	nomerges->have = "0";
	ck_assert_ptr_nonnull(
	    strstr(script(), "\nkeep '/sys/nvme0n1/queue/' but '/sys/nvme0n1/queue/scheduler' "
			     "'/sys/nvme0n1/queue/nomerges'\n"
			     "put '/sys/nvme0n1/queue/scheduler' 'none'\n"
			     "put_back\n"));
	ck_assert_int_eq(run_script(with_reset(script(), "/sys/nvme0n1/queue/nomerges", "1")), 0);
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nomerges"), "2\n");
}
END_TEST

START_TEST(what_an_earlier_line_set_is_put_back)
{
	struct setting scheduler = fixture->plan.settings.at[2];

	fixture->plan.settings.at[2] = fixture->plan.settings.at[3];
	fixture->plan.settings.at[2].state = STATE_DIFFERS;
	fixture->plan.settings.at[3] = scheduler;
	ck_assert_int_eq(run_script(with_reset(script(), "/sys/nvme0n1/queue/nomerges", "1")), 0);
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nomerges"), "2\n");
}
END_TEST

START_TEST(files_that_nobody_may_write_are_not_put_back)
{
	set_file("/sys/nvme0n1/queue/depth", "7\n");
	ck_assert_int_eq(chmod(in_tree("/sys/nvme0n1/queue/depth"), 0444), 0);
	ck_assert_int_eq(run_script(with_reset(script(), "/sys/nvme0n1/queue/depth", "1")), 0);
	ck_assert_str_eq(get_file("/stderr"), "");
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/depth"), "1\n");
}
END_TEST

START_TEST(nothing_breaks_out_of_quotes_or_comments)
{
	static const char evil[] =
	    "'; touch \"$ROOT/pwned\"; echo '\ntouch \"$ROOT/pwned\"\n#$(touch "
	    "\"$ROOT/pwned\") `touch \"$ROOT/pwned\"` $ROOT\ttouch \"$ROOT/pwned\"";
	struct setting *setting = &fixture->plan.settings.at[0];

	setting->want = wish_of(setting)->why = wish_of(setting)->source = wish_of(setting)->name =
	    evil;
	wish_of(&fixture->plan.settings.at[3])->name = fixture->plan.settings.at[3].note = evil;
	fixture->profile.name = evil;
	ck_assert_int_eq(run_script(script()), 0);
	ck_assert_int_ne(access(in_tree("/pwned"), F_OK), 0);
	ck_assert_str_eq(get_file("/proc/sys/fs/aio-max-nr"),
			 arena_printf(fixture->arena, "%s\n", evil));
	wish_of(setting)->path = evil;
	ck_assert_int_eq(run_script(script()), 4);
	ck_assert_int_ne(access(in_tree("/pwned"), F_OK), 0);
}
END_TEST

/* Nobody can see what such a line does: it is told, the others are written, the script fails. */
START_TEST(what_cannot_be_shown_is_not_written)
{
	static const char *const odd[] = {"7\r",      "\033[2J",      "\x9b",
					  "\xc2\x9b", "\xe2\x80\xae", "\x7f"};
	struct setting *setting = &fixture->plan.settings.at[0];
	const struct wish plain = *setting->wish;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		for (unsigned part = 0; part < 3; part++) {
			struct wish *wish = wish_of(setting);

			*wish = plain;
			setting->want = part == 0 ? odd[i] : "7";
			wish->path =
			    part == 1 ? arena_printf(fixture->arena, "/x/%s", odd[i]) : plain.path;
			if (part == 2)
				vec_push(fixture->arena, &wish->resets, odd[i]);
			set_file("/proc/sys/fs/aio-max-nr", "1\n");
			ck_assert(
			    escape_is_clean(script(), ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS));
			ck_assert_int_eq(run_script(script()), 4);
			ck_assert_ptr_nonnull(
			    strstr(get_file("/stderr"), "this cannot be done by a script"));
			ck_assert_str_eq(get_file("/proc/sys/fs/aio-max-nr"), "1\n");
		}
	}
}
END_TEST

START_TEST(what_the_lists_leave_out_is_said)
{
	ck_assert_ptr_nonnull(strstr(script(), "the writes of `thintune apply`, profile "));
	ck_assert_ptr_null(strstr(script(), "left out"));
	fixture->plan.left_out = (struct left_out){
	    .by = "--only disk-queue --skip checks", .settings_count = 1, .checks_count = 5};
	ck_assert_ptr_nonnull(
	    strstr(script(),
		   ": the writes of `thintune apply --only disk-queue --skip checks`, profile "));
	ck_assert_ptr_nonnull(strstr(script(), "\n# left out by --only disk-queue --skip checks: "
					       "1 setting and 5 checks\n"));
	ck_assert_int_eq(run_script(script()), 0);
}
END_TEST

START_TEST(what_no_script_can_do_is_said_and_fails)
{
	wish_of(&fixture->plan.settings.at[0])->path = NULL;
	ck_assert_int_eq(run_script(script()), 4);
	ck_assert_str_eq(get_file("/stderr"), "fs.aio-max-nr: this cannot be done by a script\n");
}
END_TEST

START_TEST(nothing_to_do_is_a_script_too)
{
	vec_for_each (setting, &fixture->plan.settings)
		setting->state = STATE_SAME;
	ck_assert_int_eq(run_script(script()), 0);
	ck_assert_ptr_null(strstr(script(), "put '"));
}
END_TEST

static void lint(void)
{
	set_file("/script", script());
	ck_assert_msg(shell(arena_printf(fixture->arena, "shellcheck '%s/script' >&2", tree)) == 0,
		      "shellcheck complains");
}

static void along(const char *path, const char *want)
{
	struct wish *wish = arena_alloc(fixture->arena, sizeof(*wish));

	*wish = (struct wish){.kind = KIND_NUMBER, .path = path, .name = path};
	vec_push(fixture->arena, &fixture->plan.along[PHASE_VALUES],
		 ((struct setting){.wish = wish, .want = want}));
}

/* After what is left over and before what is wanted; only where the kernel has changed it. */
START_TEST(what_comes_back_along_with_what_is_left_over)
{
	const char *text, *back, *wanted;

	vec_for_each (setting, &fixture->plan.settings)
		wish_of(setting)->phase = PHASE_VALUES;
	wish_of(&fixture->plan.settings.at[1])->is_left_over = true;
	fixture->plan.settings.at[1].state = STATE_LEFT_OVER;
	along("/sys/nvme0n1/queue/nr_requests", "77");
	along("/sys/nvme0n1/queue/gone", "1");
	text = script();
	back = strstr(text, "\nback '/sys/nvme0n1/queue/nr_requests' '77'\n");
	wanted = strstr(text, "\nput '/proc/sys/fs/aio-max-nr'");
	ck_assert_ptr_nonnull(back);
	ck_assert_ptr_nonnull(wanted);
	ck_assert(back < wanted);
	(void)run_script(text);
	ck_assert_str_eq(get_file("/sys/nvme0n1/queue/nr_requests"), "77\n");
	ck_assert_ptr_null(strstr(get_file("/stderr"), "gone"));
}
END_TEST

START_TEST(masks_are_equal_but_for_leading_zeroes)
{
	static const struct {
		const char *want, *read;
		int code;
	} masks[] = {
	    {.want = "3", .read = "00000000,00000003", .code = 0},
	    {.want = "0", .read = "0000", .code = 0},
	    {.want = "1,00000000", .read = "00000001,00000000", .code = 0},
	    {.want = "3", .read = "00000003,00000000", .code = 4},
	};

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		struct setting *setting = &fixture->plan.settings.at[0];
		const char *text, *at;

		wish_of(setting)->kind = KIND_CPUMASK;
		setting->want = masks[i].want;
		text = script();
		/* The kernel prints it as it likes. */
		at = strstr(text, "\tif ! now=$(cat");
		ck_assert_ptr_nonnull(at);
		ck_assert_int_eq(
		    run_script(arena_printf(
			fixture->arena,
			"%.*s\tcase $1 in *aio*) printf '%s\\n' >\"$ROOT$1\" ;; esac\n%s",
			(int)(at - text), text, masks[i].read, at)),
		    masks[i].code);
	}
}
END_TEST

/* Files and drivers: a stand-in for ethtool remembers what it was told, and shows that. */
static void want_files_and_channels(void)
{
	struct setting *file = &fixture->plan.settings.at[0];
	struct setting *driver = &fixture->plan.settings.at[2];

	wish_of(file)->kind = KIND_FILE;
	wish_of(file)->path = "/etc/default/irqbalance";
	file->want = "A='1'\nB=2\n";
	wish_of(file)->command = "systemctl try-restart irqbalance.service";
	file->state = STATE_DIFFERS;
	wish_of(driver)->kind = KIND_NUMBER;
	wish_of(driver)->path = "/.thintune/ethtool/eth0/channels/combined";
	driver->want = "2";
	wish_of(driver)->resets = (names){0};
	driver->state = STATE_DIFFERS;
}

static int run_with_ethtool(const char *shown)
{
	set_file("/ethtool",
		 arena_printf(fixture->arena,
			      "#!/bin/sh\necho \"$*\" >>'%s/told'\n"
			      "printf 'Combined:\\t8\\nCurrent\\nRX:\\tn/a\\nCombined:\\t%s\\n'\n",
			      tree, shown));
	ck_assert_int_eq(shell(arena_printf(fixture->arena, "chmod +x '%s/ethtool'", tree)), 0);
	set_file("/script", script());
	return shell(arena_printf(fixture->arena,
				  "PATH='%s':$PATH ROOT='%s' sh '%s/script' 2>'%s/stderr'", tree,
				  tree, tree, tree));
}

START_TEST(files_and_drivers)
{
	want_files_and_channels();
	ck_assert_int_eq(run_with_ethtool("2"), 0);
	ck_assert_str_eq(get_file("/told"), "-L eth0 combined 2\n-l eth0\n");
	ck_assert_str_eq(get_file("/etc/default/irqbalance"), "A='1'\nB=2\n");
	ck_assert_str_eq(get_file("/stderr"),
			 "to be run on the node: systemctl try-restart irqbalance.service\n");
	/* A driver that keeps its own number. */
	ck_assert_int_eq(run_with_ethtool("4"), 4);
	fixture->plan.settings.at[0].want = FILE_ABSENT;
	ck_assert_int_eq(run_with_ethtool("2"), 0);
	ck_assert_int_eq(
	    shell(arena_printf(fixture->arena, "test ! -e '%s/etc/default/irqbalance'", tree)), 0);
}
END_TEST

START_TEST(shellcheck_has_no_complaint)
{
	if (shell("command -v shellcheck >/dev/null") != 0)
		return;
	lint();
	wish_of(&fixture->plan.settings.at[0])->kind = KIND_JIFFIES_MS;
	fixture->plan.settings.at[2].state = STATE_SAME;
	lint();
	fixture->plan.settings.at[0].state = STATE_SAME;
	lint();
	want_files_and_channels();
	lint();
	fixture->plan.settings.at[0].want = FILE_ABSENT;
	lint();
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("report_sh", prepare, writes_what_differs_and_nothing_else,
	       every_line_has_its_reason, trial_writes_are_listed_and_not_made,
	       a_missing_file_is_reported_and_the_rest_is_written,
	       a_value_that_reads_back_differently_is_reported,
	       a_refused_write_is_reported_and_the_rest_is_written,
	       milliseconds_may_be_rounded_to_jiffies, what_the_kernel_resets_is_put_back,
	       what_a_later_line_sets_is_not_put_back, what_an_earlier_line_set_is_put_back,
	       files_that_nobody_may_write_are_not_put_back,
	       nothing_breaks_out_of_quotes_or_comments, what_cannot_be_shown_is_not_written,
	       what_the_lists_leave_out_is_said, what_no_script_can_do_is_said_and_fails,
	       nothing_to_do_is_a_script_too, what_comes_back_along_with_what_is_left_over,
	       masks_are_equal_but_for_leading_zeroes, files_and_drivers,
	       shellcheck_has_no_complaint)
