/* SPDX-License-Identifier: Apache-2.0 */
/* The command `record`: what an audit and an apply read, whatever the profile, is read once under
 * the recorder. There is no list of files; a new tuner's are read because it plans them. */
#include <errno.h>

#include "apply/journal.h"
#include "apply/look.h"
#include "apply/siblings.h"
#include "base/text.h"
#include "facts/record.h"
#include "flow/commands.h"
#include "sys/own.h"
#include "tuners/build.h"
#include "version.h"

/* As if --disk and --nic had named all of them. */
static struct facts with_all_devices(struct arena *arena, const struct facts *from)
{
	struct facts facts = *from;

	facts.disks.at = NULL;
	facts.disks.count = facts.disks.room = 0;
	vec_for_each (disk, &from->disks) {
		struct disk copy = *disk;

		copy.is_data = true;
		vec_push(arena, &facts.disks, copy);
	}
	facts.nics.at = NULL;
	facts.nics.count = facts.nics.room = 0;
	vec_for_each (nic, &from->nics) {
		struct nic copy = *nic;

		copy.is_tuned |= !nic->is_virtual;
		vec_push(arena, &facts.nics, copy);
	}
	return facts;
}

/* The settings, and what else an apply would keep in its journal. A plan that cannot be made asks
 * for nothing; the audit has reported the caller's own mistakes before. */
static void read_plan(struct session *session, const struct facts *facts,
		      const struct profile *profile, const struct plan_request *request)
{
	/* Of the plan nothing stays: only the recorder keeps what was read. */
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text;
	struct plan plan;

	if (build_plan(arena, facts, profile, request, &plan, NULL) < 0)
		return;
	look_plan(session->root, arena, &facts->live, &plan);
	vec_for_each (setting, &plan.settings) {
		names siblings = siblings_of(session->root, arena, setting->wish);

		if (setting->code == -ENOENT || setting->code == -ENOTDIR)
			(void)root_is_absent(session->root, arena, setting->wish->path);
		vec_for_each (path, &siblings)
			(void)!root_read(session->root, arena, *path, &text);
	}
}

/* With the devices asked for, and with all; as redpanda.yaml lets it, and as if there were none:
 * its flags may forbid CPUs for interrupts alone, and then their settings are not planned. */
static void read_for_profile(struct session *session, const struct facts *all,
			     const struct profile *profile)
{
	struct plan_request any = session->request;

	any.redpanda = NULL;
	any.allow_fewer_shards = true;
	read_plan(session, &session->facts, profile, &session->request);
	read_plan(session, all, profile, &session->request);
	read_plan(session, all, profile, &any);
}

static void read_for_any_profile(struct session *session)
{
	struct facts all = with_all_devices(session->arena, &session->facts);
	struct profile profile = profile_widest(session->arena, false);
	profile_names known = {0};
	const char *boot;

	read_for_profile(session, &all, &profile);
	profile = profile_widest(session->arena, true);
	read_for_profile(session, &all, &profile);
	read_for_profile(session, &all, &session->profile);
	/* Profiles that cannot be listed or have a mistake ask for nothing. */
	(void)!profile_list(session->arena, &known, NULL);
	vec_for_each (one, &known) {
		if (profile_load(session->arena, one->name, &session->facts, &profile, NULL) == 0)
			read_for_profile(session, &all, &profile);
	}
	/* For an apply on the unpacked record. */
	(void)!journal_boot_id(session->root, session->arena, &boot);
}

/* Before the node is read, which takes a while. */
static enum exit_code may_write(struct session *session, const char *file)
{
	if (own_may_replace(file, &session->err) < 0)
		return EXIT_ERROR;
	if (session->options->force || !own_exists(file))
		return EXIT_MATCH;
	(void)err_set(&session->err, -EEXIST, "'%s' already exists; --force overwrites it", file);
	return EXIT_USAGE;
}

enum exit_code command_record(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *file = session->options->arguments[0];
	bool is_file = options_descriptor(file) < 0;
	char *text = NULL;
	enum exit_code code;
	int r;

	if (!file) {
		(void)err_set(&session->err, -EINVAL,
			      "record: name the FILE to write, or - for standard output");
		return EXIT_USAGE;
	}
	code = is_file ? may_write(session, file) : EXIT_MATCH;
	if (code != EXIT_MATCH)
		return code;
	code = session_root(session);
	if (code != EXIT_MATCH)
		return code;
	root_record_start(session->root, session->arena);
	code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	read_for_any_profile(session);
	r = record_text(
	    session->root, session->arena, &session->facts,
	    session->redpanda.path ? redpanda_reduced(session->arena, &session->redpanda) : NULL,
	    arena_printf(session->arena, "made %s by thintune " THINTUNE_VERSION,
			 outcome->started_rfc3339),
	    &text);
	if (r < 0) {
		(void)err_set(&session->err, r, "cannot record this node: %s", err_words(r));
		return EXIT_ERROR;
	}
	if (!is_file) {
		outcome_say(outcome, text);
		return EXIT_MATCH;
	}
	r = session->options->force ? own_replace(file, text, &session->err)
				    : own_create(file, text, &session->err);
	return r < 0 ? EXIT_ERROR : EXIT_MATCH;
}
