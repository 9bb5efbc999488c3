/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of capabilities, of files whose handlers ask for one when they are written, and of
 * kernel settings that not every network namespace has. */
#include "plan/needs.h"

#include <linux/capability.h>

#include "base/text.h"
#include "plan/space.h"
#include "sys/ethtool.h"

const struct need_capability need_capabilities[NEED_CAPABILITIES] = {
    {.need = NEED_SYS_ADMIN, .number = CAP_SYS_ADMIN, .name = "CAP_SYS_ADMIN"},
    {.need = NEED_NET_ADMIN, .number = CAP_NET_ADMIN, .name = "CAP_NET_ADMIN"},
    {.need = NEED_OWNER, .number = CAP_SETGID, .name = "CAP_SETGID"},
    {.need = NEED_OWNER, .number = CAP_SETUID, .name = "CAP_SETUID"},
};

#define SYS         "/proc/sys/"
#define USE_SYSCTLD ", which thintune gives up at its start: use a sysctl.d file"

/* The first row whose pattern fits counts. A handler that is left out here checks nothing: the
 * owner of the file, uid 0, may write it. All handlers of Linux 6.1 and 6.12 were read. */
static const struct need_row {
	const char *pattern;
	unsigned need;      /* enum need; 0: one that thintune gives up */
	const char *set_by; /* then: what to do instead */
} rows[] = {
    /* net/ipv4/devinet.c, devinet_sysctl_forward(). IPv6 has no such check. */
    {.pattern = SYS "net/ipv4/ip_forward", .need = NEED_NET_ADMIN},
    {.pattern = SYS "net/ipv4/conf/*/forwarding", .need = NEED_NET_ADMIN},
    /* net/sched/sch_api.c, qdisc_set_default() */
    {.pattern = SYS "net/core/default_qdisc", .need = NEED_NET_ADMIN},
    /* net/ipv4/tcp_cong.c, tcp_ca_find_autoload(): else no module is loaded. */
    {.pattern = SYS "net/ipv4/tcp_congestion_control", .need = NEED_NET_ADMIN},
    /* net/core/sysctl_net_core.c, proc_dointvec_minmax_bpf_enable() and the two
     * bpf_restricted(), which ask when they are read, too */
    {.pattern = SYS "net/core/bpf_jit_*", .need = NEED_SYS_ADMIN},
    /* kernel/sched/core.c, sysctl_numa_balancing() and sysctl_schedstats() */
    {.pattern = SYS "kernel/numa_balancing", .need = NEED_SYS_ADMIN},
    {.pattern = SYS "kernel/sched_schedstats", .need = NEED_SYS_ADMIN},
    /* kernel/sched/topology.c, sched_energy_aware_handler() */
    {.pattern = SYS "kernel/sched_energy_aware", .need = NEED_SYS_ADMIN},
    /* kernel/delayacct.c, sysctl_delayacct() */
    {.pattern = SYS "kernel/task_delayacct", .need = NEED_SYS_ADMIN},
    /* kernel/printk/sysctl.c, proc_dointvec_minmax_sysadmin() */
    {.pattern = SYS "kernel/dmesg_restrict", .need = NEED_SYS_ADMIN},
    {.pattern = SYS "kernel/kptr_restrict", .need = NEED_SYS_ADMIN},
    /* kernel/bpf/syscall.c, bpf_unpriv_handler() and bpf_stats_handler() */
    {.pattern = SYS "kernel/unprivileged_bpf_disabled", .need = NEED_SYS_ADMIN},
    {.pattern = SYS "kernel/bpf_stats_enabled", .need = NEED_SYS_ADMIN},
    /* kernel/sysctl.c, proc_taint() */
    {.pattern = SYS "kernel/tainted", .need = NEED_SYS_ADMIN},
    /* kernel/seccomp.c, seccomp_actions_logged_handler() */
    {.pattern = SYS "kernel/seccomp/actions_logged", .need = NEED_SYS_ADMIN},
    /* kernel/pid_sysctl.h, pid_mfd_noexec_dointvec_minmax() */
    {.pattern = SYS "vm/memfd_noexec", .need = NEED_SYS_ADMIN},
    /* kernel/pid_namespace.c, pid_ns_ctl_handler(), and ipc/ipc_sysctl.c, ipc_permissions(): this
     * one or CAP_CHECKPOINT_RESTORE */
    {.pattern = SYS "kernel/ns_last_pid", .need = NEED_SYS_ADMIN},
    {.pattern = SYS "kernel/???_next_id", .need = NEED_SYS_ADMIN},
    /* security/min_addr.c, mmap_min_addr_handler() */
    {.pattern = SYS "vm/mmap_min_addr", .set_by = "needs CAP_SYS_RAWIO" USE_SYSCTLD},
    /* security/yama/yama_lsm.c, yama_dointvec_minmax() */
    {.pattern = SYS "kernel/yama/*", .set_by = "needs CAP_SYS_PTRACE" USE_SYSCTLD},
    /* kernel/umh.c, proc_cap_handler() */
    {.pattern = SYS "kernel/usermodehelper/*",
     .set_by = "needs CAP_SETPCAP and CAP_SYS_MODULE" USE_SYSCTLD},
    /* security/apparmor/lsm.c, apparmor_dointvec() */
    {.pattern = SYS "kernel/apparmor_*", .set_by = "needs CAP_MAC_ADMIN" USE_SYSCTLD},
    {.pattern = SYS "kernel/unprivileged_userns_apparmor_policy",
     .set_by = "needs CAP_MAC_ADMIN" USE_SYSCTLD},
    /* kernel/ucount.c, set_permissions() */
    {.pattern = SYS "user/*", .set_by = "needs CAP_SYS_RESOURCE" USE_SYSCTLD},
    /* net/core/net-sysfs.c, store_rps_map() and its neighbours */
    {.pattern = "/sys/*/queues/?x-*", .need = NEED_NET_ADMIN},
    /* net/ethtool/ioctl.c, dev_ethtool() */
    {.pattern = ETHTOOL_DIR "*", .need = NEED_NET_ADMIN},
    {.pattern = SPACE_DIR "*", .need = NEED_OWNER},
    /* drivers/cpuidle/sysfs.c, store_state_disable() */
    {.pattern = "/sys/*/cpuidle/state*/disable", .need = NEED_SYS_ADMIN},
};

unsigned needs_of(const char *path, const char **ret_set_by)
{
	*ret_set_by = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!text_glob(rows[i].pattern, path))
			continue;
		*ret_set_by = rows[i].set_by;
		return rows[i].need;
	}
	return NEED_NONE;
}

/* What exists in the node's own network namespace only (kernel net/core/sysctl_net_core.c and
 * net/ipv4/sysctl_net_ipv4.c: tables registered for init_net). */
static const char *const init_only[] = {
    "net.core.rps_sock_flow_entries",
    "net.core.flow_limit_*",
    "net.core.netdev_*",
    "net.core.dev_weight*",
    "net.core.busy_poll",
    "net.core.busy_read",
    "net.core.default_qdisc",
    "net.core.rmem_*",
    "net.core.wmem_*",
    "net.core.bpf_jit_*",
    "net.core.tstamp_allow_data",
    "net.core.message_*",
    "net.ipv4.tcp_mem",
    "net.ipv4.udp_mem",
    "net.ipv4.tcp_max_orphans",
    "net.ipv4.tcp_available_*",
    "net.ipv4.inet_peer_*",
};

bool needs_initial_netns(const char *key)
{
	for (size_t i = 0; i < sizeof(init_only) / sizeof(init_only[0]); i++) {
		if (text_glob(init_only[i], key))
			return true;
	}
	return false;
}
