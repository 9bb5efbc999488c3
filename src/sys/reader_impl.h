/* SPDX-License-Identifier: Apache-2.0 */
/* What goes over the socket between a command and its reader (reader.h): one packet each way. */
#ifndef SYS_READER_IMPL_H
#define SYS_READER_IMPL_H

#include "sys/reader.h"
#include "sys/root_impl.h"

struct reader_what {
	enum { READER_HEALTH, READER_IDENTIFY, READER_KEY } kind;
	unsigned nsid; /* READER_IDENTIFY: see nvme.h */
};

struct reader_question {
	struct reader_what what;
	char name[256]; /* of the controller, or the path of the key below the root */
};

struct reader_answer {
	int length; /* of the bytes; a negative errno */
	char bytes[attribute_bytes];
};

/* Whether the reader reads that path for others: a key of /proc/sys, where there are no links. */
bool reader_has_key(const char *path);

/* The length of what is in ret then, or a negative errno. The root has a reader. */
int reader_ask(const struct root *root, struct reader_what what, const char *name, char *ret,
	       size_t room);

#endif
