/* SPDX-License-Identifier: Apache-2.0 */
/* Every form of a value for every type: what it becomes, what is refused, how it is written back.
 */
#include "run_suite.h"

#include <errno.h>

#include "base/text.h"
#include "base/yaml.h"
#include "profile/schema.h"
#include "profile/value.h"

static const struct yaml_limits limits = {.bytes = 65536, .depth = 8};

static int read_value(struct arena *arena, const char *section, const char *key, const char *text,
		      struct stated *ret, struct err *err)
{
	const struct reading reading = {
	    .arena = arena, .row = schema_find(section, key), .key = key, .err = err};
	const struct node *root;
	int r = yaml_parse(arena, "f", text, strlen(text), &limits, &root, err);

	ck_assert_ptr_nonnull(reading.row);
	return r < 0 ? r : value_read(&reading, root, ret);
}

static const char *const rule_names[] = {
    [RULE_LEAVE] = "leave",       [RULE_AUTO] = "auto",       [RULE_EXACT] = "exact",
    [RULE_AT_LEAST] = "at-least", [RULE_AT_MOST] = "at-most", [RULE_ONE_OF] = "one-of",
    [RULE_FIRST_OF] = "first-of",
};

static char *describe(struct arena *arena, const struct value *value)
{
	return arena_printf(arena, "%s%s (%s)", rule_names[value->rule],
			    value->auto_operand ? " auto" : "",
			    text_join(arena, &value->operands, ")("));
}

struct good {
	const char *section, *key, *text, *want;
};

static const struct good good[] = {
    {"sysctl", "vm.swappiness", "1", "exact (1)"},
    {"sysctl", "vm.swappiness", "{value: 1, severity: required}", "exact (1)"},
    {"sysctl", "vm.swappiness", "{at-least: 18446744073709551615}",
     "at-least (18446744073709551615)"},
    {"sysctl", "vm.swappiness", "{at-most: 60}", "at-most (60)"},
    {"sysctl", "vm.swappiness", "{one-of: [1, 10]}", "one-of (1)(10)"},
    {"sysctl", "vm.swappiness", "leave", "leave ()"},
    {"sysctl", "vm.swappiness", "-1", "exact (-1)"},
    {"sysctl", "kernel.core_pattern", "core", "exact (core)"},
    {"sysctl", "kernel.core_pattern", "\"010\"", "exact (010)"},
    {"sysctl", "kernel.core_pattern", "\"leave\"", "exact (leave)"},
    {"sysctl", "kernel.core_pattern", "\"|/bin/x %e\"", "exact (|/bin/x %e)"},
    {"sysctl", "net.ipv4.tcp_rmem", "[4096, 131072, 6291456]", "exact (4096 131072 6291456)"},
    {"sysctl", "net.ipv4.tcp_rmem", "{at-least: [0, 0, 16777216]}", "at-least (0 0 16777216)"},
    {"sysctl", "net.ipv4.tcp_rmem", "{one-of: [[1, 2], [3, 4]]}", "one-of (1 2)(3 4)"},
    {"sysctl", "fs.aio-max-nr", "auto", "auto ()"},
    {"sysctl", "fs.aio-max-nr", "{at-least: auto}", "at-least auto ()"},
    {"sysctl", "net.ipv4.tcp_mem", "{value: auto, why: it fits}", "auto ()"},
    {"cpu", "governor", "performance", "exact (performance)"},
    {"cpu", "governor", "\"schedutil\"", "exact (schedutil)"},
    {"cpu", "governor", "{value: leave}", "leave ()"},
    {"cpu", "max-cstate-latency", "2ms", "exact (2000)"},
    {"cpu", "clocksource", "auto", "auto ()"},
    {"cpu", "clocksource", "[tsc, kvm-clock]", "first-of (tsc)(kvm-clock)"},
    {"memory", "transparent-hugepages", "{one-of: [madvise, always]}", "one-of (madvise)(always)"},
    {"memory", "transparent-hugepages-defrag", "defer+madvise", "exact (defer+madvise)"},
    {"disk", "scheduler", "[none, noop]", "first-of (none)(noop)"},
    {"disk", "nomerges", "2", "exact (2)"},
    {"disk", "read-ahead", "64KiB", "exact (65536)"},
    {"disk", "read-ahead", "4096", "exact (4096)"},
    {"disk", "write-cache", "write back", "exact (write back)"},
    {"disk", "io-timeout", "4294967295ms", "exact (4294967295000)"},
    {"disk", "io-timeout", "{at-least: 5min}", "at-least (300000000)"},
    {"checks", "free-space", "{at-least: 10GiB}", "at-least (10737418240)"},
    {"checks", "kernel", "{at-least: \"5.10\"}", "at-least (5.10)"},
    {"checks", "kernel", "{at-least: 6.1.31}", "at-least (6.1.31)"},
    {"checks", "swap", "false", "exact (false)"},
    {"checks", "filesystem", "[xfs, ext4]", "first-of (xfs)(ext4)"},
    {"checks", "mount-options", "[noatime]", "first-of (noatime)"},
    {"checks", "memlock", "infinity", "exact (infinity)"},
    {"probe", "floors.fsync-p99", "{at-most: 10ms}", "at-most (10000)"},
    {"probe", "floors.read-bandwidth", "{at-least: 1GiB}", "at-least (1073741824)"},
};

START_TEST(forms_become_rules_and_canonical_operands)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct stated stated;
		struct err err = {0};
		int r =
		    read_value(arena, good[i].section, good[i].key, good[i].text, &stated, &err);

		ck_assert_msg(r == 0, "%s: %s", good[i].text, err.text);
		ck_assert(stated.has_rule);
		ck_assert_str_eq(describe(arena, &stated.value), good[i].want);
	}
}
END_TEST

START_TEST(written_values_read_back)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const struct schema_key *row = schema_find(good[i].section, good[i].key);
		struct stated first, again;
		struct err err = {0};
		const char *text;

		ck_assert_int_eq(
		    read_value(arena, row->section, good[i].key, good[i].text, &first, &err), 0);
		text = arena_printf(arena, "{%s: %s}", value_form(&first.value),
				    value_yaml_operand(arena, row, &first.value));
		ck_assert_msg(read_value(arena, row->section, good[i].key, text, &again, &err) == 0,
			      "%s: %s", text, err.text);
		ck_assert_str_eq(describe(arena, &again.value), good[i].want);
	}
}
END_TEST

START_TEST(severity_and_why_alone_are_no_rule)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct stated stated;
	struct err err = {0};

	ck_assert_int_eq(
	    read_value(arena, "cpu", "governor", "{severity: required, why: a b}", &stated, &err),
	    0);
	ck_assert(!stated.has_rule);
	ck_assert(stated.has_severity);
	ck_assert_int_eq(stated.value.severity, SEVERITY_REQUIRED);
	ck_assert_str_eq(stated.value.why, "a b");
}
END_TEST

static const struct {
	const char *section, *key, *text, *message;
} bad[] = {
    {"disk", "nomerges", "010", "f:1:1: 'nomerges' must be a whole number from 0 to 2, not '010'"},
    {"disk", "nomerges", "0x1", "f:1:1: 'nomerges' must be a whole number"},
    {"disk", "nomerges", "1e0", "f:1:1: 'nomerges' must be a whole number"},
    {"disk", "nomerges", "+1", "f:1:1: 'nomerges' must be a whole number"},
    {"disk", "nomerges", "-1", "f:1:1: 'nomerges' must be a whole number"},
    {"disk", "nomerges", "1.0", "f:1:1: 'nomerges' must be a whole number"},
    {"disk", "nomerges", "\"1\"",
     "f:1:1: 'nomerges' must be a whole number from 0 to 2, not \"1\""},
    {"disk", "nomerges", "3", "f:1:1: 'nomerges' must be a whole number from 0 to 2, not '3'"},
    {"disk", "nomerges", "yes", "f:1:1: 'nomerges' must be"},
    {"disk", "nomerges", "auto", "f:1:1: 'nomerges': auto is not possible here"},
    {"disk", "nomerges", "[1, 2]",
     "f:1:1: 'nomerges' must be a whole number from 0 to 2, not a list"},
    {"disk", "nomerges", "{}", "f:1:1: 'nomerges': an empty map says nothing"},
    {"disk", "nomerges", "{value: {value: 1}}",
     "f:1:9: 'nomerges' must be a whole number from 0 to 2, not a map"},
    {"disk", "nr-requests", "0", "f:1:1: 'nr-requests' must be a whole number, 1 or more, not '0'"},
    {"disk", "nr-requests", "18446744073709551616",
     "f:1:1: 'nr-requests': 18446744073709551616 is out of range"},
    {"disk", "read-ahead", "64KB", "f:1:1: 'read-ahead' must be a size such as"},
    {"disk", "read-ahead", "64kib", "f:1:1: 'read-ahead' must be a size"},
    {"disk", "read-ahead", "1000", "f:1:1: 'read-ahead': 1000 is not a whole number of KiB"},
    {"disk", "read-ahead", "99999999TiB", "f:1:1: 'read-ahead': 99999999TiB is out of range"},
    {"disk", "io-timeout", "30", "f:1:1: 'io-timeout' must be a time such as"},
    {"disk", "io-timeout", "1500us", "f:1:1: 'io-timeout': 1500us is not a whole number of milli"},
    {"disk", "io-timeout", "0s",
     "f:1:1: 'io-timeout' must be a time such as 500us, 10ms or 240s from 1ms to 4294967295ms, not "
     "'0s'"},
    {"disk", "io-timeout", "50d", "f:1:1: 'io-timeout' must be a time"},
    {"disk", "io-timeout", "5000000s", "f:1:1: 'io-timeout' must be a time"},
    {"disk", "write-cache", "write-back",
     "f:1:1: 'write-cache' must be one of write back, write through, not 'write-back'; did you "
     "mean 'write back'?"},
    {"disk", "scheduler", "[]", "f:1:1: 'scheduler': an empty list allows nothing"},
    {"disk", "scheduler", "{one-of: []}", "f:1:10: 'scheduler': an empty list allows nothing"},
    {"disk", "scheduler", "{one-of: none}", "f:1:10: 'scheduler': one-of takes a list, not text"},
    {"disk", "scheduler", "{at-least: none}", "f:1:12: 'scheduler' takes no at-least"},
    {"disk", "scheduler", "no", "f:1:1: 'scheduler' must be a word, not 'no'"},
    {"disk", "scheduler", "[none, leave]", "f:1:8: 'scheduler': leave is not possible here"},
    {"disk", "scheduler", "[[none]]", "f:1:2: 'scheduler' must be a word, not a list"},
    {"cpu", "governor", "performence", "f:1:1: 'governor' must be one of performance, powersave"},
    {"cpu", "governor", "\"\"", "f:1:1: 'governor' must be one of"},
    {"cpu", "governor", "{valu: x}",
     "f:1:2: unknown key 'valu' in 'governor'; known are value, at-least, at-most, one-of, "
     "severity, why; did you mean 'value'?"},
    {"cpu", "governor", "{severity: high}", "f:1:12: 'severity' must be required or advised"},
    {"cpu", "governor", "{severity: [required]}", "f:1:12: 'severity' must be"},
    {"cpu", "governor", "{value: performance, why: 12}", "f:1:27: 'why' must be text"},
    {"cpu", "governor", "{value: performance, why: }", "f:1:27: 'why' must be text"},
    {"cpu", "governor", "{value: performance, one-of: [performance]}",
     "f:1:30: 'governor' has more than one of"},
    {"sysctl", "a.b", "010",
     "f:1:1: 'a.b': '010' is not a plain decimal number; text that looks like"},
    {"sysctl", "a.b", "0x10", "f:1:1: 'a.b': '0x10' is not a plain decimal"},
    {"sysctl", "a.b", "1e3", "f:1:1: 'a.b': '1e3' is not a plain decimal"},
    {"sysctl", "a.b", "1_000", "f:1:1: 'a.b': '1_000' is not a plain decimal"},
    {"sysctl", "a.b", "yes", "f:1:1: 'a.b': 'yes' is not a plain decimal"},
    {"sysctl", "a.b", "null", "f:1:1: 'a.b': 'null' is not a plain decimal"},
    {"sysctl", "a.b", "\" \"", "f:1:1: 'a.b': empty text cannot be written"},
    {"sysctl", "a.b", "auto", "f:1:1: 'a.b': auto is not possible here"},
    {"sysctl", "a.b", "[1, x]", "f:1:5: 'a.b' must be a whole number, not 'x'"},
    {"sysctl", "a.b", "[]", "f:1:1: 'a.b': an empty list"},
    {"sysctl", "a.b", "{at-least: many}", "f:1:12: 'a.b': a bound must be a number, not 'many'"},
    {"sysctl", "a.b", "{at-least: \"5\"}", "f:1:12: 'a.b': a bound must be a number"},
    {"sysctl", "a.b", "{at-least: -5}", "f:1:12: 'a.b': a bound must be a number"},
    {"sysctl", "a.b", "{at-least: 10, at-most: 5}",
     "f:1:25: 'a.b': at-least and at-most contradict"},
    {"sysctl", "a.b", "{at-most: [1, 2], at-least: [1, 3]}",
     "f:1:29: 'a.b': at-least and at-most contradict"},
    {"sysctl", "a.b", "{at-least: 5, at-most: 10}", "f:1:24: 'a.b' has more than one of"},
    {"sysctl", "a.b", "99999999999999999999", "f:1:1: 'a.b': 99999999999999999999 is out of range"},
    {"checks", "free-space", "10GiB",
     "f:1:1: 'free-space' takes {at-least: a size such as 64KiB or 10GiB} or leave"},
    {"checks", "free-space", "{at-most: 1GiB}", "f:1:11: 'free-space' takes no at-most"},
    {"checks", "kernel", "{at-least: 5.10}", "f:1:12: 'kernel': write \"5.10\" in quotes"},
    {"checks", "kernel", "{at-least: \"v5\"}", "f:1:12: 'kernel' must be a version in quotes"},
    {"checks", "kernel", "{at-least: \"5.\"}", "f:1:12: 'kernel' must be a version"},
    {"checks", "data-mount", "false",
     "f:1:1: 'data-mount' must be true; to switch the check off write leave"},
    {"checks", "data-mount", "yes", "f:1:1: 'data-mount' must be true, not 'yes'"},
    {"checks", "data-mount", "True", "f:1:1: 'data-mount' must be true, not 'True'"},
    {"checks", "data-mount", "\"true\"", "f:1:1: 'data-mount' must be true, not \"true\""},
    {"checks", "swap", "", "f:1:1: this file is empty"},
    {"probe", "floors.fsync-p99", "{at-least: 10ms}",
     "f:1:12: 'floors.fsync-p99' takes no at-least"},
    {"irq", "placement", "everywhere", "f:1:1: 'placement' must be one of shared, dedicated"},
};

START_TEST(mistakes_are_refused_with_place)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct err err = {0};
		struct stated stated;

		ck_assert_msg(read_value(arena, bad[i].section, bad[i].key, bad[i].text, &stated,
					 &err) == -EINVAL,
			      "accepted: %s", bad[i].text);
		ck_assert_msg(text_starts(err.text, bad[i].message), "want '%s', got '%s'",
			      bad[i].message, err.text);
	}
}
END_TEST

static char *repeat(struct arena *arena, const char *before, const char *item, unsigned count,
		    const char *after)
{
	struct str text = str_new(arena);

	str_add(&text, before);
	for (unsigned i = 0; i < count; i++)
		str_add(&text, item);
	str_add(&text, after);
	return text.text;
}

START_TEST(lengths_have_limits)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct err err = {0};
	struct stated stated;

	ck_assert_int_eq(read_value(arena, "disk", "scheduler",
				    repeat(arena, "[", "none,", 32, "]"), &stated, &err),
			 0);
	ck_assert_int_lt(read_value(arena, "disk", "scheduler",
				    repeat(arena, "[", "none,", 33, "]"), &stated, &err),
			 0);
	ck_assert_str_eq(err.text, "f:1:1: 'scheduler': more than 32 items");
	ck_assert_int_eq(
	    read_value(arena, "sysctl", "a.b", repeat(arena, "", "x", 1024, ""), &stated, &err), 0);
	ck_assert_int_lt(
	    read_value(arena, "sysctl", "a.b", repeat(arena, "", "x", 1025, ""), &stated, &err), 0);
	ck_assert_str_eq(err.text, "f:1:1: 'a.b' is longer than 1024 characters");
	ck_assert_int_lt(read_value(arena, "cpu", "governor",
				    repeat(arena, "{why: ", "x", 1025, "}"), &stated, &err),
			 0);
	ck_assert_str_eq(err.text, "f:1:7: 'why' is longer than 1024 characters");
}
END_TEST

START_TEST(every_schema_row_is_complete)
{
	for (size_t i = 0; i < profile_schema_count; i++) {
		const struct schema_key *row = &profile_schema_keys[i];

		ck_assert_ptr_nonnull(row->section);
		ck_assert_ptr_nonnull(row->help);
		ck_assert_msg(text_ends(row->help, "."), "%s", row->key);
		ck_assert_msg(row->rules != 0, "%s", row->key);
		ck_assert_ptr_eq(schema_find(row->section, row->key), row);
	}
	ck_assert_str_eq(schema_other_section("nomerges"), "disk");
}
END_TEST

RUN_SUITE("value", forms_become_rules_and_canonical_operands, written_values_read_back,
	  severity_and_why_alone_are_no_rule, lengths_have_limits, mistakes_are_refused_with_place,
	  every_schema_row_is_complete)
