/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node as one text file, for offline audits and bug reports. One line per path, sorted:
 *
 *   # thintune-node/1
 *   /path = "content"          final newlines left out; \n \t \\ \" and \xNN as in C
 *   /path -> target            symbolic link
 *   /path/ : name name         directory that was listed; all of its names
 *   /path/                     directory that was not listed
 *   /path ! EACCES             could not be read: as it was asked for, links and all
 *
 * Blanks in paths and names are \x20. Other lines that start with # are comments; two of them are
 * written by all but the first builds. "# run: made TIME by thintune VERSION" is what differs
 * between two records of an unchanged node, and "# end" is the last line: where the first stands
 * without the second, the record is cut short. Apart from the last form no path goes through a
 * link. record_unpack.h makes a directory of it. A name that was listed and has no line is there,
 * and what it holds is not known; so is any path below a directory that was not listed. MAC
 * addresses, UUIDs, serial numbers and host names are replaced, each one always by the same text.
 * Processes, the tool's own files and most of redpanda.yaml are left out.
 */
#ifndef FACTS_RECORD_H
#define FACTS_RECORD_H

#include "facts/facts.h"
#include "sys/root.h"

#define RECORD_HEADER "# thintune-node/1"
#define RECORD_RUN    "# run: "
#define RECORD_END    "# end"

/*
 * To be called after root_record_start() and after all that shall be in the record was read. Adds
 * what hwloc reads by itself. redpanda_reduced: see profile/redpanda.h; NULL: there is no such
 * file. made: when and by which version, for the line of what varies; NULL: without that line.
 */
_must_check_ int record_text(struct root *root, struct arena *arena, const struct facts *facts,
			     const char *redpanda_reduced, const char *made, char **ret);

#endif
