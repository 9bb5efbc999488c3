/* SPDX-License-Identifier: Apache-2.0 */
/* A history on real files: commands that write to it, what is read of it, and its lines as they
 * are. */
#ifndef HISTORY_FIXTURE_H
#define HISTORY_FIXTURE_H

#include "apply/history.h"
#include "apply/history_read.h"
#include "tree.h"

#define DIR   "/var/lib/thintune"
#define STATE DIR "/history.state"
#define FILE1 DIR "/history.jsonl"

/* What the last read_all() gave. */
extern struct history history;
extern struct err err;

/* The exceptions of the profile that pen_of() gives a command. */
extern const char *waived[1];

/* A node that has /run/thintune. */
struct tree *new_tree(void);
/* Where this machine has a file of it. */
const char *path_of(struct tree *tree, const char *path);
/* A command as it begins. */
struct history_pen pen_of(struct tree *tree, const char *command, const char *time);
/* One that is to get another value. */
struct setting *changed(struct tree *tree, const char *before, const char *after);
/* One command from its start to its end, with one change. */
struct history_pen write_change(struct tree *tree, const char *command, const char *time,
				const char *before, const char *after);
void write_three(struct tree *tree);
/* Into `history` and `err`. */
int read_all(struct tree *tree, const char *expected);
void assert_whole(struct tree *tree, uint64_t count);
/* One of the faults begins so. */
void assert_fault(struct tree *tree, const char *where, const char *what);
const char *content(struct tree *tree, const char *path, size_t *ret_length);
void put(struct tree *tree, const char *path, const char *text, size_t length);
/* The lines of the chain, each with its newline. */
names lines_of(struct tree *tree);
void put_lines(struct tree *tree, const char *const *lines);

#define PUT(tree, ...) put_lines(tree, (const char *const[]){__VA_ARGS__, NULL})

#endif
