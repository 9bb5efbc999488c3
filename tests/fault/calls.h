/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls by which the file layer reaches the kernel, counted, and one of them made to fail. The
 * linker leads them here (--wrap, in meson.build) in the program of this test alone: no other
 * binary has a way in. What hwloc reads by itself, in its own process, is not among them.
 */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* What a fault applies to. */
enum call_kind {
	CALL_OTHER, /* looks: stat, access, lock */
	CALL_OPEN,  /* for reading */
	CALL_READ,
	CALL_CHANGE, /* makes, renames, removes, syncs; opens for writing */
	CALL_WRITE,
};

/* The call's own errors, and these: */
enum {
	FAULT_SHORT = -1, /* half of the bytes are read or written */
	FAULT_LIE = -2,   /* success is reported, and nothing is written */
	FAULT_KILL = -3,  /* the process dies in place of the call */
};

enum { calls_most = 1 << 16 };

/* From now on the calls are counted from 1; the one with this number has the fault, an errno or one
 * of the above. 0: none has. */
void calls_arm(unsigned long number, int fault);
/* Counts no longer; returns how many there were. */
unsigned long calls_disarm(void);
/* Of call `number` of the last count. */
enum call_kind calls_kind(unsigned long number);
const char *calls_name(unsigned long number);
/* It is about one of thintune's own files. */
bool calls_is_own(unsigned long number);
/* Whether the fault happened. */
bool calls_struck(void);

#endif
