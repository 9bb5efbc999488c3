/* SPDX-License-Identifier: Apache-2.0 */
/* Goes through the head once it is whole, line by line; nothing of it is changed or kept. */
#include "base/http.h"

#include <string.h>

static const struct {
	enum http_status status;
	const char *words;
} statuses[] = {
    {HTTP_OK, "OK"},
    {HTTP_BAD_REQUEST, "Bad Request"},
    {HTTP_NOT_FOUND, "Not Found"},
    {HTTP_METHOD_NOT_ALLOWED, "Method Not Allowed"},
    {HTTP_MISDIRECTED, "Misdirected Request"},
    {HTTP_HEAD_TOO_LARGE, "Request Header Fields Too Large"},
    {HTTP_UNAVAILABLE, "Service Unavailable"},
    {HTTP_VERSION_NOT_SUPPORTED, "HTTP Version Not Supported"},
};

const char *http_words(enum http_status status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status)
			return statuses[i].words;
	}
	return "Unknown";
}

/* A piece of the text. */
struct piece {
	const char *at, *end;
};

static bool is_token(char c)
{
	return c && strchr("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz",
			   c);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_word(struct piece piece, const char *word)
{
	size_t length = (size_t)(piece.end - piece.at);

	if (length != strlen(word))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (lower(piece.at[i]) != word[i])
			return false;
	}
	return true;
}

/* What is before the mark, which is taken too; false: there is no mark. */
static bool cut(struct piece *rest, char mark, struct piece *ret)
{
	const char *found = memchr(rest->at, mark, (size_t)(rest->end - rest->at));

	if (!found)
		return false;
	*ret = (struct piece){rest->at, found};
	rest->at = found + 1;
	return true;
}

static bool are_all_tokens(struct piece piece)
{
	for (const char *at = piece.at; at < piece.end; at++) {
		if (!is_token(*at))
			return false;
	}
	return piece.at < piece.end;
}

/* Hosts --------------------------------------------------------------------------------------- */

static bool is_port(struct piece piece)
{
	size_t length = (size_t)(piece.end - piece.at);

	for (const char *at = piece.at; at < piece.end; at++) {
		if (*at < '0' || *at > '9')
			return false;
	}
	return length >= 1 && length <= 5;
}

bool http_host(const char *value, size_t length, char *ret)
{
	const struct piece all = {value, value + length};
	struct piece host = all, port = {all.end, all.end};
	bool is_bracketed = length && *value == '[';
	const char *wanted =
	    is_bracketed ? "0123456789abcdef:." : "0123456789abcdefghijklmnopqrstuvwxyz-._";

	if (is_bracketed) {
		host.at++;
		host.end = memchr(value, ']', length);
		if (!host.end)
			return false;
		port.at = host.end + 1;
	} else {
		host.end = memchr(value, ':', length);
		if (!host.end)
			host.end = all.end;
		port.at = host.end;
	}
	if (port.at < port.end &&
	    (*port.at != ':' || !is_port((struct piece){port.at + 1, port.end})))
		return false;
	if (host.at == host.end || host.end - host.at >= HTTP_HOST_BYTES)
		return false;
	for (; host.at < host.end; host.at++, ret++) {
		*ret = lower(*host.at);
		if (!*ret || !strchr(wanted, *ret))
			return false;
	}
	*ret = '\0';
	return true;
}

/* The head ------------------------------------------------------------------------------------ */

/* The line without its end; false: there is no whole one that ends as it should. */
static bool next_line(struct piece *rest, struct piece *ret)
{
	if (!cut(rest, '\n', ret) || ret->at == ret->end || ret->end[-1] != '\r')
		return false;
	ret->end--;
	return !memchr(ret->at, '\r', (size_t)(ret->end - ret->at));
}

static enum http_status read_target(struct piece target, struct http_request *ret)
{
	const char *query;

	if (target.at == target.end || *target.at != '/')
		return HTTP_BAD_REQUEST;
	for (const char *at = target.at; at < target.end; at++) {
		if (*at <= ' ' || *at > '~')
			return HTTP_BAD_REQUEST;
	}
	query = memchr(target.at, '?', (size_t)(target.end - target.at));
	ret->path = target.at;
	ret->path_length = (size_t)((query ? query : target.end) - target.at);
	return HTTP_OK;
}

static enum http_status read_version(struct piece version)
{
	if (is_word(version, "http/1.0") || is_word(version, "http/1.1"))
		return memcmp(version.at, "HTTP", 4) == 0 ? HTTP_OK : HTTP_BAD_REQUEST;
	return version.end - version.at == 8 && memcmp(version.at, "HTTP/", 5) == 0
		   ? HTTP_VERSION_NOT_SUPPORTED
		   : HTTP_BAD_REQUEST;
}

static enum http_status read_request(struct piece line, struct http_request *ret)
{
	struct piece method, target;
	enum http_status status;

	if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target) || !are_all_tokens(method))
		return HTTP_BAD_REQUEST;
	status = read_version(line);
	if (status != HTTP_OK)
		return status;
	ret->is_head = method.end - method.at == 4 && memcmp(method.at, "HEAD", 4) == 0;
	if (!ret->is_head && (method.end - method.at != 3 || memcmp(method.at, "GET", 3) != 0))
		return HTTP_METHOD_NOT_ALLOWED;
	return read_target(target, ret);
}

static struct piece without_blanks(struct piece piece)
{
	while (piece.at < piece.end && (*piece.at == ' ' || *piece.at == '\t'))
		piece.at++;
	while (piece.at < piece.end && (piece.end[-1] == ' ' || piece.end[-1] == '\t'))
		piece.end--;
	return piece;
}

static bool is_value(struct piece value)
{
	for (const char *at = value.at; at < value.end; at++) {
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 127)
			return false;
	}
	return true;
}

/* Of a body only its length would have to be understood, and whoever asks has none to send. */
static enum http_status read_field(struct piece line, unsigned *hosts, struct http_request *ret)
{
	struct piece name, value;

	if (!cut(&line, ':', &name) || !are_all_tokens(name) || !is_value(line))
		return HTTP_BAD_REQUEST;
	value = without_blanks(line);
	if (is_word(name, "transfer-encoding") ||
	    (is_word(name, "content-length") && !is_word(value, "0")))
		return HTTP_BAD_REQUEST;
	if (is_word(name, "host") &&
	    (++*hosts > 1 || !http_host(value.at, (size_t)(value.end - value.at), ret->host)))
		return HTTP_BAD_REQUEST;
	return HTTP_OK;
}

/* What is there already shows that it will never be a head: nobody has to wait for the rest. */
static enum http_status judge_beginning(const char *text, size_t length)
{
	for (size_t i = 0; i < length && i < HTTP_HEAD_MOST; i++) {
		if (!text[i] || (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')))
			return HTTP_BAD_REQUEST;
	}
	return length >= HTTP_HEAD_MOST ? HTTP_HEAD_TOO_LARGE : HTTP_MORE;
}

enum http_status http_read(const char *text, size_t length, struct http_request *ret)
{
	size_t seen = length < HTTP_HEAD_MOST ? length : HTTP_HEAD_MOST;
	const char *end = memmem(text, seen, "\r\n\r\n", 4);
	struct piece rest = {text, end ? end + 2 : text}, line;
	enum http_status status;
	unsigned hosts = 0;

	*ret = (struct http_request){0};
	if (!end)
		return judge_beginning(text, length);
	if (!next_line(&rest, &line))
		return HTTP_BAD_REQUEST;
	status = read_request(line, ret);
	while (status == HTTP_OK && rest.at < rest.end)
		status = next_line(&rest, &line) ? read_field(line, &hosts, ret) : HTTP_BAD_REQUEST;
	return status == HTTP_OK && !hosts ? HTTP_BAD_REQUEST : status;
}
