/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel in memory that stands in for sys/root.c: the same functions over a list of files, with
 * the behaviour that makes tuning hard. A scheduler change resets nr_requests, throttling and the
 * scheduler's own parameters; a governor change replaces tunables and freezes the energy
 * preference; a channel change makes and removes queues; some files clamp, refuse or ignore.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "sys/root.h"

#define FAKE_QUEUE    "/sys/block/sda/queue/"
#define FAKE_POLICY   "/sys/devices/system/cpu/cpufreq/policy0/"
#define FAKE_CHANNELS "/.thintune/ethtool/eth0/channels/"
#define FAKE_VM       "/proc/sys/vm/"
#define FAKE_WATCHDOG "/proc/sys/kernel/watchdog" /* and FAKE_SOFT, FAKE_NMI: made by the test */
#define FAKE_SOFT     "/proc/sys/kernel/soft_watchdog"
#define FAKE_NMI      "/proc/sys/kernel/nmi_watchdog"
#define FAKE_IPV4     "/proc/sys/net/ipv4/"
/* FAKE_INTERFACES NAME, made by the test: its number in this network namespace; "": it has none;
 * FAKE_SILENT: nothing can be asked. */
#define FAKE_INTERFACES "/fake/interfaces/"
#define FAKE_SILENT     "silent"
#define FAKE_NIC        "/sys/class/net/eth0/queues/"

/* A new node: one disk, one NIC with four queues, one frequency policy, a few sysctls, none at its
 * default. */
void fake_reset(void);
struct root *fake_root(void);

/* Whether it stands for a tree of plain files, which nobody runs; false at first. */
void fake_plain(bool plain);

const char *fake_get(const char *path); /* NULL: absent */
void fake_set(const char *path, const char *value);
void fake_drop(const char *path);
/* What a write to path answers: a negative errno; FAKE_MUTE: taken, and from then on reading it
 * says EINVAL; 0 with ignore: taken but without effect. */
enum { FAKE_MUTE = 1 };
void fake_refuse(const char *path, int code);
/* The same, for the next write alone. */
void fake_refuse_once(const char *path, int code);
void fake_ignore(const char *path);
/* It cannot be removed. */
void fake_keep(const char *path);
/* What all files below the directory answer to reads and writes; 0 takes it back. */
void fake_mute(const char *dir, int code);
/* A device is pulled: every file below the directory goes. */
void fake_pull(const char *dir);
/* Another device comes in the place of the one whose directory this is ("/sys/block/sda/"). */
void fake_replace(const char *dir);
/* Another network namespace, in which this process is from now on. At first its cookie is 0, as
 * on a kernel that gives none. */
void fake_enter_network(uint64_t inode, uint64_t cookie);
/* What root_may_write and root_is_ours answer; 0 takes it back. */
void fake_protect(const char *path, int code);

/* The n-th root_replace from now, counting from 1, finds the disk full. */
void fake_fail_replace(unsigned n);
/* The file systems of our own files have room; they are full, so that nothing new is made and what
 * is there can still be overwritten or removed; or /run cannot be written at all. */
enum fake_storage { FAKE_ROOM, FAKE_FULL, FAKE_READ_ONLY };
void fake_storage(enum fake_storage state);
/* What they answer when they are told of a changed file: 0 at first. */
void fake_listener(int irqbalance, int systemctl);
/* The file has this value, which irqbalance gave it, once irqbalance is told. */
void fake_moved_until_told(const char *path, const char *value);
void fake_services_reset(void); /* by fake_reset() */
/* "restart", "reload", "irqbalance1.sock: 24 25"; NULL: nobody was told. */
const char *fake_told(void);

/* Every file with its value, sorted, without what thintune itself keeps below /run. */
char *fake_state(struct arena *arena);

/* Calls that change anything: attribute writes and changes below /run. */
unsigned fake_changes(void);
unsigned fake_attribute_writes(void);

/* So many changes, beginning with the first-th from now, counting from 1, answer with the code and
 * have no effect. count 0: all later ones; code 0: none any more. */
void fake_fail(unsigned first, unsigned count, int code);

/* The process dies (longjmp to fake_death) in place of the n-th change from now, counting from 1;
 * 0: never. */
#include <setjmp.h>
extern jmp_buf fake_death;
void fake_die_at(unsigned n);
/* The process gets this signal with the n-th change. */
void fake_signal_at(unsigned n, int number);

#endif
