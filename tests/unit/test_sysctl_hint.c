/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernel setting a misspelt one may have meant, against the kernel in memory. */
#include "apply/sysctl_hint.h"

#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

static const char *hint(const char *key)
{
	return sysctl_hint(fake_root(), arena, key);
}

START_TEST(one_part_may_be_wrong)
{
	fake_set("/proc/sys/kernel/odd/corner_case", "1");
	fake_set("/proc/sys/net/ipv4/conf/eth0.7/arp_oddity", "1");
	ck_assert_str_eq(hint("kernel.odd.corner_cases"), "kernel.odd.corner_case");
	ck_assert_str_eq(hint("kernel.od.corner_case"), "kernel.odd.corner_case");
	ck_assert_str_eq(hint("kerneq.odd.corner_case"), "kernel.odd.corner_case");
	ck_assert_ptr_null(hint("kerneq.odd.corner_cases"));
	ck_assert_ptr_null(hint("kernel.od.corner_cases"));
	ck_assert_ptr_null(hint("kernel.odd.nothing_like_it"));
	ck_assert_ptr_null(hint("kernel.odd.corner_case.below"));
	/* Nothing is wrong with it. */
	ck_assert_ptr_null(hint("kernel.odd.corner_case"));
	ck_assert_str_eq(hint("net.ipv4.conf.eth0/7.arp_odditi"),
			 "net.ipv4.conf.eth0/7.arp_oddity");
	/* A built-in profile speaks of it: it is no slip. */
	fake_set("/proc/sys/vm/swappines", "1");
	ck_assert_ptr_null(hint("vm.swappiness"));
	ck_assert_str_eq(hint("vm.swapiness"), "vm.swappiness");
}
END_TEST

START_TEST(what_is_missing)
{
	fake_set("/proc/sys/kernel/odd/corner_case", "1");
	ck_assert(!sysctl_hint_is_missing(fake_root(), arena, "kernel.odd.corner_case"));
	ck_assert(sysctl_hint_is_missing(fake_root(), arena, "kernel.odd.corner_cases"));
	ck_assert(sysctl_hint_is_missing(fake_root(), arena, "kernel.nothing"));
	/* A pod's network namespace has neither of these, the node's has both. */
	ck_assert(!sysctl_hint_is_missing(fake_root(), arena, "net.core.rmem_max"));
	ck_assert(sysctl_hint_is_missing(fake_root(), arena, "net.core.nothing"));
	fake_set("/proc/sys/net/ipv4/tcp_mem", "1 2 3");
	ck_assert(sysctl_hint_is_missing(fake_root(), arena, "net.core.rmem_max"));
	/* A record holds what was asked for when it was made: only a slip is told. */
	fake_plain(true);
	ck_assert(!sysctl_hint_is_missing(fake_root(), arena, "kernel.odd.corner_case"));
	ck_assert(sysctl_hint_is_missing(fake_root(), arena, "kernel.odd.corner_cases"));
	ck_assert(!sysctl_hint_is_missing(fake_root(), arena, "kernel.nothing"));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("sysctl_hint", prepare, one_part_may_be_wrong, what_is_missing)
