/* SPDX-License-Identifier: Apache-2.0 */
/* What goes over the socket between a command and its reader (reader.h): one packet each way. */
#ifndef SYS_READER_IMPL_H
#define SYS_READER_IMPL_H

#include "sys/reader.h"
#include "sys/root_impl.h"

struct reader_what {
	enum { READER_HEALTH, READER_IDENTIFY, READER_KEY, READER_TRACEPOINT } kind;
	unsigned number; /* READER_IDENTIFY: the nsid, see nvme.h; READER_TRACEPOINT: the CPU */
};

struct reader_question {
	struct reader_what what;
	char
	    name[256]; /* of the controller, the path of the key below the root, the tracepoint's */
};

struct reader_answer {
	int length; /* of the bytes; a negative errno; of READER_TRACEPOINT 0, with a descriptor */
	char bytes[attribute_bytes];
};

/* Whether the reader reads that path for others: a key of /proc/sys, where there are no links. */
bool reader_has_key(const char *path);

/* The length of what is in ret then, or a negative errno. The root has a reader. */
int reader_ask(const struct root *root, struct reader_what what, const char *name, char *ret,
	       size_t room);
/* The same for what is answered by a descriptor. */
int reader_ask_descriptor(const struct root *root, struct reader_what what, const char *name);

#endif
