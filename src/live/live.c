/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills struct live: from the running kernel for a live root, from LIVE_FILE for a recorded one.
 *
 * LIVE_FILE has one `key=value` a line, sorted by key; the keys are those of the table below. A
 * missing key means unknown (0, false). Numbers are decimal, capabilities hexadecimal without 0x;
 * switches are yes or no; in texts a backslash is written \\ and a newline \n. data-dir.error is
 * the positive errno, data-dir.mode the permission bits.
 */
#include "live/live.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "base/text.h"
#include "live/live_impl.h"

#define DEFAULT_DATA_DIR "/var/lib/redpanda/data"

/* ---- the fields --------------------------------------------------------------------------- */

struct live live_unknown(void)
{
	return (struct live){.uid = -1};
}

enum type {
	TYPE_TEXT,
	TYPE_TRI,
	TYPE_BOOL,
	TYPE_UNSIGNED,
	TYPE_U64,
	TYPE_HEX,
	TYPE_UID,
	TYPE_ERRNO
};

struct field {
	const char *key;
	enum type type;
	size_t offset;
};

#define FIELD(member) offsetof(struct live, member)

/* Sorted by key, as the lines of the file are. */
static const struct field fields[] = {
    {.key = "broker.groups", .type = TYPE_TEXT, .offset = FIELD(broker_groups)},
    {.key = "broker.running", .type = TYPE_TRI, .offset = FIELD(broker_running)},
    {.key = "broker.shards", .type = TYPE_UNSIGNED, .offset = FIELD(broker_shards)},
    {.key = "capabilities", .type = TYPE_HEX, .offset = FIELD(capabilities)},
    {.key = "capabilities.known", .type = TYPE_TRI, .offset = FIELD(capabilities_known)},
    {.key = "clock-synchronised", .type = TYPE_TRI, .offset = FIELD(clock_synchronised)},
    {.key = "container", .type = TYPE_TEXT, .offset = FIELD(container)},
    {.key = "data-dir.ballast", .type = TYPE_TRI, .offset = FIELD(data_dir.ballast.exists)},
    {.key = "data-dir.ballast-allocated",
     .type = TYPE_U64,
     .offset = FIELD(data_dir.ballast.allocated_bytes)},
    {.key = "data-dir.ballast-error", .type = TYPE_ERRNO, .offset = FIELD(data_dir.ballast.error)},
    {.key = "data-dir.ballast-gid", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.ballast.gid)},
    {.key = "data-dir.ballast-is-file",
     .type = TYPE_BOOL,
     .offset = FIELD(data_dir.ballast.is_file)},
    {.key = "data-dir.ballast-size",
     .type = TYPE_U64,
     .offset = FIELD(data_dir.ballast.size_bytes)},
    {.key = "data-dir.ballast-uid", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.ballast.uid)},
    {.key = "data-dir.dev-major", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.dev_major)},
    {.key = "data-dir.dev-minor", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.dev_minor)},
    {.key = "data-dir.error", .type = TYPE_ERRNO, .offset = FIELD(data_dir.error)},
    {.key = "data-dir.exists", .type = TYPE_TRI, .offset = FIELD(data_dir.exists)},
    {.key = "data-dir.free-bytes", .type = TYPE_U64, .offset = FIELD(data_dir.free_bytes)},
    {.key = "data-dir.fs-read-only", .type = TYPE_TRI, .offset = FIELD(data_dir.fs_read_only)},
    {.key = "data-dir.fs-type", .type = TYPE_TEXT, .offset = FIELD(data_dir.fs_type)},
    {.key = "data-dir.gid", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.gid)},
    {.key = "data-dir.has-data", .type = TYPE_BOOL, .offset = FIELD(data_dir.has_data)},
    {.key = "data-dir.is-directory", .type = TYPE_BOOL, .offset = FIELD(data_dir.is_directory)},
    {.key = "data-dir.is-ephemeral", .type = TYPE_BOOL, .offset = FIELD(data_dir.is_ephemeral)},
    {.key = "data-dir.log-device", .type = TYPE_TEXT, .offset = FIELD(data_dir.log.name)},
    {.key = "data-dir.log-number", .type = TYPE_TEXT, .offset = FIELD(data_dir.log.number)},
    {.key = "data-dir.mode", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.mode)},
    {.key = "data-dir.mount-options", .type = TYPE_TEXT, .offset = FIELD(data_dir.mount_options)},
    {.key = "data-dir.mount-point", .type = TYPE_TEXT, .offset = FIELD(data_dir.mount_point)},
    {.key = "data-dir.mount-source", .type = TYPE_TEXT, .offset = FIELD(data_dir.mount_source)},
    {.key = "data-dir.path", .type = TYPE_TEXT, .offset = FIELD(data_dir.path)},
    {.key = "data-dir.realtime-device", .type = TYPE_TEXT, .offset = FIELD(data_dir.realtime.name)},
    {.key = "data-dir.realtime-number",
     .type = TYPE_TEXT,
     .offset = FIELD(data_dir.realtime.number)},
    {.key = "data-dir.shards", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.shards)},
    {.key = "data-dir.shared-with", .type = TYPE_TEXT, .offset = FIELD(data_dir.shared_with)},
    {.key = "data-dir.size-bytes", .type = TYPE_U64, .offset = FIELD(data_dir.size_bytes)},
    {.key = "data-dir.system-use", .type = TYPE_TEXT, .offset = FIELD(data_dir.system_use)},
    {.key = "data-dir.uid", .type = TYPE_UNSIGNED, .offset = FIELD(data_dir.uid)},
    {.key = "hypervisor", .type = TYPE_TEXT, .offset = FIELD(hypervisor)},
    {.key = "initial-netns", .type = TYPE_TRI, .offset = FIELD(initial_netns)},
    {.key = "io-uring", .type = TYPE_TRI, .offset = FIELD(io_uring)},
    {.key = "kernel-release", .type = TYPE_TEXT, .offset = FIELD(kernel_release)},
    {.key = "kubelet.dir", .type = TYPE_TEXT, .offset = FIELD(kubelet_dir)},
    {.key = "kubelet.reserved-cpus", .type = TYPE_TEXT, .offset = FIELD(kubelet_reserved)},
    {.key = "kubelet.reserved-from", .type = TYPE_TEXT, .offset = FIELD(kubelet_reserved_from)},
    {.key = "kubelet.reserved-problem", .type = TYPE_TEXT, .offset = FIELD(kubelet_problem)},
    {.key = "linux-aio", .type = TYPE_TRI, .offset = FIELD(linux_aio)},
    {.key = "listens-on", .type = TYPE_TEXT, .offset = FIELD(listens_on)},
    {.key = "machine", .type = TYPE_TEXT, .offset = FIELD(machine)},
    {.key = "page-bytes", .type = TYPE_U64, .offset = FIELD(page_bytes)},
    {.key = "sees-processes", .type = TYPE_BOOL, .offset = FIELD(sees_processes)},
    {.key = "uid", .type = TYPE_UID, .offset = FIELD(uid)},
    {.key = "unit", .type = TYPE_TEXT, .offset = FIELD(unit)},
    {.key = "user-namespace", .type = TYPE_TRI, .offset = FIELD(user_namespace)},
};
enum { field_count = sizeof(fields) / sizeof(fields[0]) };

union value {
	const char **text;
	enum tri *tri;
	bool *flag;
	unsigned *number;
	uint64_t *u64;
	int64_t *i64;
	int *code;
};

static union value value_at(struct live *live, const struct field *field)
{
	void *at = (char *)live + field->offset;
	union value value = {0};

	switch (field->type) {
	case TYPE_TEXT:
		value.text = at;
		break;
	case TYPE_TRI:
		value.tri = at;
		break;
	case TYPE_BOOL:
		value.flag = at;
		break;
	case TYPE_UNSIGNED:
		value.number = at;
		break;
	case TYPE_U64:
	case TYPE_HEX:
		value.u64 = at;
		break;
	case TYPE_UID:
		value.i64 = at;
		break;
	case TYPE_ERRNO:
		value.code = at;
		break;
	}
	return value;
}

/* ---- to text ----------------------------------------------------------------------------- */

static char *escape(struct arena *arena, const char *text)
{
	struct str out = str_new(arena);

	for (; *text; text++) {
		if (*text == '\n')
			str_add(&out, "\\n");
		else if (*text == '\\')
			str_add(&out, "\\\\");
		else
			str_add_n(&out, text, 1);
	}
	return out.text;
}

/* NULL: the field has its default and is not written. */
static const char *format_number(struct arena *arena, uint64_t number)
{
	return number ? arena_printf(arena, "%llu", (unsigned long long)number) : NULL;
}

static const char *format_field(struct arena *arena, struct live *live, const struct field *field)
{
	union value value = value_at(live, field);

	switch (field->type) {
	case TYPE_TEXT:
		return *value.text ? escape(arena, *value.text) : NULL;
	case TYPE_TRI:
		return *value.tri == TRI_YES ? "yes" : *value.tri == TRI_NO ? "no" : NULL;
	case TYPE_BOOL:
		return *value.flag ? "yes" : NULL;
	case TYPE_UNSIGNED:
		return format_number(arena, *value.number);
	case TYPE_U64:
		return format_number(arena, *value.u64);
	case TYPE_HEX:
		return *value.u64 ? arena_printf(arena, "%llx", (unsigned long long)*value.u64)
				  : NULL;
	case TYPE_UID:
		return *value.i64 < 0 ? NULL : arena_printf(arena, "%lld", (long long)*value.i64);
	case TYPE_ERRNO:
		break;
	}
	return format_number(arena, (uint64_t) - *value.code);
}

char *live_text(struct arena *arena, const struct live *live)
{
	struct str out = str_new(arena);
	struct live copy = *live;

	for (size_t i = 0; i < field_count; i++) {
		const char *value = format_field(arena, &copy, &fields[i]);

		if (value)
			str_printf(&out, "%s=%s\n", fields[i].key, value);
	}
	return out.text;
}

/* ---- and back ---------------------------------------------------------------------------- */

static const char *unescape(struct arena *arena, const char *text)
{
	struct str out = str_new(arena);

	for (; *text; text++) {
		if (*text != '\\')
			str_add_n(&out, text, 1);
		else if (text[1] == 'n')
			str_add(&out, "\n");
		else if (text[1] == '\\')
			str_add(&out, "\\");
		else
			return NULL;
		text += *text == '\\';
	}
	return out.text;
}

static int parse_hex(const char *text, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789abcdef");
	uint64_t number = 0;

	if (digits == 0 || digits > 16 || text[digits] || text[0] == '0')
		return -EINVAL;
	for (; *text; text++)
		number = number << 4 | (uint64_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	*ret = number;
	return 0;
}

static int parse_yes_no(const char *text, bool *ret)
{
	*ret = text_equal(text, "yes");
	return *ret || text_equal(text, "no") ? 0 : -EINVAL;
}

static int parse_limited(const char *text, uint64_t limit, uint64_t *ret)
{
	int r = text_u64(text, ret);

	return r == 0 && *ret > limit ? -ERANGE : r;
}

static int parse_field(struct arena *arena, struct live *live, const struct field *field,
		       const char *text)
{
	union value value = value_at(live, field);
	uint64_t number = 0;
	bool yes = false;
	int r = 0;

	switch (field->type) {
	case TYPE_TEXT:
		*value.text = unescape(arena, text);
		return *value.text ? 0 : -EINVAL;
	case TYPE_TRI:
		r = parse_yes_no(text, &yes);
		*value.tri = yes ? TRI_YES : TRI_NO;
		return r;
	case TYPE_BOOL:
		return parse_yes_no(text, value.flag);
	case TYPE_UNSIGNED:
		r = parse_limited(text, UINT_MAX, &number);
		*value.number = (unsigned)number;
		return r;
	case TYPE_U64:
		return text_u64(text, value.u64);
	case TYPE_HEX:
		return parse_hex(text, value.u64);
	case TYPE_UID:
		r = parse_limited(text, UINT32_MAX, &number);
		*value.i64 = (int64_t)number;
		return r;
	case TYPE_ERRNO:
		break;
	}
	r = parse_limited(text, 4095, &number);
	*value.code = -(int)number;
	return r;
}

static const struct field *find_field(const char *key)
{
	for (size_t i = 0; i < field_count; i++) {
		if (text_equal(fields[i].key, key))
			return &fields[i];
	}
	return NULL;
}

int live_parse(struct arena *arena, const char *text, struct live *ret, struct err *err)
{
	names lines = text_split(arena, text, '\n');
	const struct field *last = NULL;
	struct live live = live_unknown();

	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.at[i], *equals = strchr(line, '=');
		const struct field *field;
		const char *problem = NULL;

		if (!*line && i + 1 == lines.count)
			break;
		field =
		    equals ? find_field(arena_strndup(arena, line, (size_t)(equals - line))) : NULL;
		if (!equals)
			problem = "no '=' in it";
		else if (!field)
			problem = "unknown key";
		else if (last && field <= last)
			problem = "key repeated or out of order";
		else if (parse_field(arena, &live, field, equals + 1) < 0)
			problem = "malformed value";
		if (problem)
			return err_set(err, -EINVAL, "%s:%zu: %s: '%s'", LIVE_FILE, i + 1, problem,
				       line);
		last = field;
	}
	*ret = live;
	return 0;
}

/* ---- which of the two -------------------------------------------------------------------- */

static int read_recorded(struct root *root, struct arena *arena, const char *data_dir,
			 struct live *ret, struct err *err)
{
	const char *text = NULL;
	int r = root_read(root, arena, LIVE_FILE, &text);

	if (r == -ENOENT) {
		*ret = live_unknown();
		r = 0;
	} else if (r < 0) {
		return err_set(err, r, "cannot read %s of root '%s': %s", LIVE_FILE,
			       root_name(root), root_words(r));
	} else {
		r = live_parse(arena, text, ret, err);
	}
	if (r == 0 && data_dir && !text_equal(data_dir, ret->data_dir.path))
		ret->data_dir = (struct live_data_dir){.path = data_dir, .error = -ENODATA};
	return r;
}

int live_read(struct root *root, struct arena *arena, const char *data_dir, struct live *ret,
	      struct err *err)
{
	if (!root_is_live(root))
		return read_recorded(root, arena, data_dir, ret, err);
	*ret = live_unknown();
	live_ask_kernel(root, arena, ret);
	ret->data_dir = live_ask_dir(arena, data_dir ? data_dir : DEFAULT_DATA_DIR);
	live_ask_broker(root, arena, ret);
	return 0;
}
