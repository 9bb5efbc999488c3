/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict of the last run, as `gate` reads it: a start is never made of anything else. */
#include "apply/last_verdict.h"
#include "fuzz.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define OWNER   "host"

FUZZ_TARGET(verdict)
{
	struct last_verdict verdict, again;
	struct err err = {0};

	fuzz_put(BOOT_ID, "boot-1\n", 7);
	fuzz_put(VERDICT_DIR "/" OWNER ".json", text, length);
	if (last_verdict_read(fuzz_root(), arena, OWNER, &verdict, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	fuzz_check((verdict.exit_code == 0) == text_equal(verdict.verdict, "start"), "%s with %d",
		   verdict.verdict, verdict.exit_code);
	if (last_verdict_write(fuzz_root(), arena, OWNER, &verdict, NULL, &err) < 0)
		return;
	fuzz_check(last_verdict_read(fuzz_root(), arena, OWNER, &again, &err) == 0,
		   "its own verdict is refused: %s", err.text);
	fuzz_check(
	    again.exit_code == verdict.exit_code && text_equal(again.verdict, verdict.verdict) &&
		text_equal(again.reason, verdict.reason) &&
		text_equal(again.profile, verdict.profile) &&
		text_equal(again.time, verdict.time) && text_equal(again.user, verdict.user) &&
		text_equal(again.begun, verdict.begun),
	    "another verdict");
}
