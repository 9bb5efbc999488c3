/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request: what it says lies in it, and more bytes do not change the answer. */
#include "base/http.h"
#include "fuzz.h"

static void check_request(const char *text, size_t length, const struct http_request *request)
{
	fuzz_check(request->path >= text && request->path_length >= 1 &&
		       request->path + request->path_length <= text + length &&
		       *request->path == '/',
		   "the path lies elsewhere");
	for (size_t i = 0; i < request->path_length; i++)
		fuzz_check(request->path[i] > ' ' && request->path[i] <= '~' &&
			       request->path[i] != '?',
			   "the path has the byte %d", request->path[i]);
	fuzz_check(*request->host && strlen(request->host) < HTTP_HOST_BYTES &&
		       strspn(request->host, "0123456789abcdefghijklmnopqrstuvwxyz-._:") ==
			   strlen(request->host),
		   "the host is '%s'", request->host);
}

FUZZ_TARGET(http)
{
	struct http_request request = {0}, cut;
	enum http_status status = http_read(text, length, &request), before = HTTP_MORE;
	char *more = arena_alloc(arena, length + 2), host[HTTP_HOST_BYTES];

	(void)http_host(text, length, host);
	fuzz_check(status == HTTP_MORE || !text_equal(http_words(status), "Unknown"), "status %d",
		   status);
	fuzz_check(status != HTTP_MORE || length < HTTP_HEAD_MOST,
		   "it waits for more than it takes");
	if (status == HTTP_OK)
		check_request(text, length, &request);
	else
		fuzz_refuse(status == HTTP_MORE ? "there has to be more" : http_words(status));
	memcpy(more, text, length);
	more[length] = 'x';
	fuzz_check(status == HTTP_MORE || http_read(more, length + 1, &cut) == status,
		   "what follows changes the answer %d", status);
	/* As it comes in from a socket. */
	for (size_t i = 0; i < length && before == HTTP_MORE; i += 1 + i / 8)
		before = http_read(text, i, &cut);
	fuzz_check(before != HTTP_OK || status == HTTP_OK, "a beginning was taken");
}
