/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request, with each fault that it can have, and cut at each byte. */
#include "base/http.h"

#include "base/text.h"
#include "run_suite.h"

#define HOST "Host: node1:80\r\n"

static enum http_status read(const char *text, struct http_request *ret)
{
	return http_read(text, strlen(text), ret);
}

START_TEST(a_request_is_taken_apart)
{
	struct http_request request;

	ck_assert_int_eq(
	    read("GET /a/b?c=/d HTTP/1.1\r\nA: b\r\nhOsT:\t NODE1.example:80 \r\n\r\n", &request),
	    HTTP_OK);
	ck_assert(!request.is_head);
	ck_assert_uint_eq(request.path_length, 4);
	ck_assert_int_eq(strncmp(request.path, "/a/b", 4), 0);
	ck_assert_str_eq(request.host, "node1.example");
	ck_assert_int_eq(read("HEAD / HTTP/1.0\r\n" HOST "\r\n", &request), HTTP_OK);
	ck_assert(request.is_head);
}
END_TEST

START_TEST(each_fault_has_its_answer)
{
	static const struct {
		const char *text;
		enum http_status wanted;
	} rows[] = {
	    {"", HTTP_MORE},
	    {"GET / HTTP/1.1\r\n" HOST "\r", HTTP_MORE},
	    {"GET / HTTP/1.1\n", HTTP_BAD_REQUEST},
	    {"\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "a\rb: c\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "a: \x01\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "a: \x7f\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "a: \t\xc3\xa9\r\n\r\n", HTTP_OK},
	    {"GET / HTTP/1.1\r\n" HOST "a :b\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST " a: b\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "content-length: 0\r\n\r\n", HTTP_OK},
	    {"GET / HTTP/1.1\r\n" HOST "content-length: 00\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: x\r\n\r\n", HTTP_BAD_REQUEST},
	    {"GET a HTTP/1.1\r\n" HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GET /\x80 HTTP/1.1\r\n" HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.1 \r\n" HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GET / HTTP/1.9\r\n" HOST "\r\n", HTTP_VERSION_NOT_SUPPORTED},
	    {"GET / Http/1.1\r\n" HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GETS / HTTP/1.1\r\n" HOST "\r\n", HTTP_METHOD_NOT_ALLOWED},
	    {"HEADS / HTTP/1.1\r\n" HOST "\r\n", HTTP_METHOD_NOT_ALLOWED},
	    {" / HTTP/1.1\r\n" HOST "\r\n", HTTP_BAD_REQUEST},
	    {"GET\r\n\r\n", HTTP_BAD_REQUEST},
	};
	struct http_request request;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(read(rows[i].text, &request) == rows[i].wanted, "row %zu: %d", i,
			      read(rows[i].text, &request));
}
END_TEST

START_TEST(a_beginning_is_never_a_request)
{
	static const char text[] = "GET /metrics HTTP/1.1\r\nA: b\r\n" HOST "\r\n";
	struct http_request request;

	for (size_t length = 0; length < sizeof(text) - 1; length++)
		ck_assert_int_eq(http_read(text, length, &request), HTTP_MORE);
	ck_assert_int_eq(http_read(text, sizeof(text) - 1, &request), HTTP_OK);
}
END_TEST

START_TEST(a_head_has_its_most)
{
	static const char start[] = "GET / HTTP/1.1\r\n" HOST "a: ", end[] = "\r\n\r\n";
	char text[HTTP_HEAD_MOST + 2];
	struct http_request request;

	for (size_t more = 0; more < 2; more++) {
		size_t length = HTTP_HEAD_MOST + more;

		memset(text, 'x', sizeof(text));
		memcpy(text, start, sizeof(start) - 1);
		memcpy(text + length - (sizeof(end) - 1), end, sizeof(end));
		ck_assert_int_eq(http_read(text, length, &request),
				 more ? HTTP_HEAD_TOO_LARGE : HTTP_OK);
	}
}
END_TEST

START_TEST(a_host_has_one_of_three_forms)
{
	static const struct {
		const char *value, *wanted; /* NULL: it is none */
	} rows[] = {
	    {"Node-1.example_x", "node-1.example_x"},
	    {"10.0.0.1:8080", "10.0.0.1"},
	    {"[2001:DB8::1]", "2001:db8::1"},
	    {"[::1]:1", "::1"},
	    {"", NULL},
	    {":80", NULL},
	    {"a:", NULL},
	    {"a:123456", NULL},
	    {"a:8o", NULL},
	    {"a:80:80", NULL},
	    {"::1", NULL},
	    {"[::1", NULL},
	    {"[]", NULL},
	    {"[::1]80", NULL},
	    {"[example]", NULL},
	    {"a b", NULL},
	    {"a@b", NULL},
	    {"a/b", NULL},
	    {"\xc3\xa9", NULL},
	};
	char host[HTTP_HOST_BYTES], text[HTTP_HOST_BYTES + 1];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_one = http_host(rows[i].value, strlen(rows[i].value), host);

		ck_assert_msg(is_one == (rows[i].wanted != NULL), "row %zu", i);
		if (is_one)
			ck_assert_str_eq(host, rows[i].wanted);
	}
	memset(text, 'a', sizeof(text));
	ck_assert(http_host(text, HTTP_HOST_BYTES - 1, host));
	ck_assert_uint_eq(strlen(host), HTTP_HOST_BYTES - 1);
	ck_assert(!http_host(text, HTTP_HOST_BYTES, host));
	ck_assert(!http_host("a\0b", 3, host));
}
END_TEST

START_TEST(each_status_has_its_words)
{
	static const enum http_status all[] = {
	    HTTP_OK,          HTTP_BAD_REQUEST,    HTTP_NOT_FOUND,   HTTP_METHOD_NOT_ALLOWED,
	    HTTP_MISDIRECTED, HTTP_HEAD_TOO_LARGE, HTTP_UNAVAILABLE, HTTP_VERSION_NOT_SUPPORTED};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_str_ne(http_words(all[i]), "Unknown");
}
END_TEST

RUN_SUITE("http", a_request_is_taken_apart, each_fault_has_its_answer,
	  a_beginning_is_never_a_request, a_head_has_its_most, a_host_has_one_of_three_forms,
	  each_status_has_its_words)
