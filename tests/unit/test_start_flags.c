/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of rpk.additional_start_flags in every spelling, good, odd and hostile. */
#include "run_suite.h"

#include "base/text.h"
#include "profile/redpanda.h"

static struct redpanda_config parse(struct arena *arena, const char *text)
{
	struct redpanda_config config = {0};
	struct err err = {0};

	ck_assert_msg(redpanda_parse(arena, "/r.yaml", text, strlen(text), &config, &err) == 0,
		      "%s: %s", text, err.text);
	return config;
}

/* "2 --smp 4; 3 --memory 8G" */
static const char *flags_text(struct arena *arena, const struct redpanda_config *config)
{
	names parts = {0};

	vec_for_each (flag, &config->flags)
		vec_push(arena, &parts,
			 arena_printf(arena, "%u %s", flag->line, start_flag_text(arena, flag)));
	return text_join(arena, &parts, "; ");
}

#define FLAGS "rpk:\n  additional_start_flags:\n"

static const struct {
	const char *text, *flags;
} spellings[] = {
    {FLAGS "  - --smp=4\n  - --memory=8G\n", "3 --smp 4; 4 --memory 8G"},
    {FLAGS "  - --smp\n  - 4\n  - --memory\n  - 8G\n", "3 --smp 4; 5 --memory 8G"},
    {FLAGS "  - --smp 4\n  - --cpuset 0-3,8\n", "3 --smp 4; 4 --cpuset 0-3,8"},
    {FLAGS "  - --smp 4 --cpuset=0-3 --memory 8G\n", "3 --smp 4; 3 --cpuset 0-3; 3 --memory 8G"},
    {FLAGS "  - \"--smp=\\\"4\\\"\"\n  - '--cpuset=''0-3'''\n", "3 --smp 4; 4 --cpuset 0-3"},
    {FLAGS "  - \"--cpuset\"\n  - \"0-3\"\n", "3 --cpuset 0-3"},
    {FLAGS "  - -cpuset=1\n  - ---smp=2\n", "3 --cpuset 1; 4 --smp 2"},
    {FLAGS "  - '--smp = 4'\n  - '--memory= 8G'\n  - '--cpuset =1'\n",
     "3 --smp 4; 4 --memory 8G; 5 --cpuset 1"},
    /* The last of equal ones counts, as in rpk. */
    {FLAGS "  - --smp=4\n  - --memory=1G\n  - --smp 8\n", "4 --memory 1G; 5 --smp 8"},
    {FLAGS "  - --cpuset=0-3\n  - --cpuset\n", "4 --cpuset"},
    /* Flags are no values, and values no flags. */
    {FLAGS "  - --cpuset\n  - --smp=4\n", "3 --cpuset; 4 --smp 4"},
    {FLAGS "  - --other\n  - smp=4\n  - --cpuset=\n  - 0-3\n  - --smp=\n", "5 --cpuset; 7 --smp"},
    {FLAGS "  - '--logger-log-level=\"a --smp=9\"'\n  - smp=4\n  - --smpx=1\n  - --sm=1\n", ""},
    {FLAGS "  - --name\n  - --smp=3\n", "4 --smp 3"},
    {FLAGS "  - --max-networking-io-control-blocks=50000\n  - --reserve-memory 2G\n",
     "3 --max-networking-io-control-blocks 50000; 4 --reserve-memory 2G"},
    /* Seastar's short options. */
    {FLAGS "  - -c8\n  - -m28G\n", "3 --smp 8; 4 --memory 28G"},
    {FLAGS "  - -c 8\n  - -m 28G\n", "3 --smp 8; 4 --memory 28G"},
    {FLAGS "  - \"-c\"\n  - \"8\"\n  - \"-m\"\n  - \"28G\"\n", "3 --smp 8; 5 --memory 28G"},
    {FLAGS "  - -c=8 -m=28G\n  - --smp 2\n", "3 --memory 28G; 4 --smp 2"},
    {FLAGS "  - -c\n  - -m\n", "3 --smp; 4 --memory"},
    {FLAGS "  - -c-5\n  - -m\"28G\"\n", "3 --smp -5; 4 --memory 28G"},
    {FLAGS "  - --c 8\n  - -collectd 1\n  - -max 3 -C 4 -M 5\n  - c8\n", ""},
    /* One text instead of a list. */
    {"rpk: {additional_start_flags: --smp=4}\n", "1 --smp 4"},
    {FLAGS "    --smp 4\n    --cpuset 0-3\n", "3 --smp 4; 3 --cpuset 0-3"},
    {"rpk:\n  additional_start_flags: |\n    --smp 4\n    --cpuset\t0-3\n",
     "2 --smp 4; 2 --cpuset 0-3"},
    {"rpk: {additional_start_flags: [], smp: 0}\n", ""},
    {"rpk: {additional_start_flags: [~, '', ' ', -, --, '--=4', =], smp: }\n", ""},
    {"additional_start_flags: [--smp=4]\nredpanda: {additional_start_flags: [--smp=4]}\n", ""},
    /* The key of its own. */
    {"rpk:\n  smp: 4\n", "2 rpk.smp: 4"},
    {"rpk:\n  smp: \" 4 \"\n", "2 rpk.smp: 4"},
    {"rpk:\n  smp: many\n", "2 rpk.smp: many"},
    {"rpk:\n  additional_start_flags: [--smp=2]\n  smp: 4\n", "2 --smp 2; 3 rpk.smp: 4"},
    {"rpk:\n  smp: 4\n  additional_start_flags: [--smp=2]\n", "3 --smp 2; 2 rpk.smp: 4"},
    /* Nothing of it reaches a report as it is. */
    {FLAGS "  - \"--cpuset='\\e[31m0\\n\\u00e9'\"\n", "3 --cpuset ?[31m0???"},
    {FLAGS "  - '--cpuset=\"0-3'\n", "3 --cpuset 0-3"},
};

static void check_spelling(const char *text, const char *flags)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config = parse(arena, text), again;

	ck_assert_msg(text_equal(flags_text(arena, &config), flags), "%s: wanted '%s', got '%s'",
		      text, flags, flags_text(arena, &config));
	/* A record keeps them, at their lines. */
	again = parse(arena, redpanda_reduced(arena, &config));
	ck_assert_str_eq(flags_text(arena, &again), flags);
}

START_TEST(every_spelling)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		check_spelling(spellings[i].text, spellings[i].flags);
}
END_TEST

/* These only size and advise: a broker is not kept down for them. A shape of smp that is no number
 * is one that no split goes with. */
START_TEST(what_is_no_text_is_passed_over)
{
	static const char *const texts[][2] = {
	    {"rpk: {additional_start_flags: {smp: 4}}", ""},
	    {"rpk: {additional_start_flags: [[--smp=4], --memory=1G]}", "1 --memory 1G"},
	    {"x: &a [--smp=4]\nrpk: {additional_start_flags: *a}", ""},
	    {"rpk: {smp: [4]}", "1 rpk.smp: a list"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = parse(arena, texts[i][0]);

		ck_assert_str_eq(flags_text(arena, &config), texts[i][1]);
	}
}
END_TEST

START_TEST(what_comes_twice_is_refused)
{
	static const char *const texts[][2] = {
	    {"rpk: {smp: 4, smp: 5}", "/r.yaml:1:15: 'smp' appears twice"},
	    {"rpk:\n  additional_start_flags: []\n  additional_start_flags: [--smp=4]\n",
	     "/r.yaml:3:3: 'additional_start_flags' appears twice"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = {0};
		struct err err = {0};

		ck_assert_int_lt(redpanda_parse(arena, "/r.yaml", texts[i][0], strlen(texts[i][0]),
						&config, &err),
				 0);
		ck_assert_str_eq(err.text, texts[i][1]);
	}
}
END_TEST

START_TEST(long_and_many)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str text = str_new(arena);
	struct redpanda_config config;

	str_add(&text, FLAGS);
	for (unsigned i = 0; i < 20000; i++)
		str_printf(&text, "  - --cpuset=%u-\n", i);
	str_add(&text, "  - --smp=");
	for (unsigned i = 0; i < 5000; i++)
		str_add(&text, "1");
	str_add(&text, "\n");
	config = parse(arena, text.text);
	ck_assert_uint_eq(config.flags.count, 2);
	ck_assert_str_eq(config.flags.at[0].value, "19999-");
	ck_assert_uint_eq(strlen(config.flags.at[1].value), 255);
	ck_assert_uint_eq(strlen(start_flag_text(arena, &config.flags.at[1])), 69);
}
END_TEST

/* All that is kept, with keys in any order. */
START_TEST(reduced_form_keeps_lines)
{
	static const char *const texts[] = {
	    "rpk:\n  tune_a: false\n  smp: 3\n\n  additional_start_flags:\n  - --memory=1G\n\n"
	    "  - --smp 2\n  tune_b: false\nredpanda: {data_directory: /a}\n",
	    "rpk: {smp: 3, tune_a: false, additional_start_flags: [--smp=2,\n --memory=1G],\n"
	    " tune_b: false}\n",
	    "redpanda: {data_directory: /a}\nrpk: {additional_start_flags: '--cpuset=\"1 2\"'}\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = parse(arena, texts[i]);
		struct redpanda_config again = parse(arena, redpanda_reduced(arena, &config));

		ck_assert_uint_gt(config.flags.count, 0);
		ck_assert_str_eq(flags_text(arena, &again), flags_text(arena, &config));
		ck_assert_uint_eq(again.off.count, config.off.count);
		for (size_t at = 0; at < config.off.count; at++)
			ck_assert_uint_eq(again.off.at[at].line, config.off.at[at].line);
		ck_assert_uint_eq(again.data_directory_line, config.data_directory_line);
	}
}
END_TEST

RUN_SUITE("start_flags", every_spelling, what_is_no_text_is_passed_over,
	  what_comes_twice_is_refused, long_and_many, reduced_form_keeps_lines)
