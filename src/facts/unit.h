/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd's files as systemd reads them: the syntax of systemd.syntax(7), which files make up a
 * service (systemd.unit(5)) or the settings of systemd itself (systemd-system.conf(5)), and their
 * order. It knows lines that a backslash continues and comments among them, sections, the order of
 * directories and drop-ins, aliases and masks.
 */
#ifndef FACTS_UNIT_H
#define FACTS_UNIT_H

#include "base/arena.h"
#include "sys/root.h"

struct unit_line {
	const char *key, *value; /* without the blanks round them: "ExecStart", "" */
	const char *path;
	unsigned line; /* where the assignment ends */
};
typedef VEC(struct unit_line) unit_lines;

/* Section [Service]: the assignments of its own file, then those of its drop-ins. */
struct unit {
	const char *path; /* NULL: it is not installed */
	bool is_masked;   /* it is empty or a link to /dev/null, and systemd starts no such unit */
	unit_lines lines;
	names gaps; /* facts/gap.h: files of it that could not be read */
};

/* Where units are, and linked to what starts them; the first has precedence. Ends with NULL. */
extern const char *const unit_dirs[];

/* A directory of /lib, where that is /usr/lib (and dirs has the same of that before it). */
bool unit_dir_repeats(struct root *root, const char *dir);

/*
 * How systemd and its kin read directories of settings: files whose name ends in suffix, one of
 * each name (the one in the first directory that has it; an empty one or a link to /dev/null hides
 * the others), ordered by name. Paths. dirs ends with NULL. gaps: see facts/gap.h.
 */
names unit_conf_files(struct root *root, struct arena *arena, const char *const *dirs,
		      const char *suffix, names *gaps);

/* The unit's file; NULL: it is not installed, or masked. */
const char *unit_path(struct root *root, struct arena *arena, const char *name);

/* name: "irqbalance.service". */
struct unit unit_read(struct root *root, struct arena *arena, const char *name);
/* The same without reading a line of it. */
struct unit unit_find(struct root *root, struct arena *arena, const char *name);

/* Section [Install] of a unit's own file: by which links `systemctl enable` has it started. */
_must_check_ int unit_install(struct root *root, struct arena *arena, const char *path,
			      unit_lines *ret);

/* Values of a key that may be given several times; an empty one takes the earlier ones back. */
names unit_values(struct arena *arena, const struct unit *unit, const char *key);

/* Words of a command line, their quotes and backslashes removed. */
names unit_words(struct arena *arena, const char *value);

/* The assignments in one section of a settings file of systemd itself, such as "system.conf", and
 * then those of its drop-ins. */
unit_lines unit_settings(struct root *root, struct arena *arena, const char *file,
			 const char *section, names *gaps);

#endif
