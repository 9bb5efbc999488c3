/* SPDX-License-Identifier: Apache-2.0 */
/* The health of a drive before and after it was measured. */
#include "facts/drive.h"

#include <errno.h>

#include "run_suite.h"

static const struct nvme_smart cool = {.temperature_kelvin = 311,
				       .media_errors = 4,
				       .throttles = 2,
				       .throttled_s = 60,
				       .hot_minutes = 7};

START_TEST(what_a_drive_did_meanwhile)
{
	static const struct {
		int error;
		unsigned warning, kelvin;
		uint64_t media, throttles, seconds, hot;
		enum tri throttled, too_hot;
		const char *text;
	} rows[] = {
	    {0, 0, 334, 4, 2, 60, 7, TRI_NO, TRI_NO, "drive nvme0: 38 °C before, 61 °C after"},
	    {0, 0, 0, 4, 2, 60, 7, TRI_NO, TRI_NO, "drive nvme0: temperature not known"},
	    {0, 0, 311, 5, 2, 60, 7, TRI_NO, TRI_NO,
	     "drive nvme0: 38 °C before, 38 °C after, 1 new media error"},
	    {0, 0, 311, 7, 2, 60, 7, TRI_NO, TRI_NO,
	     "drive nvme0: 38 °C before, 38 °C after, 3 new media errors"},
	    {0, 0, 311, 4, 3, 60, 7, TRI_YES, TRI_NO,
	     "drive nvme0: 38 °C before, 38 °C after; it throttled while it was measured"},
	    {0, 0, 311, 4, 2, 61, 7, TRI_YES, TRI_NO,
	     "drive nvme0: 38 °C before, 38 °C after; it throttled while it was measured"},
	    {0, 0, 311, 4, 2, 60, 8, TRI_NO, TRI_YES,
	     "drive nvme0: 38 °C before, 38 °C after; it was above its warning temperature "
	     "while it was measured"},
	    /* It is too cold. */
	    {0, 2, 270, 4, 2, 60, 7, TRI_NO, TRI_NO, "drive nvme0: 38 °C before, -3 °C after"},
	    {0, 2, 313, 4, 2, 60, 7, TRI_NO, TRI_YES,
	     "drive nvme0: 38 °C before, 40 °C after; it was above its warning temperature "
	     "while it was measured"},
	    /* Another warning is no heat. */
	    {0, 1, 311, 4, 2, 60, 7, TRI_NO, TRI_NO, "drive nvme0: 38 °C before, 38 °C after"},
	    {0, 0, 311, 3, 3, 60, 7, TRI_UNKNOWN, TRI_UNKNOWN,
	     "drive nvme0: its counters went back while it was measured: is it the same drive?"},
	    {0, 0, 311, 4, 0, 99, 9, TRI_UNKNOWN, TRI_UNKNOWN,
	     "drive nvme0: its counters went back while it was measured: is it the same drive?"},
	    {-ENODEV, 2, 0, 0, 9, 99, 9, TRI_UNKNOWN, TRI_UNKNOWN,
	     "drive nvme0: its health after the probe is not known: No such device"},
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drive_change change = {
		    .disk = "nvme0",
		    .error = rows[i].error,
		    .before = cool,
		    .after = {.critical_warning = rows[i].warning,
			      .temperature_kelvin = rows[i].kelvin,
			      .media_errors = rows[i].media,
			      .throttles = rows[i].throttles,
			      .throttled_s = rows[i].seconds,
			      .hot_minutes = rows[i].hot},
		};

		drive_compare(arena, &change);
		ck_assert_str_eq(change.text, rows[i].text);
		ck_assert_int_eq(change.throttled, rows[i].throttled);
		ck_assert_int_eq(change.too_hot, rows[i].too_hot);
	}
	arena_free(arena);
}
END_TEST

RUN_SUITE("drive", what_a_drive_did_meanwhile)
