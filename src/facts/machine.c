/* SPDX-License-Identifier: Apache-2.0 */
/* Which of many nodes this is: its name, and an id that stays when the name changes. */
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "facts/facts.h"

#define HOSTNAME_FILE "/proc/sys/kernel/hostname"

enum { id_bytes = 16 };

/* A container has a name and an id of its own. A system container (LXC) is the node, as far as
 * anything in it can tell. */
static bool is_container(const struct facts *facts)
{
	const char *container = facts->live.container;

	return facts->live_root && !text_equal(container, "none") && !text_equal(container, "lxc");
}

/* Whose /etc the root shows: in a container it is the node's only if the node is bound elsewhere.
 */
static bool has_etc_of_node(const struct root *root, const struct facts *facts)
{
	return !is_container(facts) || !text_equal(root_dir(root), "/");
}

/* The first line that is no comment (hostname(5)); NULL: there is none. The kernel says "(none)"
 * until somebody gives it a name (include/linux/uts.h, UTS_NODENAME). */
static const char *read_name(struct root *root, struct arena *arena, const char *path)
{
	const char *text;
	names lines;

	if (root_read(root, arena, path, &text) < 0)
		return NULL;
	lines = text_split(arena, text, '\n');
	vec_for_each (line, &lines) {
		const char *name = text_trim(arena, *line);

		if (*name && *name != '#')
			return text_equal(name, "(none)") ? NULL : name;
	}
	return NULL;
}

/* The kernel's file shows the name in the reader's own UTS namespace, through any mount
 * (kernel/utsname_sysctl.c, get_uts()). */
static const char *hostname(struct root *root, struct arena *arena, const struct facts *facts)
{
	const char *name = NULL;

	if (!is_container(facts) || live_uts_is_initial() == TRI_YES)
		name = read_name(root, arena, HOSTNAME_FILE);
	if (!name && has_etc_of_node(root, facts))
		name = read_name(root, arena, "/etc/hostname");
	return name;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The hyphens of a UUID stand after its bytes 4, 6, 8 and 10. */
static bool has_hyphen(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

/* 32 hexadecimal digits, not all of them zero, plain or as a UUID, and at most one newline, as
 * systemd takes them (src/libsystemd/sd-id128/id128-util.c, id128_read_fd()). */
static bool parse_machine_id(const char *text, unsigned char ret[id_bytes])
{
	bool is_null = true, is_uuid = strlen(text) >= 36;

	for (size_t i = 0; i < id_bytes; i++) {
		int high, low;

		if (is_uuid && has_hyphen(i) && *text++ != '-')
			return false;
		high = digit(*text);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return false;
		text += 2;
		ret[i] = (unsigned char)(high << 4 | low);
		is_null &= ret[i] == 0;
	}
	return !is_null && text_equal(text + (*text == '\n'), "");
}

/*
 * The machine id itself is to be kept secret (machine-id(5)), so the node's id is made from it and
 * the id of this program as sd_id128_get_machine_app_specific(3) does (systemd,
 * src/libsystemd/sd-id128/sd-id128.c): the first half of an HMAC, marked as a UUID of version 4.
 * `systemd-id128 machine-id --app-specific=7d1f3c52a86e4b0f9a35e1c4d2b7068e` prints the same.
 */
static const char *node_id(struct root *root, struct arena *arena, const struct facts *facts)
{
	static const unsigned char program[id_bytes] = {0x7d, 0x1f, 0x3c, 0x52, 0xa8, 0x6e,
							0x4b, 0x0f, 0x9a, 0x35, 0xe1, 0xc4,
							0xd2, 0xb7, 0x06, 0x8e};
	unsigned char machine[id_bytes], mac[sha256_bytes];
	struct str hex = str_new(arena);
	const char *text;

	if (!has_etc_of_node(root, facts) ||
	    root_read_file(root, arena, "/etc/machine-id", &text) < 0 ||
	    !parse_machine_id(text, machine))
		return NULL;
	sha256_hmac(machine, sizeof(machine), program, sizeof(program), mac);
	mac[6] = (unsigned char)((mac[6] & 0x0f) | 0x40);
	mac[8] = (unsigned char)((mac[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < id_bytes; i++)
		str_printf(&hex, "%02x", mac[i]);
	return hex.text;
}

void facts_machine(struct root *root, struct arena *arena, struct facts *facts)
{
	facts->host.hostname = hostname(root, arena, facts);
	facts->host.node_id = node_id(root, arena, facts);
}
