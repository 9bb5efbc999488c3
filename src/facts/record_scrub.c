/* SPDX-License-Identifier: Apache-2.0 */
/* What identifies a node, found by its form or by the file it is in, and replaced by numbers. */
#include "facts/record_scrub.h"

#include <ctype.h>

#include "base/text.h"
#include "facts/sysfs.h"
#include "live/live.h"

/*
 * Two kinds of what identifies a node. Hexadecimal ones are known by their form (MAC addresses,
 * UUIDs, world-wide names) wherever they are, and keep it: the digits become zeros with a number
 * at the end. Words have no form: a serial number is known by the file that holds it, and is then
 * looked for in texts that people wrote.
 */
enum id_kind { ID_MAC, ID_HEX, ID_SERIAL, ID_HOST, ID_KINDS };

struct id {
	enum id_kind kind;
	const char *value; /* of hexadecimal ones the digits, lower case */
	unsigned ordinal;  /* 0: not given yet */
};

struct scrub {
	struct arena *arena;
	VEC(struct id) ids;
	bool numbered;
};

/* One place in a text that identifies. */
struct place {
	size_t skip, length; /* from the present place of the search */
	enum id_kind kind;
};

/* Shorter words are as likely something else. */
enum { SHORTEST_SERIAL = 6, SHORTEST_HOST = 2 };

struct scrub *scrub_new(struct arena *arena)
{
	struct scrub *scrub = arena_alloc(arena, sizeof(*scrub));

	scrub->arena = arena;
	return scrub;
}

/* Forms --------------------------------------------------------------------------------------- */

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

static size_t hex_run(const char *text)
{
	size_t length = 0;

	while (is_hex(text[length]))
		length++;
	return length;
}

/* Bytes of groups of hexadecimal digits with these widths, 0 when the text has another form. */
static size_t groups_length(const char *text, const unsigned *widths, size_t count, char separator)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && text[at++] != separator)
			return 0;
		if (hex_run(text + at) != widths[i])
			return 0;
		at += widths[i];
	}
	return is_word(text[at]) || text[at] == separator ? 0 : at;
}

static size_t mac_length(const char *text)
{
	static const unsigned pairs[20] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
					   2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
	static const size_t counts[] = {6, 8, 20}; /* Ethernet, EUI-64, InfiniBand */

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		size_t length = groups_length(text, pairs, counts[i], ':');

		if (length)
			return length;
	}
	return 0;
}

static size_t uuid_length(const char *text)
{
	static const unsigned uuid[] = {8, 4, 4, 4, 12}, md[] = {8, 8, 8, 8};
	size_t length = groups_length(text, uuid, 5, '-');

	if (!length)
		length = groups_length(text, md, 4, ':');
	/* A machine id. */
	if (!length && hex_run(text) == 32 && !is_word(text[32]))
		length = 32;
	return length;
}

/* What follows these words is an identity, whatever its length. */
static bool find_prefixed(const char *text, struct place *ret)
{
	static const char *const prefixes[] = {"eui.", "naa.", "wwn-0x"};
	size_t length;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!text_starts(text, prefixes[i]))
			continue;
		length = hex_run(text + strlen(prefixes[i]));
		if (length < 8)
			continue;
		*ret =
		    (struct place){.skip = strlen(prefixes[i]), .length = length, .kind = ID_HEX};
		return true;
	}
	/* A NIC that is called by its address. */
	if (text_starts(text, "enx") && hex_run(text + 3) == 12 && !is_word(text[15])) {
		*ret = (struct place){.skip = 3, .length = 12, .kind = ID_MAC};
		return true;
	}
	return false;
}

/* "PARTUUID=1a2b3c4d-01" and file systems with short ones. */
static bool find_short_uuid(const char *start, const char *at, struct place *ret)
{
	static const char prefix[] = "UUID=";
	size_t length = strspn(at, "0123456789abcdefABCDEF-");

	if ((size_t)(at - start) < strlen(prefix) || length < SHORTEST_SERIAL ||
	    is_word(at[length]) || !text_starts(at - strlen(prefix), prefix))
		return false;
	*ret = (struct place){.length = length, .kind = ID_HEX};
	return true;
}

/* at is where a word begins. */
static bool find_form(const char *start, const char *at, struct place *ret)
{
	size_t length = mac_length(at);

	if (at > start && at[-1] == ':')
		return false;
	if (length) {
		*ret = (struct place){.length = length, .kind = ID_MAC};
		return true;
	}
	length = uuid_length(at);
	if (length) {
		*ret = (struct place){.length = length, .kind = ID_HEX};
		return true;
	}
	return find_prefixed(at, ret) || find_short_uuid(start, at, ret);
}

/* Hexadecimal values -------------------------------------------------------------------------- */

static const char *digits_of(struct arena *arena, const char *text, size_t length)
{
	char *digits = arena_alloc(arena, length + 1);
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (is_hex(text[i]))
			digits[count++] = (char)tolower((unsigned char)text[i]);
	}
	return digits;
}

/* Zeros and a number: our own replacement, 0 for anything else. MAC addresses get the bit of those
 * that no maker gave. */
static unsigned ordinal_of_digits(enum id_kind kind, const char *digits)
{
	uint64_t number;

	if (kind == ID_MAC) {
		if (!text_starts(digits, "02"))
			return 0;
		digits += 2;
	}
	digits += strspn(digits, "0");
	return text_u64(digits, &number) == 0 && number <= UINT32_MAX ? (unsigned)number : 0;
}

/* No address, and the address of all. */
static bool is_nobody(const char *digits)
{
	size_t length = strlen(digits);

	return strspn(digits, "0") == length || strspn(digits, "f") == length;
}

static const char *hex_replacement(struct arena *arena, const char *text, size_t length,
				   const struct id *id)
{
	char *copy = arena_strndup(arena, text, length);
	unsigned rest = id->ordinal;
	size_t seen = 0;

	for (size_t i = length; i-- > 0;) {
		if (!is_hex(copy[i]))
			continue;
		copy[i] = (char)('0' + rest % 10);
		rest /= 10;
	}
	for (size_t i = 0; id->kind == ID_MAC && seen < 2; i++) {
		if (is_hex(copy[i]) && seen++ == 1)
			copy[i] = '2';
	}
	return copy;
}

/* Words --------------------------------------------------------------------------------------- */

static const char *const word_prefixes[ID_KINDS] = {[ID_SERIAL] = "serial-", [ID_HOST] = "host-"};

static unsigned ordinal_of_word(enum id_kind kind, const char *value)
{
	uint64_t number;

	if (!text_starts(value, word_prefixes[kind]))
		return 0;
	return text_u64(value + strlen(word_prefixes[kind]), &number) == 0 && number <= UINT32_MAX
		   ? (unsigned)number
		   : 0;
}

/* Files whose whole content identifies. */
static bool is_identity(const char *path)
{
	static const char *const names_of_files[] = {
	    "serial",         "serial_number",  "board_serial",    "chassis_serial",
	    "product_serial", "product_uuid",   "board_asset_tag", "chassis_asset_tag",
	    "wwid",           "uuid",           "nguid",           "eui",
	    "subsysnqn",      "hostnqn",        "hostid",          "unique_id",
	    "phys_port_id",   "phys_switch_id", "machine-id",      "boot_id",
	};

	for (size_t i = 0; i < sizeof(names_of_files) / sizeof(names_of_files[0]); i++) {
		if (text_equal(sysfs_path_base(path), names_of_files[i]))
			return true;
	}
	return false;
}

/* The same on all machines of a cloud, and needed to know which cloud it is. */
static bool is_common(const char *value)
{
	static const char *const common[] = {"7783-7084-3265-9085-8269-3286-77", "Amazon EC2"};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (text_equal(value, common[i]))
			return true;
	}
	return !*value;
}

/* Written by people or by us, as opposed to attributes of the kernel. */
static bool is_free_text(const char *path)
{
	return !text_starts(path, "/sys/") &&
	       (!text_starts(path, "/proc/") || text_equal(path, "/proc/cmdline"));
}

/* A host may be called like a directory, a key or a word of any language. */
static bool is_host_place(const char *path, const char *start, const char *at, const char *end)
{
	size_t before = (size_t)(at - start);

	if (before >= 5 && text_starts(at - 5, "/dev/"))
		return true;
	if (before >= 12 && text_starts(at - 12, "/dev/mapper/"))
		return true;
	if (text_equal(path, LIVE_FILE) || text_ends(path, "os-release"))
		return false;
	if ((before && strchr("/-_.", at[-1])) || (*end && strchr("/-_", *end)))
		return false;
	/* "host:9092"; and ip=ADDRESS:::MASK:HOST:DEVICE for the kernel. */
	if (*end == ':')
		return isdigit((unsigned char)end[1]) || text_equal(path, "/proc/cmdline");
	return *end != '.' || !strstr(path, "sysctl");
}

static bool find_word(const struct scrub *scrub, const char *path, const char *start,
		      const char *at, struct place *ret)
{
	vec_for_each (id, &scrub->ids) {
		size_t length = strlen(id->value);
		size_t shortest = id->kind == ID_HOST ? SHORTEST_HOST : SHORTEST_SERIAL;

		if (id->kind != ID_SERIAL && id->kind != ID_HOST)
			continue;
		if (length < shortest || !text_starts(at, id->value) || is_word(at[length]))
			continue;
		if (id->kind == ID_HOST && !is_host_place(path, start, at, at + length))
			continue;
		*ret = (struct place){.length = length, .kind = id->kind};
		return true;
	}
	return false;
}

/* Learning and replacing ---------------------------------------------------------------------- */

static struct id *find_id(struct scrub *scrub, enum id_kind kind, const char *value)
{
	vec_for_each (id, &scrub->ids) {
		if (id->kind == kind && text_equal(id->value, value))
			return id;
	}
	return NULL;
}

static void add_id(struct scrub *scrub, enum id_kind kind, const char *value)
{
	struct id id = {.kind = kind, .value = value};

	if (find_id(scrub, kind, value))
		return;
	id.ordinal = kind == ID_MAC || kind == ID_HEX ? ordinal_of_digits(kind, value)
						      : ordinal_of_word(kind, value);
	vec_push(scrub->arena, &scrub->ids, id);
}

static bool is_taken(const struct scrub *scrub, enum id_kind kind, unsigned ordinal)
{
	vec_for_each (id, &scrub->ids) {
		if (id->kind == kind && id->ordinal == ordinal)
			return true;
	}
	return false;
}

/* Only when all are known, so that none gets the number of a replacement that stays. */
static void give_ordinals(struct scrub *scrub)
{
	unsigned next[ID_KINDS] = {0};

	if (scrub->numbered)
		return;
	scrub->numbered = true;
	vec_for_each (id, &scrub->ids) {
		while (!id->ordinal) {
			next[id->kind]++;
			if (!is_taken(scrub, id->kind, next[id->kind]))
				id->ordinal = next[id->kind];
		}
	}
}

static bool is_form(const char *text)
{
	struct place place;

	return find_form(text, text, &place) && !text[place.skip + place.length];
}

/* The next place at or after *at; *at moves to it, or to the end. */
static bool next_place(const struct scrub *scrub, const char *path, const char *start,
		       const char **at, struct place *ret)
{
	bool free_text = path && is_free_text(path);

	for (; **at; (*at)++) {
		if (!is_word(**at) || (*at > start && is_word((*at)[-1])))
			continue;
		if (find_form(start, *at, ret) ||
		    (free_text && find_word(scrub, path, start, *at, ret)))
			return true;
	}
	return false;
}

void scrub_learn_host(struct scrub *scrub, const char *name)
{
	if (!name || text_equal(name, "(none)") || text_equal(name, "localhost") || !*name)
		return;
	add_id(scrub, ID_HOST, name);
	if (strchr(name, '.'))
		add_id(scrub, ID_HOST, arena_strndup(scrub->arena, name, strcspn(name, ".")));
}

void scrub_learn(struct scrub *scrub, const char *path, const char *text)
{
	const char *at = text;
	struct place place;

	if (path && is_identity(path)) {
		const char *value = text_trim(scrub->arena, text);

		if (!is_common(value) && !is_form(value))
			add_id(scrub, ID_SERIAL, value);
	}
	while (next_place(scrub, NULL, text, &at, &place)) {
		const char *digits = digits_of(scrub->arena, at + place.skip, place.length);

		if (!is_nobody(digits))
			add_id(scrub, place.kind, digits);
		at += place.skip + place.length;
	}
}

static const char *replacement(struct scrub *scrub, const char *text, const struct place *place)
{
	bool is_hexadecimal = place->kind == ID_MAC || place->kind == ID_HEX;
	const struct id *id;

	id = find_id(scrub, place->kind,
		     is_hexadecimal ? digits_of(scrub->arena, text, place->length)
				    : arena_strndup(scrub->arena, text, place->length));
	if (!id)
		return arena_strndup(scrub->arena, text, place->length);
	if (is_hexadecimal)
		return hex_replacement(scrub->arena, text, place->length, id);
	return arena_printf(scrub->arena, "%s%u", word_prefixes[id->kind], id->ordinal);
}

const char *scrub_text(struct scrub *scrub, const char *path, const char *text)
{
	const char *at = text, *done = text;
	struct str str = {0};
	struct place place;

	give_ordinals(scrub);
	if (path && is_identity(path)) {
		const char *value = text_trim(scrub->arena, text);

		if (find_id(scrub, ID_SERIAL, value)) {
			place = (struct place){.length = strlen(value), .kind = ID_SERIAL};
			return replacement(scrub, value, &place);
		}
	}
	while (next_place(scrub, path, text, &at, &place)) {
		if (!str.text)
			str = str_new(scrub->arena);
		at += place.skip;
		str_add_n(&str, done, (size_t)(at - done));
		str_add(&str, replacement(scrub, at, &place));
		at += place.length;
		done = at;
	}
	if (!str.text)
		return text;
	str_add(&str, done);
	return str.text;
}
