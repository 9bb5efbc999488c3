/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that only takes space, in a directory that belongs to another user: made and removed by a
 * child process that is that user and has no other rights (sys/become.h). So whatever is at its
 * name, or takes its place meanwhile, nothing is done that the directory's owner could not do.
 */
#ifndef SYS_SPACE_FILE_H
#define SYS_SPACE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct space_seen {
	bool exists;
	bool is_file;   /* a regular one, with no other name; no link to one */
	bool is_owners; /* of the directory's owner and group */
	bool is_whole;  /* all of it is allocated */
	uint64_t bytes;
	/* Which file it is, and since when it has been as it is. */
	uint64_t inode;
	int64_t born_s, changed_s;
	uint32_t born_ns, changed_ns;
};

/* dir: open, O_PATH will do. */
_must_check_ int space_file_look(int dir, const char *name, struct space_seen *ret);

/* 0 if this process may act as the directory's owner: it is that user, or uid 0 with these of the
 * capabilities. -EPERM: it lacks CAP_SETUID or CAP_SETGID; -EACCES: it is another user. */
_must_check_ int space_file_may_act(int dir, uint64_t capabilities);

/* The process that holds a new file, which has no name yet and goes with it. */
struct space_maker {
	pid_t pid;
	int fd, leash;
};

/* Makes the file and allocates its space. -ENOSPC, -EOPNOTSUPP, ... and err says what failed;
 * -EINTR: a signal came (sys/signals.h). Neither this nor what follows waits for ever for a process
 * that hangs, or that its user has stopped: -ETIMEDOUT. */
_must_check_ int space_file_make(int dir, uint64_t bytes, struct space_maker *ret,
				 struct space_seen *ret_seen, struct err *err);
/* Gives it its name and ends the process. -EEXIST: something has that name; -EINPROGRESS: the
 * process hangs in the disk, and may give it its name yet. */
_must_check_ int space_file_name(struct space_maker *maker, const char *name);
/* Ends the process without; also one that has ended. */
void space_file_drop(struct space_maker *maker);

/* Removes what has the name, if it is as it was seen; -ESTALE if not. */
_must_check_ int space_file_take(int dir, const char *name, const struct space_seen *seen,
				 struct err *err);

/* What a code of these functions means, for whoever has no sentence of theirs. */
const char *space_file_words(int code);

#endif
