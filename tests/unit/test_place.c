/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is told in place of a path that is on no node. */
#include "plan/place.h"

#include "run_suite.h"

START_TEST(words_for_what_is_no_file)
{
	static const struct {
		const char *path, *words;
	} rows[] = {
	    {"/proc/sys/vm/swappiness", "/proc/sys/vm/swappiness"},
	    {"/.thintune/systemd/fstrim.timer", "the unit fstrim.timer"},
	    {"/.thintune/ethtool/eth0/rings/rx", "rings/rx of the network card eth0"},
	    {"/.thintune/space/uuid-1-2/srv/data/ballast", "/srv/data/ballast"},
	    /* None that thintune makes. */
	    {"/.thintune/ethtool/eth0", "/.thintune/ethtool/eth0"},
	    {"/.thintune/space/uuid-1-2/srv/data/other",
	     "/.thintune/space/uuid-1-2/srv/data/other"},
	    {"/.", "/."},
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(place_words(arena, rows[i].path), rows[i].words);
	arena_free(arena);
}
END_TEST

RUN_SUITE("place", words_for_what_is_no_file)
