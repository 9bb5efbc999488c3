/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from a redpanda.yaml, what of it is refused, and its reduced form for records. */
#include "run_suite.h"

#include <errno.h>

#include "base/text.h"
#include "profile/redpanda.h"

static struct redpanda_config parse(struct arena *arena, const char *text)
{
	struct redpanda_config config = {0};
	struct err err = {0};
	int r = redpanda_parse(arena, "/r.yaml", text, strlen(text), &config, &err);

	ck_assert_msg(r == 0, "%s: %s", text, err.text);
	return config;
}

static const char typical[] = "redpanda:\n"
			      "  data_directory: /mnt/redpanda\n"
			      "  node_id: &id 0\n"
			      "  rpc_server:\n"
			      "    address: 10.0.0.5\n"
			      "    port: 33145\n"
			      "  kafka_api:\n"
			      "    - {address: 10.0.0.6, port: 9092, name: inside}\n"
			      "    - {address: broker.example, port: 9093}\n"
			      "  admin:\n"
			      "    - address: 127.0.0.1\n"
			      "      port: 9644\n"
			      "pandaproxy: {advertised: *id}\n"
			      "rpk:\n"
			      "  tune_network: true\n"
			      "  tune_swappiness: false\n"
			      "  coredump_dir: /x\n"
			      "\n"
			      "  tune_clocksource: off\n"
			      "  tune_cpu:\n";

static void check_typical(const struct redpanda_config *config)
{
	static const char *const addresses[] = {"10.0.0.5", "10.0.0.6", "broker.example",
						"127.0.0.1"};

	ck_assert_str_eq(config->path, "/r.yaml");
	ck_assert_str_eq(config->data_directory, "/mnt/redpanda");
	ck_assert_uint_eq(config->data_directory_line, 2);
	ck_assert_uint_eq(config->addresses.count, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(config->addresses.at[i], addresses[i]);
	ck_assert_uint_eq(config->off.count, 2);
	ck_assert_str_eq(config->off.at[0].key, "tune_swappiness");
	ck_assert_uint_eq(config->off.at[0].line, 16);
	ck_assert_str_eq(config->off.at[1].key, "tune_clocksource");
	ck_assert_uint_eq(config->off.at[1].line, 19);
}

START_TEST(takes_what_tuning_needs)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config = parse(arena, typical);

	check_typical(&config);
}
END_TEST

/* Why, for each of three keys: "-" for not switched off. */
static const char *off_text(struct arena *arena, const struct redpanda_config *config)
{
	static const char *const keys[] = {"tune_cpu", "tune_network", "tune_swappiness"};
	names parts = {0};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		vec_push(arena, &parts,
			 text_or(redpanda_switched_off(arena, config, keys[i]), "-"));
	return text_join(arena, &parts, "; ");
}

static const char *forbidden_text(struct arena *arena, const struct redpanda_config *config)
{
	return arena_printf(arena, "%u %u", redpanda_forbids(config, REDPANDA_ALLOW_STEERING),
			    redpanda_forbids(config, REDPANDA_ALLOW_DEDICATED));
}

#define SAYS(line, key) "redpanda.yaml:" line " says " key ": true, and there is no rpk."
#define THEN            ", which is false then"

static const struct {
	const char *text, *off, *forbidden;
} switches[] = {
    {"rpk: {}\n", "-; -; -", "0 0"},
    {"redpanda: {developer_mode: false}\nrpk: {tune_cpu: , tune_network: ~}\n", "-; -; -", "0 0"},
    {"rpk:\n  tune_cpu: false\n", "redpanda.yaml:2 says rpk.tune_cpu: false; -; -", "0 0"},
    /* One true: rpk has written the file, and drops each false. Any of its tuners will do. */
    {"rpk:\n  tune_cpu: true\n",
     "-; " SAYS("2", "rpk.tune_cpu") "tune_network" THEN
				     "; " SAYS("2", "rpk.tune_cpu") "tune_swappiness" THEN,
     "0 0"},
    {"rpk:\n  tune_network: false\n  tune_fstrim: yes\n  tune_cpu: true\n",
     "-; redpanda.yaml:2 says rpk.tune_network: false; " SAYS(
	 "3", "rpk.tune_fstrim") "tune_swappiness" THEN,
     "0 0"},
    /* The last one is for what rpk does not tune. */
    {"rpk:\n  enable_usage_stats: true\n  overprovisioned: true\n", "-; -; -", "0 0"},
    {"redpanda:\n  developer_mode: true\n",
     SAYS("2", "redpanda.developer_mode") "tune_cpu" THEN "; " SAYS(
	 "2", "redpanda.developer_mode") "tune_network" THEN
					 "; " SAYS(
					     "2", "redpanda.developer_mode") "tune_swappiness" THEN,
     "0 0"},
    {"rpk:\n  tune_swappiness: true\nredpanda:\n  developer_mode: yes\n",
     SAYS("2", "rpk.tune_swappiness") "tune_cpu" THEN "; " SAYS(
	 "2", "rpk.tune_swappiness") "tune_network" THEN "; -",
     "0 0"},
    /* These keep their false, so their absence means nothing. */
    {"rpk: {allow_rps_rfs_tuner: true, allow_dedicated_interrupt_mode: true}\n", "-; -; -", "0 0"},
    {"rpk:\n  allow_rps_rfs_tuner: false\n", "-; -; -", "2 0"},
    {"rpk:\n  allow_rps_rfs_tuner: false\n  allow_dedicated_interrupt_mode: false\n", "-; -; -",
     "2 3"},
    {"rpk:\n  allow_rx_tx_queue_tuner: false\n  allow_dedicated_interrupt_mode: off\n", "-; -; -",
     "0 3"},
};

START_TEST(what_is_off_and_why)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = parse(arena, switches[i].text), again;

		ck_assert_str_eq(off_text(arena, &config), switches[i].off);
		ck_assert_str_eq(forbidden_text(arena, &config), switches[i].forbidden);
		/* A record keeps it, at its lines. */
		again = parse(arena, redpanda_reduced(arena, &config));
		ck_assert_str_eq(off_text(arena, &again), switches[i].off);
		ck_assert_str_eq(forbidden_text(arena, &again), switches[i].forbidden);
	}
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config =
	    parse(arena, arena_printf(arena, "\xef\xbb\xbf%s", typical));

	check_typical(&config);
}
END_TEST

START_TEST(little_is_fine)
{
	static const char *const texts[] = {
	    "",        "# nothing\n",     "{}\n",           "redpanda:\n",
	    "rpk: {}", "other: [1, 2]\n", "redpanda: {}\n", "redpanda: {data_directory: }\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = parse(arena, texts[i]);

		ck_assert_ptr_null(config.data_directory);
		ck_assert_uint_eq(config.addresses.count, 0);
		ck_assert_uint_eq(config.off.count, 0);
	}
}
END_TEST

START_TEST(one_listener_instead_of_a_list)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config =
	    parse(arena, "redpanda: {kafka_api: {address: 0.0.0.0}, admin: {port: 1}}\n");

	ck_assert_uint_eq(config.addresses.count, 1);
	ck_assert_str_eq(config.addresses.at[0], "0.0.0.0");
}
END_TEST

START_TEST(wrong_types_are_refused_where_we_look)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"- a\n", "/r.yaml:1:1: a redpanda.yaml is a map of keys, not a list"},
	    {"a: [\n", "/r.yaml:2:1: not YAML"},
	    {"redpanda: 5\n", "/r.yaml:1:11: 'redpanda' must be a map, not text"},
	    {"redpanda:\n  data_directory: [/a]\n",
	     "/r.yaml:2:19: 'data_directory' must be a path, not a list"},
	    {"x: &d /a\nredpanda:\n  data_directory: *d\n",
	     "/r.yaml:3:19: 'data_directory' must be a path, not an alias"},
	    {"redpanda: {kafka_api: here}\n", "/r.yaml:1:23: 'kafka_api' must hold maps"},
	    {"redpanda: {kafka_api: [{address: {}}]}\n", "/r.yaml:1:34: 'address' must be text"},
	    {"rpk:\n  tune_net: maybe\n",
	     "/r.yaml:2:13: 'tune_net' must be true or false, not 'maybe'"},
	    {"rpk:\n  tune_net: [false]\n",
	     "/r.yaml:2:13: 'tune_net' must be true or false, not a list"},
	    {"rpk: {tune_net: true, tune_net: false}\n", "/r.yaml:1:23: 'tune_net' appears twice"},
	    {"redpanda: {}\nredpanda: {}\n", "/r.yaml:2:1: 'redpanda' appears twice"},
	    {" redpanda:\n   node_id: 1\nrpk:\n  tune_cpu: false\n", "/r.yaml:3:1: not YAML"},
	    {"a: \xff\n", "/r.yaml:1:4: byte 0xFF"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = {0};
		struct err err = {0};

		ck_assert_int_eq(redpanda_parse(arena, "/r.yaml", cases[i].text,
						strlen(cases[i].text), &config, &err),
				 -EINVAL);
		ck_assert_ptr_null(config.path);
		ck_assert_msg(text_starts(err.text, cases[i].message), "want '%s', got '%s'",
			      cases[i].message, err.text);
	}
}
END_TEST

START_TEST(many_keys_are_refused)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config = {0};
	struct str text = str_new(arena);
	struct err err = {0};

	str_add(&text, "rpk:\n");
	for (unsigned i = 0; i < 1001; i++)
		str_printf(&text, "  tune_%u: false\n", i);
	ck_assert_int_eq(redpanda_parse(arena, "/r.yaml", text.text, text.length, &config, &err),
			 -EINVAL);
	ck_assert_str_eq(err.text, "/r.yaml:2:3: 'rpk' has more than 1000 keys");
}
END_TEST

START_TEST(reduced_form_gives_the_same_at_the_same_lines)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct redpanda_config config = parse(arena, typical);
	char *text = redpanda_reduced(arena, &config);
	struct redpanda_config again = parse(arena, text);

	ck_assert_uint_eq(again.addresses.count, 0);
	again.addresses = config.addresses;
	check_typical(&again);
	ck_assert_ptr_null(strstr(text, "coredump_dir"));
	ck_assert_ptr_null(strstr(text, "33145"));
}
END_TEST

START_TEST(reduced_form_of_any_order)
{
	static const char *const texts[] = {
	    "",
	    "rpk:\n  tune_a: false\n\n  tune_b: no\nredpanda:\n\n  data_directory: \"/a \\\"b\"\n",
	    "{rpk: {tune_a: false}, redpanda: {data_directory: /a}}\n",
	    "{redpanda: {data_directory: /a}, rpk: {tune_a: false,\n tune_b: false}}\n",
	    "\n\nredpanda: {kafka_api: [{address: a}]}\n",
	    "\nrpk: {tune_a: false}\nredpanda: {kafka_api: [{address: a}]}\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct redpanda_config config = parse(arena, texts[i]);
		struct redpanda_config again = parse(arena, redpanda_reduced(arena, &config));

		ck_assert(text_equal(config.data_directory, again.data_directory));
		ck_assert_uint_eq(config.data_directory_line, again.data_directory_line);
		ck_assert_uint_eq(again.addresses.count, 0);
		ck_assert_uint_eq(config.off.count, again.off.count);
		for (size_t at = 0; at < config.off.count; at++) {
			ck_assert_str_eq(config.off.at[at].key, again.off.at[at].key);
			ck_assert_uint_eq(config.off.at[at].line, again.off.at[at].line);
		}
	}
}
END_TEST

/* Escapes make a key longer than libyaml takes for one by itself. */
START_TEST(reduced_form_of_a_long_key)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char tabs[401] = {0};
	struct redpanda_config config, again;

	memset(tabs, '\t', sizeof(tabs) - 1);
	config =
	    parse(arena, arena_printf(arena, "rpk:\n  tune_a%sz: true\n  tune_b: false\n", tabs));
	ck_assert_uint_eq(config.on.count, 1);
	again = parse(arena, redpanda_reduced(arena, &config));
	ck_assert_uint_eq(again.on.count, 1);
	ck_assert_str_eq(again.on.at[0].key, config.on.at[0].key);
	ck_assert_uint_eq(again.on.at[0].line, 2);
	ck_assert_uint_eq(again.off.at[0].line, 3);
}
END_TEST

RUN_SUITE("redpanda", takes_what_tuning_needs, what_is_off_and_why,
	  a_byte_order_mark_is_passed_over, little_is_fine, one_listener_instead_of_a_list,
	  wrong_types_are_refused_where_we_look, many_keys_are_refused,
	  reduced_form_gives_the_same_at_the_same_lines, reduced_form_of_any_order,
	  reduced_form_of_a_long_key)
