/* SPDX-License-Identifier: Apache-2.0 */
/* The table of files that change others. Each row was read in the source of Linux 6.1 and 6.12;
 * those of net/ were found again on a 6.18 by writing to every file there and comparing all others.
 */
#include "plan/counterparts.h"

#include "base/text.h"

#define KERNEL "/proc/sys/kernel/"
#define VM     "/proc/sys/vm/"
#define NET    "/proc/sys/net/"
#define IPV4   NET "ipv4/"
#define IPV6   NET "ipv6/"

/* The first row whose pattern fits counts. */
static const struct counterpart {
	const char *pattern;
	/* "/..." absolute, else beside the file; "*" any name, "@" the file's own. */
	const char *changes[3];
	const char *alias;
} rows[] = {
    /* net/ipv4/devinet.c, devinet_sysctl_forward(), inet_forward_change() */
    {.pattern = IPV4 "ip_forward",
     .changes = {IPV4 "conf/*/forwarding", IPV4 "conf/all/accept_redirects"},
     .alias = IPV4 "conf/all/forwarding"},
    {.pattern = IPV4 "conf/all/forwarding",
     .changes = {IPV4 "conf/*/forwarding", IPV4 "conf/all/accept_redirects"},
     .alias = IPV4 "ip_forward"},
    {.pattern = IPV4 "conf/default/forwarding"},
    /* the same file, devinet_conf_proc(), devinet_copy_dflt_conf(): every interface that never got
     * an address, nor a value of its own */
    {.pattern = IPV4 "conf/default/*", .changes = {IPV4 "conf/*/@"}},
    /* net/ipv6/addrconf.c, addrconf_fixup_forwarding(), addrconf_disable_ipv6(),
     * addrconf_fixup_linkdown(), addrconf_sysctl_addr_gen_mode(); the last one is not in 6.12 */
    {.pattern = IPV6 "conf/all/forwarding", .changes = {IPV6 "conf/*/@"}},
    {.pattern = IPV6 "conf/all/disable_ipv6", .changes = {IPV6 "conf/*/@"}},
    {.pattern = IPV6 "conf/all/ignore_routes_with_linkdown", .changes = {IPV6 "conf/*/@"}},
    {.pattern = IPV6 "conf/all/addr_gen_mode", .changes = {IPV6 "conf/*/@"}},
    {.pattern = IPV6 "conf/all/force_forwarding", .changes = {IPV6 "conf/*/@"}},
    /* the same file, addrconf_sysctl_stable_secret() */
    {.pattern = IPV6 "conf/default/stable_secret", .changes = {IPV6 "conf/*/addr_gen_mode"}},
    {.pattern = IPV6 "conf/*/stable_secret", .changes = {"addr_gen_mode"}},
    /* net/core/neighbour.c, neigh_proc_update(), neigh_copy_dflt_parms(); the second of two units
     * of one value is the finer one */
    {.pattern = NET "ipv?/neigh/default/gc_*"},
    {.pattern = NET "ipv?/neigh/default/base_reachable_time*",
     .changes = {"../*/base_reachable_time", "../*/base_reachable_time_ms"}},
    {.pattern = NET "ipv?/neigh/default/retrans_time*",
     .changes = {"../*/retrans_time", "../*/retrans_time_ms"}},
    {.pattern = NET "ipv?/neigh/default/unres_qlen*",
     .changes = {"../*/unres_qlen", "../*/unres_qlen_bytes"}},
    {.pattern = NET "ipv?/neigh/default/*", .changes = {"../*/@"}},
    {.pattern = NET "ipv?/neigh/*/base_reachable_time", .changes = {"base_reachable_time_ms"}},
    {.pattern = NET "ipv?/neigh/*/retrans_time", .changes = {"retrans_time_ms"}},
    {.pattern = NET "ipv?/neigh/*/unres_qlen", .changes = {"unres_qlen_bytes"}},
    /* net/ipv4/route.c and net/ipv6/route.c, the tables: one value in two units */
    {.pattern = NET "ipv?/route/gc_min_interval", .changes = {"gc_min_interval_ms"}},
    /* net/ipv4/tcp_cong.c, tcp_set_default_congestion_control(): it is allowed to all from then on
     */
    {.pattern = IPV4 "tcp_congestion_control", .changes = {"tcp_allowed_congestion_control"}},
    /* net/netfilter/nf_conntrack_standalone.c: two tables with one value */
    {.pattern = NET "netfilter/nf_conntrack_max", .alias = NET "nf_conntrack_max"},
    {.pattern = NET "nf_conntrack_max", .alias = NET "netfilter/nf_conntrack_max"},
    /* net/mptcp/ctrl.c: not in 6.12 */
    {.pattern = NET "mptcp/pm_type", .changes = {"path_manager"}},
    /* kernel/watchdog.c, proc_watchdog_common(): the two read 0 while it is 0 */
    {.pattern = KERNEL "watchdog", .changes = {"nmi_watchdog", "soft_watchdog"}},
    /* and it reads 0 while both are 0 */
    {.pattern = KERNEL "nmi_watchdog", .changes = {"watchdog"}},
    {.pattern = KERNEL "soft_watchdog", .changes = {"watchdog"}},
    /* mm/hugetlb.c, hugetlb_mempolicy_sysctl_handler() */
    {.pattern = VM "nr_hugepages", .alias = VM "nr_hugepages_mempolicy"},
    {.pattern = VM "nr_hugepages_mempolicy", .alias = VM "nr_hugepages"},
};

/* An amount of 0 is refused, or makes the ratio 0, too; a ratio of 0 is taken. */
static const struct pair {
	const char *amount, *ratio;
} pairs[] = {
    /* mm/page-writeback.c, dirty_bytes_handler() and its neighbours */
    {.amount = VM "dirty_bytes", .ratio = VM "dirty_ratio"},
    {.amount = VM "dirty_background_bytes", .ratio = VM "dirty_background_ratio"},
    /* mm/util.c, overcommit_kbytes_handler(), overcommit_ratio_handler() */
    {.amount = VM "overcommit_kbytes", .ratio = VM "overcommit_ratio"},
};

static const struct counterpart *row_of(const char *path)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_glob(rows[i].pattern, path))
			return &rows[i];
	}
	return NULL;
}

static const char *absolute(struct arena *arena, const char *path, const char *change)
{
	const char *base = strrchr(path, '/') + 1;
	size_t dir = (size_t)(base - path), length = strlen(change);
	bool is_own = length && change[length - 1] == '@';

	if (text_starts(change, "../")) {
		change += strlen("../");
		for (dir--; dir && path[dir - 1] != '/'; dir--)
			;
	} else if (*change == '/') {
		dir = 0;
	}
	return arena_printf(arena, "%.*s%.*s%s", (int)dir, path,
			    (int)(strlen(change) - (is_own ? 1 : 0)), change, is_own ? base : "");
}

names counterparts_of(struct arena *arena, const char *path)
{
	const struct counterpart *row = row_of(path);
	const char *rival = counterparts_rival(path);
	names changes = {0};

	if (rival)
		vec_push(arena, &changes, rival);
	if (row && row->alias)
		vec_push(arena, &changes, row->alias);
	for (size_t i = 0; row && i < sizeof(row->changes) / sizeof(row->changes[0]); i++) {
		if (row->changes[i])
			vec_push(arena, &changes, absolute(arena, path, row->changes[i]));
	}
	return changes;
}

bool counterparts_match(const char *pattern, const char *path)
{
	const char *star = strstr(pattern, "/*/");
	size_t before;

	if (!star)
		return text_equal(pattern, path);
	before = (size_t)(star - pattern) + 1;
	return strncmp(pattern, path, before) == 0 &&
	       text_equal(star + 2, path + before + strcspn(path + before, "/"));
}

const char *counterparts_rival(const char *path)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (text_equal(path, pairs[i].amount))
			return pairs[i].ratio;
		if (text_equal(path, pairs[i].ratio))
			return pairs[i].amount;
	}
	return NULL;
}

bool counterparts_is_amount(const char *path)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (text_equal(path, pairs[i].amount))
			return true;
	}
	return false;
}

const char *counterparts_alias(const char *path)
{
	const struct counterpart *row = row_of(path);

	return row ? row->alias : NULL;
}

const char *counterparts_woken_with(const char *path)
{
	if (text_equal(path, KERNEL "watchdog"))
		return KERNEL "soft_watchdog";
	return text_equal(path, KERNEL "soft_watchdog") || text_equal(path, KERNEL "nmi_watchdog")
		   ? KERNEL "watchdog"
		   : NULL;
}

names counterparts_woken_by(struct arena *arena, const char *path)
{
	const char *first = counterparts_woken_with(path);
	names all = {0};

	if (first)
		vec_push(arena, &all, first);
	if (text_equal(path, KERNEL "watchdog"))
		vec_push(arena, &all, KERNEL "nmi_watchdog");
	return all;
}
