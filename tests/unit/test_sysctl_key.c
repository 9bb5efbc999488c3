/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of sysctl.d(5), and where a wildcard ends. */
#include "base/sysctl_key.h"

#include "run_suite.h"

START_TEST(dots_and_slashes)
{
	static const struct {
		const char *text, *key, *file;
	} rows[] = {
	    {"kernel.domainname", "kernel.domainname", "kernel/domainname"},
	    {"kernel/domainname", "kernel.domainname", "kernel/domainname"},
	    {"net.ipv4.conf.enp3s0/200.forwarding", "net.ipv4.conf.enp3s0/200.forwarding",
	     "net/ipv4/conf/enp3s0.200/forwarding"},
	    {"net/ipv4/conf/enp3s0.200/forwarding", "net.ipv4.conf.enp3s0/200.forwarding",
	     "net/ipv4/conf/enp3s0.200/forwarding"},
	    {"plain", "plain", "plain"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		char *key = sysctl_key(arena, rows[i].text);

		ck_assert_str_eq(key, rows[i].key);
		ck_assert_str_eq(sysctl_key_file(arena, key), rows[i].file);
	}
}
END_TEST

START_TEST(wildcards_stay_within_a_part)
{
	static const struct {
		const char *pattern, *key;
		bool matches;
	} rows[] = {
	    {"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0.rp_filter", true},
	    {"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filter", true},
	    {"net.ipv4.*.rp_filter", "net.ipv4.conf.eth0.rp_filter", false},
	    {"vm.swap*", "vm.swappiness", true},
	    {"vm.*", "vm.swappiness", true},
	    {"*", "vm.swappiness", false},
	    {"vm.swappines?", "vm.swappiness", true},
	    {"vm.[rs]wappiness", "vm.swappiness", true},
	    {"vm.[!s]wappiness", "vm.swappiness", false},
	    {"vm.swap*", "vm.swap", true},
	    {"vm.swap", "vm.swappiness", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();

		ck_assert_msg(sysctl_key_matches(arena, rows[i].pattern, rows[i].key) ==
				  rows[i].matches,
			      "%s, %s", rows[i].pattern, rows[i].key);
	}
	ck_assert(sysctl_key_is_pattern("vm.[a]"));
	ck_assert(!sysctl_key_is_pattern("net.ipv4.conf.eth0/1.x"));
}
END_TEST

RUN_SUITE("sysctl_key", dots_and_slashes, wildcards_stay_within_a_part)
