/* SPDX-License-Identifier: Apache-2.0 */
/* The command watch: stays, looks at the node again and again, and leaves what it saw as files. */
#include <errno.h>

#include "apply/held.h"
#include "apply/watch_place.h"
#include "base/text.h"
#include "flow/commands.h"
#include "flow/watch.h"
#include "profile/profile.h"
#include "report/watch.h"
#include "sys/fd.h"
#include "sys/own.h"
#include "sys/rights.h"
#include "sys/self.h"

/* `watch --resume`: a person's restore is respected no longer. */
static enum exit_code resume(struct session *session)
{
	enum exit_code code = session_lock(session);

	if (code != EXIT_MATCH)
		return code;
	if (session->unsafe) {
		(void)err_set(&session->err, -EIO, "nothing was resumed: %s", session->unsafe);
		return EXIT_ERROR;
	}
	held_remove(session->root);
	return EXIT_MATCH;
}

static const char *dir_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static void add_file(struct arena *arena, struct watch_request *request, const char *path)
{
	const char *slash = strrchr(path, '/');

	vec_push(arena, &request->dirs, dir_of(arena, path));
	vec_push(arena, &request->files, slash ? slash + 1 : path);
}

/* A path of the node, as this process sees it. */
static const char *below_root(const struct session *session, const char *path)
{
	const char *dir = root_dir(session->root);

	return text_equal(dir, "/") ? path : arena_printf(session->arena, "%s%s", dir, path);
}

/* The directories: editors and the kubelet replace such files by a rename. */
static void add_files(struct session *session, struct watch_request *request)
{
	const struct options *options = session->options;
	struct arena *arena = session->arena;

	if (profile_is_path(options->profile))
		add_file(arena, request, options->profile);
	if (own_exists(PROFILE_FILES_DIR))
		vec_push(arena, &request->dirs, PROFILE_FILES_DIR);
	if (options->redpanda_config)
		add_file(arena, request, options->redpanda_config);
	else
		add_file(arena, request,
			 root_is_live(session->root)
			     ? SESSION_REDPANDA_CONFIG
			     : below_root(session, SESSION_REDPANDA_CONFIG));
}

static names all_below_root(const struct session *session, const names *paths)
{
	names below = {0};

	vec_for_each (path, paths)
		vec_push(session->arena, &below, below_root(session, *path));
	return below;
}

static void add_pods(struct session *session, struct watch_request *request)
{
	request->pods = kubelet_groups_places(session->arena);
	request->pods.above = all_below_root(session, &request->pods.above);
	request->pods.holders = all_below_root(session, &request->pods.holders);
}

/* One watch at a time works on a node. Where there is no such lock nobody can write
 * either, and watch looks all the same. */
static enum exit_code lock_watch(struct outcome *outcome, int *ret_lock)
{
	struct session *session = &outcome->session;
	int r = watch_place_lock(session->root, ret_lock);

	if (r == -EWOULDBLOCK) {
		(void)err_set(&session->err, r, "another watch is at work on this node");
		return EXIT_LOCKED;
	}
	if (r < 0)
		outcome->tell(OUTCOME_WARNING,
			      arena_printf(session->arena,
					   "whether another watch is at work is not known: %s",
					   err_words(r)));
	return EXIT_MATCH;
}

static enum exit_code find_place(struct session *session, struct watch_request *request)
{
	struct err *err = &session->err;
	const char *file;
	int r;

	request->dir = session->options->publish;
	if (!request->dir) {
		request->dir = below_root(session, WATCH_PUBLIC_DIR);
		r = watch_place_make(session->root);
		if (r < 0) {
			(void)err_set(err, r, "cannot publish in '%s': %s", request->dir,
				      err_words(r));
			return EXIT_ERROR;
		}
	}
	file = arena_printf(session->arena, "%s/" WATCH_STATE_NAME, request->dir);
	r = own_may_replace(file, err);
	if (r == 0 && session->options->nfd)
		r = own_may_replace(session->options->nfd, err);
	return r < 0 ? EXIT_ERROR : EXIT_MATCH;
}

/* For `status`, which looks where a watch publishes if nobody says where. */
static void note_place(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *dir = session->options->publish;
	int r = watch_place_note(session->root, session->arena,
				 dir ? own_real_path(session->arena, dir) : NULL);

	if (r < 0)
		outcome->tell(OUTCOME_WARNING,
			      arena_printf(session->arena,
					   "`status` will not find what is published: %s",
					   err_words(r)));
}

/* Until the first look nobody is to take the one of an earlier watch for its own. */
static void begin_unready(struct outcome *outcome, const char *dir)
{
	struct arena *arena = outcome->session.arena;
	const char *file = arena_printf(arena, "%s/" WATCH_READY_NAME, dir);
	struct err err = {0};

	/* In place there is room for so few bytes, however full it is. */
	if (own_replace(file, WATCH_NOT_LOOKED, &err) < 0 &&
	    own_overwrite(file, WATCH_NOT_LOOKED) < 0)
		outcome->tell(
		    OUTCOME_WARNING,
		    arena_printf(arena, "%s: until the first look it tells of an earlier watch's",
				 err.text));
}

enum exit_code command_watch(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct watch_request request = {0};
	enum exit_code code = session_root(session);
	_cleanup_fd_ int lock = -1;

	if (code == EXIT_MATCH && session->options->resume)
		return resume(session);
	if (code == EXIT_MATCH)
		code = lock_watch(outcome, &lock);
	if (code == EXIT_MATCH)
		code = find_place(session, &request);
	if (code == EXIT_MATCH) {
		note_place(outcome);
		begin_unready(outcome, request.dir);
		request.is_live = root_is_live(session->root);
		add_files(session, &request);
		add_pods(session, &request);
		/* For the pages, once: it takes as long as several looks. */
		outcome->build.sha256 = self_sha256(session->arena);
		session_close(session);
		/* Directories of others, to be told of changes in them. */
		if (rights_rest(rights_reading, &session->err) < 0)
			return EXIT_ERROR;
		code = watch_stay(outcome, &request);
	}
	return code;
}
