/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the head of an HTTP request (RFC 9112), whatever bytes it is of. Strict: a line ends with
 * CR LF, no line is folded, there is one Host, and the target begins with "/".
 *
 * Why not libevent's evhttp: in 2.1 nothing bounds how many connections it has, and its time limit
 * starts again with each byte. It would also be a third of what may still be added to the program.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* Of a head, request line and blank line among them. */
#define HTTP_HEAD_MOST 8192
/* As DNS has it, and a NUL. */
#define HTTP_HOST_BYTES 256

enum http_status {
	HTTP_MORE = 0, /* the head has not ended */
	HTTP_OK = 200,
	HTTP_BAD_REQUEST = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_MISDIRECTED = 421,
	HTTP_HEAD_TOO_LARGE = 431,
	HTTP_UNAVAILABLE = 503,
	HTTP_VERSION_NOT_SUPPORTED = 505,
};

struct http_request {
	bool is_head;     /* HEAD; else GET */
	const char *path; /* in the text, up to a "?"; not terminated */
	size_t path_length;
	char host[HTTP_HOST_BYTES]; /* in lower case, without brackets and port */
};

/* HTTP_OK: *ret is filled. HTTP_MORE: more bytes are wanted. Else what to answer. */
enum http_status http_read(const char *text, size_t length, struct http_request *ret);

/* "Service Unavailable" */
const char *http_words(enum http_status status);

/* A host, "10.0.0.1", "[::1]" or a name, and perhaps ":PORT", which may be any: whoever forwards a
 * port has another one. False: it is none. ret: HTTP_HOST_BYTES. */
bool http_host(const char *value, size_t length, char *ret);

#endif
