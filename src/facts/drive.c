/* SPDX-License-Identifier: Apache-2.0 */
/* Compares a drive's health log of before a probe with the one of after it. */
#include "facts/drive.h"

#include <inttypes.h>

#include "base/text.h"

/* The critical warning of temperature is given for one that is too low, too; no drive is too cold
 * at 40 °C. */
enum { freezing_kelvin = 273, warm_kelvin = 313, warns_of_temperature = 1 << 1 };

static bool is_other_drive(const struct drive_change *change)
{
	const struct nvme_smart *before = &change->before, *after = &change->after;

	return after->throttles < before->throttles || after->throttled_s < before->throttled_s ||
	       after->hot_minutes < before->hot_minutes ||
	       after->media_errors < before->media_errors;
}

/* The specification allows a drive to give no temperature: 0 K. */
static const char *temperatures(struct arena *arena, const struct drive_change *change)
{
	unsigned before = change->before.temperature_kelvin,
		 after = change->after.temperature_kelvin;

	if (!before || !after)
		return "temperature not known";
	return arena_printf(arena, "%d °C before, %d °C after", (int)before - freezing_kelvin,
			    (int)after - freezing_kelvin);
}

static const char *text_of(struct arena *arena, const struct drive_change *change)
{
	uint64_t errors = change->after.media_errors - change->before.media_errors;
	struct str text = str_new(arena);

	if (change->error)
		return arena_printf(arena, "drive %s: its health after the probe is not known: %s",
				    change->disk, err_words(change->error));
	if (is_other_drive(change))
		return arena_printf(arena,
				    "drive %s: its counters went back while it was measured: is it "
				    "the same drive?",
				    change->disk);
	str_printf(&text, "drive %s: %s", change->disk, temperatures(arena, change));
	if (errors)
		str_printf(&text, ", %" PRIu64 " new media %s", errors,
			   errors == 1 ? "error" : "errors");
	if (change->heat)
		str_printf(&text, "; it %s while it was measured", change->heat);
	return text.text;
}

static enum tri tri_of(bool is_so)
{
	return is_so ? TRI_YES : TRI_NO;
}

void drive_compare(struct arena *arena, struct drive_change *change)
{
	const struct nvme_smart *before = &change->before, *after = &change->after;

	if (!change->error && !is_other_drive(change)) {
		change->throttled = tri_of(after->throttles > before->throttles ||
					   after->throttled_s > before->throttled_s);
		change->too_hot = tri_of(after->hot_minutes > before->hot_minutes ||
					 (after->critical_warning & warns_of_temperature &&
					  after->temperature_kelvin >= warm_kelvin));
	}
	if (change->throttled == TRI_YES)
		change->heat = "throttled";
	else if (change->too_hot == TRI_YES)
		change->heat = "was above its warning temperature";
	change->text = text_of(arena, change);
}
