/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of json_pull.h. */
#include "base/json_pull.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void set_fault(struct json_pull *pull, const char *fault)
{
	if (!pull->fault)
		pull->fault = fault;
}

struct json_pull json_pull_new(struct arena *arena, const char *text, size_t length)
{
	return (struct json_pull){.arena = arena, .start = text, .at = text, .end = text + length};
}

/* Every byte of a word. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The first of them is the lowest. */
static uint64_t eight_bytes(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* How many bytes precede the first one of which a bit is set. */
static int bytes_before(uint64_t bits)
{
	return __builtin_ctzll(bits) / 8;
}

/* Where spaces end, or less than eight bytes are left. */
static inline const char *spaces_end(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t others = eight_bytes(at) ^ EIGHT(' ');

		if (others)
			return at + bytes_before(others);
	}
	return at;
}

/* Reports are indented: most of their blanks are spaces after another one. */
static inline void skip_blanks(struct json_pull *pull)
{
	while (*pull->at == ' ' || *pull->at == '\n' || *pull->at == '\r' || *pull->at == '\t')
		pull->at = spaces_end(pull->at + 1, pull->end);
}

static bool take(struct json_pull *pull, char mark)
{
	if (*pull->at != mark)
		return false;
	pull->at++;
	return true;
}

/* Texts --------------------------------------------------------------------------------------- */

static bool is_plain(char byte)
{
	return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' &&
	       byte != '\\';
}

/* Where plain ASCII ends, or less than eight bytes are left. */
static inline const char *ascii_end(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t word = eight_bytes(at);
		/* Bytes below 0x20, quotes, backslashes, and (by at least one of the last two)
		 * bytes above 0x7f have their highest bit set. Behind the first of them others
		 * may, too. */
		uint64_t others = ((word - EIGHT(0x20)) | ((word ^ EIGHT('"')) - EIGHT(1)) |
				   ((word ^ EIGHT('\\')) - EIGHT(1))) &
				  EIGHT(0x80);

		if (others)
			return at + bytes_before(others);
	}
	return at;
}

/* Where the plain bytes of a text end: at a quote, a backslash, a control character, or a byte that
 * is no UTF-8. The NUL after the document is one of them. */
static inline const char *plain_end(const char *at, const char *end)
{
	for (;;) {
		size_t length;

		at = ascii_end(at, end);
		while (is_plain(*at))
			at++;
		if ((unsigned char)*at < 0x80)
			return at;
		length = text_utf8_length(at);
		if (!length)
			return at;
		at += length;
	}
}

/* Four hexadecimal digits; -1: they are not. */
static int32_t hex4(const char *at)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static void add_code(struct str *out, uint32_t code)
{
	char bytes[4];
	size_t count = 0;

	if (code < 0x80) {
		bytes[count++] = (char)code;
	} else if (code < 0x800) {
		bytes[count++] = (char)(0xc0 | (code >> 6));
		bytes[count++] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		bytes[count++] = (char)(0xe0 | (code >> 12));
		bytes[count++] = (char)(0x80 | ((code >> 6) & 0x3f));
		bytes[count++] = (char)(0x80 | (code & 0x3f));
	} else {
		bytes[count++] = (char)(0xf0 | (code >> 18));
		bytes[count++] = (char)(0x80 | ((code >> 12) & 0x3f));
		bytes[count++] = (char)(0x80 | ((code >> 6) & 0x3f));
		bytes[count++] = (char)(0x80 | (code & 0x3f));
	}
	str_add_n(out, bytes, count);
}

/* What follows "\u", one half of a pair or both. */
static bool take_code(struct json_pull *pull, struct str *out)
{
	int32_t code = hex4(pull->at), low;

	if (code <= 0 || (code >= 0xdc00 && code < 0xe000))
		return false;
	pull->at += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		if (pull->at[0] != '\\' || pull->at[1] != 'u')
			return false;
		low = hex4(pull->at + 2);
		if (low < 0xdc00 || low >= 0xe000)
			return false;
		pull->at += 6;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	add_code(out, (uint32_t)code);
	return true;
}

static bool take_escape(struct json_pull *pull, struct str *out)
{
	static const char marks[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *mark;

	pull->at++;
	if (take(pull, 'u'))
		return take_code(pull, out);
	mark = *pull->at ? strchr(marks, *pull->at) : NULL;
	if (!mark)
		return false;
	pull->at++;
	str_add_n(out, &bytes[mark - marks], 1);
	return true;
}

/* Behind the opening quote; the text begins with plain bytes up to pull->at. */
static struct json_text take_escaped(struct json_pull *pull, const char *start)
{
	struct str out = str_new(pull->arena);

	for (;;) {
		str_add_n(&out, start, (size_t)(pull->at - start));
		if (take(pull, '"'))
			return (struct json_text){out.text, out.length};
		if (*pull->at != '\\' || !take_escape(pull, &out)) {
			set_fault(pull, "a text is not well-formed");
			return (struct json_text){0};
		}
		start = pull->at;
		pull->at = plain_end(start, pull->end);
	}
}

/* The quote is next. */
static inline struct json_text take_text(struct json_pull *pull)
{
	const char *start = ++pull->at;

	pull->at = plain_end(start, pull->end);
	if (*pull->at == '"')
		return (struct json_text){start, (size_t)(pull->at++ - start)};
	return take_escaped(pull, start);
}

/* Numbers and words --------------------------------------------------------------------------- */

static size_t take_digits(struct json_pull *pull)
{
	const char *start = pull->at;

	while (*pull->at >= '0' && *pull->at <= '9')
		pull->at++;
	return (size_t)(pull->at - start);
}

/* -1: not a natural number, or a very large one. */
static int64_t take_number(struct json_pull *pull)
{
	bool is_natural = *pull->at != '-';
	const char *digits;
	int64_t value = 0;
	size_t count;

	(void)take(pull, '-');
	digits = pull->at;
	count = take_digits(pull);
	if (!count || (count > 1 && *digits == '0'))
		set_fault(pull, "a number is not well-formed");
	for (size_t i = 0; i < count && count <= 18; i++)
		value = value * 10 + (digits[i] - '0');
	if (take(pull, '.')) {
		is_natural = false;
		if (!take_digits(pull))
			set_fault(pull, "a number is not well-formed");
	}
	if (*pull->at == 'e' || *pull->at == 'E') {
		is_natural = false;
		pull->at++;
		if (!take(pull, '+'))
			(void)take(pull, '-');
		if (!take_digits(pull))
			set_fault(pull, "a number is not well-formed");
	}
	return is_natural && count <= 18 && !pull->fault ? value : -1;
}

static void take_word(struct json_pull *pull)
{
	static const char *const words[] = {"null", "true", "false"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);

		if (strncmp(pull->at, words[i], length) != 0)
			continue;
		pull->at += length;
		return;
	}
	set_fault(pull, "this is not JSON");
}

/* Objects and lists --------------------------------------------------------------------------- */

static bool enter(struct json_pull *pull, char mark)
{
	skip_blanks(pull);
	if (pull->fault)
		return false;
	if (!take(pull, mark)) {
		json_pull_skip(pull);
		return false;
	}
	if (++pull->depth > JSON_PULL_DEPTH) {
		set_fault(pull, "it nests too deeply");
		return false;
	}
	pull->is_first = true;
	return true;
}

/* Whether something is before the closing mark. */
static inline bool go_on(struct json_pull *pull, char closing)
{
	bool is_first = pull->is_first;

	if (pull->fault)
		return false;
	skip_blanks(pull);
	pull->is_first = false;
	if (take(pull, closing)) {
		pull->depth--;
		return false;
	}
	if (!is_first && !take(pull, ',')) {
		set_fault(pull, "a comma or a closing bracket is missing");
		return false;
	}
	skip_blanks(pull);
	return true;
}

bool json_pull_object(struct json_pull *pull)
{
	return enter(pull, '{');
}

bool json_pull_list(struct json_pull *pull)
{
	return enter(pull, '[');
}

bool json_pull_key(struct json_pull *pull, struct json_text *ret)
{
	if (!go_on(pull, '}'))
		return false;
	if (*pull->at != '"') {
		set_fault(pull, "a key is missing");
		return false;
	}
	*ret = take_text(pull);
	skip_blanks(pull);
	if (!pull->fault && !take(pull, ':'))
		set_fault(pull, "a colon is missing");
	return !pull->fault;
}

bool json_pull_item(struct json_pull *pull)
{
	return go_on(pull, ']');
}

/* Values -------------------------------------------------------------------------------------- */

struct json_text json_pull_text(struct json_pull *pull)
{
	skip_blanks(pull);
	if (!pull->fault && *pull->at == '"')
		return take_text(pull);
	json_pull_skip(pull);
	return (struct json_text){0};
}

int64_t json_pull_number(struct json_pull *pull)
{
	skip_blanks(pull);
	if (!pull->fault && (*pull->at == '-' || (*pull->at >= '0' && *pull->at <= '9')))
		return take_number(pull);
	json_pull_skip(pull);
	return -1;
}

double json_pull_real(struct json_pull *pull)
{
	const char *start;

	skip_blanks(pull);
	start = pull->at;
	(void)json_pull_number(pull);
	return !pull->fault && *start >= '0' && *start <= '9' ? strtod(start, NULL) : -1;
}

/* As deep as enter() lets it. */
void json_pull_skip(struct json_pull *pull)
{
	struct json_text key;

	skip_blanks(pull);
	if (pull->fault)
		return;
	if (*pull->at == '"') {
		(void)take_text(pull);
	} else if (*pull->at == '{') {
		(void)json_pull_object(pull);
		while (json_pull_key(pull, &key))
			json_pull_skip(pull);
	} else if (*pull->at == '[') {
		(void)json_pull_list(pull);
		while (json_pull_item(pull))
			json_pull_skip(pull);
	} else if (*pull->at == '-' || (*pull->at >= '0' && *pull->at <= '9')) {
		(void)take_number(pull);
	} else {
		take_word(pull);
	}
}

bool json_pull_end(struct json_pull *pull)
{
	skip_blanks(pull);
	if (pull->at != pull->end)
		set_fault(pull, *pull->at ? "something follows its end" : "a NUL byte is in it");
	return !pull->fault;
}

unsigned json_pull_line(const struct json_pull *pull)
{
	unsigned line = 1;

	for (const char *at = pull->start; at < pull->at; at++)
		line += *at == '\n';
	return line;
}
