/* SPDX-License-Identifier: Apache-2.0 */
/* A row a path. Every answer is the last one of its connection, and none may be kept. */
#include "flow/serve_reply.h"

#include <event2/util.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/text.h"
#include "flow/serve_ready.h"
#include "sys/published.h"

enum { file_most = 64 << 20, own_date_bytes = 64 };

#define PLAIN "text/plain; charset=utf-8"

static const struct {
	const char *path;
	const char *file; /* NULL: the answer is our own */
	const char *type;
	bool is_page, is_ready;
} rows[] = {
    {.path = "/", .file = "report.html", .type = "text/html; charset=utf-8", .is_page = true},
    {.path = "/report.json", .file = "report.json", .type = "application/json"},
    {.path = "/metrics",
     .file = "metrics.prom",
     .type = "text/plain; version=0.0.4; charset=utf-8"},
    {.path = "/healthz", .type = PLAIN},
    {.path = "/readyz", .type = PLAIN, .is_ready = true},
};

struct content {
	enum http_status status;
	const char *type, *policy;
	const char *text; /* NULL: the file is all of it */
	int file;
	uint64_t file_length;
};

static struct content say(enum http_status status, const char *text)
{
	return (struct content){.status = status, .type = PLAIN, .text = text, .file = -1};
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

static struct content answer_path(struct arena *arena, const struct serve_site *site, size_t i)
{
	struct content content = say(HTTP_OK, "ok\n");
	struct err err = {0};

	if (published_is_removed(site->directory))
		return say(HTTP_UNAVAILABLE, "unknown: the directory has been removed\n");
	if (rows[i].is_ready &&
	    !serve_ready(arena, site->directory, site->boot, now(), &content.text))
		content.status = HTTP_UNAVAILABLE;
	if (!rows[i].file)
		return content;
	content = (struct content){.status = HTTP_OK,
				   .type = rows[i].type,
				   .policy = rows[i].is_page ? site->policy : NULL,
				   .file = -1};
	if (published_open(site->directory, rows[i].file, file_most, &content.file,
			   &content.file_length, &err) < 0)
		return say(
		    HTTP_UNAVAILABLE,
		    arena_printf(arena, "unknown: %s\n", escape_text(arena, err.text, ESCAPE_ALL)));
	return content;
}

static struct content answer(struct arena *arena, const struct serve_site *site,
			     enum http_status status, const struct http_request *request,
			     int connection)
{
	if (status != HTTP_OK)
		return say(status, arena_printf(arena, "%s\n", http_words(status)));
	if (!text_in(request->host, &site->hosts) && !site->is_at(connection, request->host))
		return say(HTTP_MISDIRECTED,
			   "the Host header is neither the address of this server nor a name that "
			   "--host-name gives\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strlen(rows[i].path) == request->path_length &&
		    memcmp(rows[i].path, request->path, request->path_length) == 0)
			return answer_path(arena, site, i);
	}
	return say(HTTP_NOT_FOUND,
		   "not found; the paths are /, /report.json, /metrics, /healthz and /readyz\n");
}

static const char *date(struct arena *arena)
{
	char *text = arena_alloc(arena, own_date_bytes);

	return evutil_date_rfc1123(text, own_date_bytes, NULL) > 0 ? text : NULL;
}

/* Nothing that an answer holds may be taken for a page of its own, or be shown inside another. */
static void add_head(struct arena *arena, struct str *str, const struct content *content)
{
	const char *today = date(arena);

	str_printf(
	    str, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %llu\r\n", content->status,
	    http_words(content->status), content->type,
	    (unsigned long long)(content->text ? strlen(content->text) : content->file_length));
	if (today)
		str_printf(str, "Date: %s\r\n", today);
	if (content->status == HTTP_METHOD_NOT_ALLOWED)
		str_add(str, "Allow: GET, HEAD\r\n");
	str_printf(str,
		   "Content-Security-Policy: %s; base-uri 'none'; form-action 'none'; "
		   "frame-ancestors 'none'\r\n"
		   "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
		   "Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: no-store\r\n"
		   "Connection: close\r\n\r\n",
		   text_or(content->policy, "default-src 'none'"));
}

struct serve_reply serve_reply(struct arena *arena, const struct serve_site *site,
			       enum http_status status, const struct http_request *request,
			       int connection)
{
	struct content content = answer(arena, site, status, request, connection);
	struct serve_reply reply = {.file = content.file, .file_length = content.file_length};
	struct str str = str_new(arena);

	add_head(arena, &str, &content);
	if (request->is_head)
		reply.file_length = 0;
	else if (content.text)
		str_add(&str, content.text);
	reply.text = str.text;
	reply.length = str.length;
	return reply;
}

const char *serve_host_name(struct arena *arena, const char *name)
{
	char *host = arena_alloc(arena, HTTP_HOST_BYTES);

	return !strchr(name, ':') && http_host(name, strlen(name), host) ? host : NULL;
}
