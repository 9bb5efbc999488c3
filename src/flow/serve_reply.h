/* SPDX-License-Identifier: Apache-2.0 */
/* What serve answers to a request. */
#ifndef FLOW_SERVE_REPLY_H
#define FLOW_SERVE_REPLY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/http.h"

struct serve_site {
	int directory;
	names hosts;        /* names by which it may be called, in lower case */
	const char *boot;   /* ID of this boot; NULL: unknown */
	const char *policy; /* of HTML pages, as a Content-Security-Policy says it */
	/* Whether that is the address at which the connection has come in. */
	bool (*is_at)(int connection, const char *address);
};

/* The head and a text, and then, perhaps, a file. */
struct serve_reply {
	const char *text;
	size_t length;
	int file; /* -1: none */
	uint64_t file_length;
};

/* status: of reading the request, which is only looked at where that is HTTP_OK. */
struct serve_reply serve_reply(struct arena *arena, const struct serve_site *site,
			       enum http_status status, const struct http_request *request,
			       int connection);

/* The name as a Host header may have it; NULL: it is none. */
const char *serve_host_name(struct arena *arena, const char *name);

#endif
