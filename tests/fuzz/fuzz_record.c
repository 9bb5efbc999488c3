/* SPDX-License-Identifier: Apache-2.0 */
/* What a record takes out: nothing of a serial number is left, and what was replaced once stays.
 * Parts: the host's name, a serial number, a text that people wrote. */
#include "facts/record_scrub.h"
#include "fuzz.h"

static const char *scrubbed(struct arena *arena, const char *host, const char *serial,
			    const char *text, const char **ret_serial)
{
	struct scrub *scrub = scrub_new(arena);

	scrub_learn_host(scrub, host);
	scrub_learn(scrub, "/sys/block/sda/device/serial", serial);
	scrub_learn(scrub, "/proc/cmdline", text);
	*ret_serial = scrub_text(scrub, "/sys/block/sda/device/serial", serial);
	return scrub_text(scrub, "/proc/cmdline", text);
}

FUZZ_TARGET(record)
{
	struct fuzz_part parts[3];
	const char *once, *twice, *serial, *again;

	fuzz_split(arena, text, length, parts, 3);
	once = scrubbed(arena, text_trim(arena, parts[0].text), text_or(parts[1].text, ""),
			text_or(parts[2].text, ""), &serial);
	twice = scrubbed(arena, NULL, serial, once, &again);
	fuzz_check(text_equal(serial, again), "the serial number '%s' becomes '%s'", serial, again);
	fuzz_check(text_equal(once, twice), "what was replaced changes:\n%s\n%s", once, twice);
}
