/* SPDX-License-Identifier: Apache-2.0 */
/* redpanda.yaml, and io-config.yaml beside it: what a record keeps of it means the same. */
#include "fuzz.h"
#include "profile/io_config.h"
#include "profile/redpanda.h"

static void ask(struct arena *arena, const struct redpanda_config *config)
{
	struct io_config io = io_config_of(arena, config);

	fuzz_touch(io.path);
	fuzz_touch(redpanda_switched_off(arena, config, "tune_network"));
	(void)redpanda_forbids(config, REDPANDA_ALLOW_DEDICATED);
	vec_for_each (flag, &config->flags) {
		fuzz_touch(start_flag_text(arena, flag));
		fuzz_touch(start_flag_item(arena, flag));
	}
	vec_for_each (address, &config->addresses)
		fuzz_touch(*address);
}

static void check_reduced(struct arena *arena, const struct redpanda_config *config)
{
	const char *reduced = redpanda_reduced(arena, config);
	struct redpanda_config again;
	struct err err = {0};

	fuzz_check(redpanda_parse(arena, "reduced", reduced, strlen(reduced), &again, &err) == 0,
		   "what a record would keep is refused: %s\n%s", err.text, reduced);
	fuzz_check(text_equal(again.data_directory, config->data_directory),
		   "another data directory\n%s", reduced);
	fuzz_check(again.flags.count == config->flags.count &&
		       again.off.count == config->off.count && again.on.count == config->on.count,
		   "other flags or switches\n%s", reduced);
	fuzz_check(text_equal(redpanda_reduced(arena, &again), reduced), "another text than\n%s",
		   reduced);
}

FUZZ_TARGET(redpanda)
{
	struct redpanda_config config;
	struct io_config io = {0};
	struct err err = {0};

	if (redpanda_parse(arena, "redpanda.yaml", text, length, &config, &err) < 0) {
		fuzz_refuse(err.text);
	} else {
		ask(arena, &config);
		check_reduced(arena, &config);
	}
	io_config_parse(arena, text, length, &io);
	fuzz_touch(io.problem);
	vec_for_each (point, &io.mountpoints)
		fuzz_check(**point == '/', "the mount point '%s'", *point);
}
