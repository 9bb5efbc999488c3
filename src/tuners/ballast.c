/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ballast file in the data directory: there, of the size that is asked for, all of it
 * allocated, and of the directory's owner. One that is not there is made; what is there and differs
 * is somebody else's, so the report says what to type. Whoever removed thintune's in an emergency
 * finds it again only if he asks for it.
 */
#include "base/text.h"
#include "plan/space.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

struct want {
	const struct tuning *tuning;
	const struct live_data_dir *dir;
	const char *path; /* a word of a shell */
	const char *file; /* of the setting; NULL: it cannot be written from here */
	uint64_t bytes;
};

/* As fallocate(1) and truncate(1) read it: with the i, units are powers of 1024. */
static const char *size_text(const struct want *want, uint64_t bytes)
{
	static const char units[] = "GMK";
	struct arena *arena = want->tuning->plan->arena;

	for (unsigned i = 0; bytes && units[i]; i++) {
		unsigned shift = 10 * (3 - i);

		if (bytes % (UINT64_C(1) << shift) == 0)
			return arena_printf(arena, "%llu%ciB", (unsigned long long)(bytes >> shift),
					    units[i]);
	}
	return arena_printf(arena, "%llu bytes", (unsigned long long)bytes);
}

/* As the directory's owner, who may put nothing in another's place by it. */
static const char *command(const struct want *want, const char *program)
{
	return arena_printf(want->tuning->plan->arena, "sudo -u '#%u' -g '#%u' %s %s %s",
			    want->dir->uid, want->dir->gid, program, size_text(want, want->bytes),
			    want->path);
}

static const char *allocate(const struct want *want, const char *why)
{
	const struct live_data_dir *dir = want->dir;
	uint64_t missing =
	    want->bytes - (dir->ballast.allocated_bytes < want->bytes ? dir->ballast.allocated_bytes
								      : want->bytes);
	struct arena *arena = want->tuning->plan->arena;

	if (dir->free_bytes < missing)
		return arena_printf(arena, "%sthere is no room for it: %s are free", why,
				    text_human_size(arena, dir->free_bytes));
	return arena_printf(arena, "%srun `%s`", why, command(want, "fallocate -l"));
}

/* NULL: it is as it should be. */
static const char *what_to_do(const struct want *want, const char **ret_have)
{
	const struct live_ballast *ballast = &want->dir->ballast;
	struct arena *arena = want->tuning->plan->arena;

	*ret_have = "none";
	if (ballast->exists == TRI_NO)
		return allocate(want, "");
	*ret_have = "not a file of its own";
	if (!ballast->is_file)
		return arena_printf(arena,
				    "something else has its name, or it has two: look at %s, and "
				    "move it away",
				    want->path);
	*ret_have = size_text(want, ballast->size_bytes);
	if (ballast->uid != want->dir->uid || ballast->gid != want->dir->gid) {
		*ret_have =
		    arena_printf(arena, "%s, owner %u:%u", *ret_have, ballast->uid, ballast->gid);
		return arena_printf(arena,
				    "it is not the directory's owner's: remove it, and run `%s`",
				    command(want, "fallocate -l"));
	}
	if (ballast->size_bytes > want->bytes)
		return arena_printf(arena, "run `%s`", command(want, "truncate -s"));
	if (ballast->size_bytes < want->bytes)
		return allocate(want, ballast->size_bytes == 1000000000
					  ? "rpk takes 1GiB for 10^9 bytes: "
					  : "");
	if (ballast->allocated_bytes < want->bytes) {
		*ret_have = arena_printf(arena, "%s, %s of it allocated", *ret_have,
					 text_human_size(arena, ballast->allocated_bytes));
		return allocate(want, "it is sparse and keeps no space free: ");
	}
	return NULL;
}

/* What must stay free beside it: what the profile checks, else as much again. */
static uint64_t reserve_of(const struct want *want)
{
	const struct value *bound = profile_get(want->tuning->profile, "checks", "free-space");
	uint64_t bytes;

	return bound && bound->rule == RULE_AT_LEAST && bound->operands.count &&
		       text_u64(bound->operands.at[0], &bytes) == 0
		   ? bytes
		   : want->bytes;
}

/* An earlier apply made it, and it has gone since. */
static bool was_removed(const struct want *want)
{
	vec_for_each (holding, &want->tuning->request->holdings) {
		if (text_equal(holding->path, want->file))
			return holding->is_settled && holding->ours.count &&
			       text_equal(holding->had, FILE_ABSENT);
	}
	return false;
}

/* It is not there, or as it should be. */
static void plan_file(const struct want *want, struct wish wish)
{
	const struct live_data_dir *dir = want->dir;
	bool is_absent = dir->ballast.exists == TRI_NO;
	struct arena *arena = want->tuning->plan->arena;
	uint64_t reserve = reserve_of(want);

	wish.kind = KIND_SPACE;
	wish.path = want->file;
	wish.gist = size_text(want, want->bytes);
	wish.decided.want = NULL;
	wish.disruptive = true;
	wish.needs = dir->uid ? NEED_OWNER : NEED_NONE;
	if (is_absent && was_removed(want) && !text_in("ballast", &want->tuning->request->only)) {
		wish_decide(&wish, STATE_SKIPPED,
			    "thintune made it, and somebody has removed it since: it is not made "
			    "again unless asked for, by `thintune apply --only ballast`");
	} else if (is_absent && dir->free_bytes < want->bytes + reserve) {
		wish.path = NULL;
		wish.kind = KIND_MANUAL;
		wish.decided.want = wish.gist;
		wish.decided.have = "none";
		wish_decide(&wish, STATE_FAILED,
			    arena_printf(arena,
					 "not made: %s are free, and %s are to stay free beside it",
					 text_human_size(arena, dir->free_bytes),
					 text_human_size(arena, reserve)));
	}
	wish_add(want->tuning, wish);
}

/* What is not seen from here, or is somebody else's. */
static void judge(const struct want *want, struct wish *wish)
{
	const struct live_data_dir *dir = want->dir;
	const struct live_ballast *ballast = &dir->ballast;

	if (dir->exists == TRI_YES && dir->is_directory && ballast->exists != TRI_UNKNOWN) {
		const char *note = what_to_do(want, &wish->decided.have);

		wish_decide(wish, note ? STATE_MANUAL : STATE_SAME, note);
	} else if (!want->tuning->facts->live_root && ballast->exists == TRI_UNKNOWN &&
		   !ballast->error) {
		wish_decide(wish, STATE_UNSUPPORTED, "not in this record");
	} else if (dir->exists == TRI_YES && dir->is_directory) {
		wish_decide(wish, STATE_FAILED,
			    arena_printf(want->tuning->plan->arena, "cannot look at %s: %s",
					 want->path, err_words(ballast->error)));
	} else {
		wish_decide(wish, STATE_SKIPPED,
			    "there is no data directory to be seen that it could be in");
	}
}

/* On a recorded node, and where the directory could not be found again, there is no such path. */
static bool may_be_written(const struct want *want)
{
	const char *have;

	return want->file && (want->dir->ballast.exists == TRI_NO ||
			      (want->dir->ballast.exists == TRI_YES && !what_to_do(want, &have)));
}

void tune_ballast(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct arena *arena = tuning->plan->arena;
	struct want want = {.tuning = tuning, .dir = dir};
	struct wish wish = {
	    .name = "ballast file",
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_ballast_file",
	};

	if (!wish_take(&wish, profile_get(tuning->profile, "storage", "ballast"),
		       "a full disk has room again once it is removed") ||
	    text_u64(wish.operands.at[0], &want.bytes) < 0)
		return;
	want.path = text_shell(
	    arena, arena_printf(arena, "%s/" LIVE_BALLAST, text_or(dir->path, "DIRECTORY")));
	want.file = space_path(arena, dir);
	if (may_be_written(&want)) {
		plan_file(&want, wish);
		return;
	}
	wish.decided.want = size_text(&want, want.bytes);
	judge(&want, &wish);
	wish_add_by_hand(tuning, wish);
}
