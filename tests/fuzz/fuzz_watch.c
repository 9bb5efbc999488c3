/* SPDX-License-Identifier: Apache-2.0 */
/* watch.json: whatever somebody has made of it, what is read of it is written and read again. */
#include "fuzz.h"
#include "report/watch.h"

FUZZ_TARGET(watch)
{
	struct watch_state state, again;
	const char *written, *why;

	(void)length;
	if (watch_read(arena, text, &state, &why) < 0) {
		fuzz_refuse("no watch.json");
		return;
	}
	written = watch_json(arena, &state);
	fuzz_check(watch_read(arena, written, &again, &why) == 0, "what was read is refused: %s",
		   written);
	fuzz_check(state.off.count < 1000 ? again.off.count == state.off.count
					  : again.off.count == 1000,
		   "%zu of %zu are off", again.off.count, state.off.count);
	fuzz_check(again.contests.rows.count <= state.contests.rows.count, "more contests");
	fuzz_check(state.follow.is_known == again.follow.is_known &&
		       state.follow.count == again.follow.count &&
		       cpuset_equal(&state.follow.followed, &again.follow.followed),
		   "other CPUs are followed");
	fuzz_touch(watch_metrics(arena, &again));
	fuzz_touch(watch_ready(arena, &again, NULL));
}
