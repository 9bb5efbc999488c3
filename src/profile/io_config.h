/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Redpanda is told of its disk at the start. rpk takes the flags --io-properties and
 * --io-properties-file, else io-config.yaml beside redpanda.yaml, else the figures that it has for
 * rpk.well_known_io (src/go/rpk/pkg/cli/redpanda/start.go, buildRedpandaFlags). It refuses to start
 * Redpanda with both a flag of redpanda.yaml and that file. Without any Seastar
 * schedules no I/O; with some that are wrong Redpanda does not start (src/core/disk_params.cc,
 * parse_config).
 */
#ifndef PROFILE_IO_CONFIG_H
#define PROFILE_IO_CONFIG_H

#include "base/arena.h"
#include "base/err.h"

struct redpanda_config;

struct io_config {
	const char *flag;    /* "--io-properties ...": no file is read; NULL */
	const char *path;    /* the file; NULL: a flag says it all, or no redpanda.yaml is seen */
	int error;           /* negative errno: why it could not be read */
	const char *problem; /* what is wrong with its text, with the place; NULL: nothing */
	const char *unread;  /* why the flag cannot be judged here; NULL: it can */
	const char *well_known;         /* "rpk.well_known_io: ...": where there is no file; NULL */
	const char *well_known_problem; /* why rpk takes nothing from that; NULL */
	names mountpoints;              /* absolute, without "." and ".." */
	/* "DIR, FS, NAME MODEL SERIAL, ...", which thintune has written above them: the disks that
	 * it measured; NULL: somebody else wrote the file. */
	const char *measured;
	/* Where a flag of redpanda.yaml names the figures: that flag, and the file that rpk would
	 * take by itself. NULL: there is no such flag. */
	const char *named, *beside;
	int beside_error; /* negative errno: why that could not be read; 0: it is there */
};

/* Where it is; the file is not read. config: NULL: there is no redpanda.yaml. */
struct io_config io_config_of(struct arena *arena, const struct redpanda_config *config);
/* Fills measured, and mountpoints or problem. */
void io_config_parse(struct arena *arena, const char *text, size_t length,
		     struct io_config *config);

#endif
