/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that all commands share: root, facts, profile, plan and lock. */
#include "flow/session.h"

#include <errno.h>

#include "apply/claims.h"
#include "apply/last_good.h"
#include "apply/look.h"
#include "base/day.h"
#include "base/text.h"
#include "sys/own.h"
#include "sys/signals.h"
#include "version.h"

#define CONFIG_LIMIT_BYTES (4u << 20)

/* A root that is no node is a mistake of the caller. */
enum exit_code session_root(struct session *session)
{
	const char *dir = session->options->root;

	if (session->root)
		return EXIT_MATCH;
	if (root_open_as(session->arena, text_or(session->unpacked, dir), dir, &session->root,
			 &session->err) < 0)
		return EXIT_USAGE;
	root_use_reader(session->root, session->reader.fd);
	if (root_is_live(session->root) || root_exists(session->root, "/sys/devices/system/cpu"))
		return EXIT_MATCH;
	root_close(session->root);
	session->root = NULL;
	(void)err_set(&session->err, -EINVAL,
		      "root '%s' is not a node: it has no /sys/devices/system/cpu", dir);
	return EXIT_USAGE;
}

/* A file that people write, below the root. 1: there is none; an error comes with a sentence. What
 * is there and cannot be read is not none, and neither is a link that leads nowhere. */
static int read_if_there(struct session *session, const char *path, const char **ret)
{
	const char *target;
	int r = root_read_file(session->root, session->arena, path, ret);

	if (r == -ENOENT && root_link(session->root, session->arena, path, &target) == 0)
		return err_set(&session->err, -ENOLINK,
			       "cannot read '%s': it is a link that leads nowhere", path);
	if (err_is_absent(r))
		return 1;
	if (r == -EILSEQ)
		return err_set(&session->err, r,
			       "cannot read '%s': it holds NUL bytes, which no text has", path);
	return r < 0 ? err_set(&session->err, r, "cannot read '%s': %s", path, root_words(r)) : 0;
}

/* The caller's file on a live root; a record carries a reduced one. */
static enum exit_code read_redpanda(struct session *session)
{
	const char *path = session->options->redpanda_config;
	const char *text = NULL;
	size_t length = 0;
	int r;

	if (!path && !root_is_live(session->root)) {
		path = SESSION_REDPANDA_CONFIG;
		r = read_if_there(session, path, &text);
		if (r < 0)
			return EXIT_ERROR;
		if (r > 0)
			return EXIT_MATCH;
		length = strlen(text);
	} else {
		path = path ? path : SESSION_REDPANDA_CONFIG;
		r = own_read(session->arena, path, CONFIG_LIMIT_BYTES, &text, &length,
			     &session->err);
		if (r < 0 && session->options->redpanda_config)
			return EXIT_USAGE;
		if (err_is_absent(r)) {
			session->err = (struct err){0};
			return EXIT_MATCH;
		}
		if (r < 0)
			return EXIT_ERROR;
	}
	r = redpanda_parse(session->arena, path, text, length, &session->redpanda, &session->err);
	if (r < 0)
		return session->options->redpanda_config ? EXIT_USAGE : EXIT_ERROR;
	return EXIT_MATCH;
}

static int collect(struct session *session)
{
	const struct options *options = session->options;
	const struct facts_request request = {
	    .disks = options->disks,
	    .nics = options->nics,
	    .kubelet_dir = options->kubelet_dir,
	    .hwloc = &session->hwloc,
	    .with_caches = options->command == COMMAND_FACTS,
	    .listeners = session->redpanda.addresses,
	    .data_dir = options->data_dir ? options->data_dir : session->redpanda.data_directory,
	};

	return facts_collect(session->root, session->arena, &request, &session->facts,
			     &session->err);
}

enum exit_code session_facts(struct session *session)
{
	enum exit_code code = session_root(session);
	int r;

	if (code == EXIT_MATCH)
		code = read_redpanda(session);
	/* Whether there is data is known all the same, and run's gate needs that. */
	if (code == EXIT_ERROR) {
		const struct err first = session->err;

		(void)!collect(session);
		session->err = first;
	}
	if (code != EXIT_MATCH)
		return code;
	r = collect(session);
	/* --disk or --nic names something that is not there, or the root is no node. */
	if (r == -ENODEV || r == -ENOTDIR)
		return EXIT_USAGE;
	return r < 0 ? EXIT_ERROR : EXIT_MATCH;
}

int64_t session_day(int64_t unix_seconds)
{
	int64_t made, day = unix_seconds / DAY_SECONDS;

	/* Before this program was made no clock can be right. */
	if (unix_seconds < 0 || day_parse(THINTUNE_VERSION_DATE, &made) < 0 || day < made)
		return DAY_UNKNOWN;
	return day;
}

static int check_waivers(struct session *session)
{
	vec_for_each (waiver, &session->profile.waivers) {
		int r = waiver_check_day(session->arena, waiver, session->today, &session->err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Whoever mends a profile wants to know all of it. */
static void find_other_mistakes(struct session *session, const char *name)
{
	struct profile_check check;

	session->mistakes = (mistake_list){0};
	if (profile_check(session->arena, name, session->today, &check) == 0)
		return;
	vec_for_each (mistake, &check.mistakes)
		if (!text_equal(mistake->text, session->err.text))
			vec_push(session->arena, &session->mistakes, *mistake);
}

enum exit_code session_profile(struct session *session, const char *name)
{
	int r;

	name = name ? name : session->options->profile;
	r = profile_load(session->arena, name, &session->facts, &session->profile, &session->err);
	if (r == 0)
		r = check_waivers(session);
	if (r == 0)
		return EXIT_MATCH;
	/* Nothing is judged by it, and nothing named after it. */
	session->profile = (struct profile){0};
	find_other_mistakes(session, name);
	return EXIT_USAGE;
}

/* It goes on with what was good before somebody made a mistake. */
static bool outlasts_mistakes(const struct session *session)
{
	return session->options->command == COMMAND_RUN || session->rules;
}

/* Those of the program, and the node's own. A file that cannot be read makes a check unknown. A
 * mistake in it is told to whoever may mend it, but must not keep a broker down: run goes on
 * without them and says so. */
enum exit_code session_advisories(struct session *session)
{
	struct arena *arena = session->arena;
	bool is_unreadable;
	const char *text;
	int r;

	session->advisories = (advisory_list){0};
	session->advisories_fault = NULL;
	advisories_add_builtin(arena, &session->advisories);
	r = read_if_there(session, ADVISORIES_FILE, &text);
	is_unreadable = r < 0 && r != -EILSEQ;
	if (r == 0)
		(void)!advisories_read(arena, ADVISORIES_FILE, text, strlen(text),
				       &session->advisories, &session->err);
	else if (root_is_unrecorded(session->root, ADVISORIES_FILE))
		session->err = (struct err){0};
	if (!session->err.code)
		return EXIT_MATCH;
	if (!is_unreadable && !outlasts_mistakes(session))
		return EXIT_USAGE;
	session->advisories_fault = arena_strdup(arena, session->err.text);
	session->err = (struct err){0};
	return EXIT_MATCH;
}

/* Below the root; -ENODATA where a record does not tell. */
static int read_below(struct session *session, const char *path, const char **ret)
{
	int r = root_read_file(session->root, session->arena, path, ret);

	return r < 0 && !root_is_absent(session->root, session->arena, path) ? -ENODATA : r;
}

/* 0 and the text, or why there is none. */
static int read_own_io_config(struct session *session, const char *path, const char **ret,
			      size_t *ret_length)
{
	int r;

	if (root_is_live(session->root) && !text_equal(root_dir(session->root), "/"))
		return own_read(session->arena, path, CONFIG_LIMIT_BYTES, ret, ret_length, NULL);
	r = read_below(session, path, ret);
	*ret_length = r == 0 ? strlen(*ret) : 0;
	return r;
}

/* It is where redpanda.yaml is; in a record that is always the usual place. */
static void read_io_config(struct session *session)
{
	struct redpanda_config redpanda = session->redpanda;
	struct io_config config;
	const char *text = NULL, *other;
	size_t length = 0;

	if (redpanda.path && !root_is_live(session->root))
		redpanda.path = SESSION_REDPANDA_CONFIG;
	config = io_config_of(session->arena, &redpanda);
	if (config.path)
		config.error = read_own_io_config(session, config.path, &text, &length);
	if (text && config.error == 0)
		io_config_parse(session->arena, text, length, &config);
	if (config.beside)
		config.beside_error = read_own_io_config(session, config.beside, &other, &length);
	session->io_config = config;
}

/* On the node itself both kinds of net sysctl have their place; in a pod it depends on whose
 * network namespace this is. */
static enum netns_kind whose_netns(const struct session *session)
{
	const struct live *live = &session->facts.live;

	if (session->options->netns)
		return text_equal(session->options->netns, "host") ? NETNS_HOST : NETNS_BROKER;
	if (!live->container || text_equal(live->container, "none"))
		return NETNS_BOTH;
	/* With hostNetwork the broker's namespace may be this one; --netns host says that it is
	 * not. */
	return live->initial_netns == TRI_NO ? NETNS_BROKER : NETNS_BOTH;
}

/* What the settings that --only and --skip leave out mean for the verdict. */
static enum left_out_rule left_out_rule(enum command command)
{
	if (command == COMMAND_RUN)
		return LEFT_OUT_WHOLE;
	return command == COMMAND_APPLY ? LEFT_OUT_JUDGED : LEFT_OUT_TOLD;
}

/* What the command line adds to the plan, or to the placement alone. */
static void make_request(struct session *session)
{
	const struct options *options = session->options;

	session->request = (struct plan_request){
	    .only = options->only,
	    .skip = options->skip,
	    .left_out = left_out_rule(options->command),
	    .netns = whose_netns(session),
	    .redpanda = session->redpanda.path ? &session->redpanda : NULL,
	    .broker_cpus = (unsigned)options->broker_cpus,
	    .broker_memory_bytes = options->broker_memory_bytes,
	    .allow_fewer_shards = options->allow_fewer_shards,
	    .exclusive = session->exclusive,
	    .today = session->today,
	    .owner = options->owner,
	    .io_config = session->io_config,
	    .advisories = session->advisories,
	    .advisories_fault = session->advisories_fault,
	};
}

enum exit_code session_wishes(struct session *session, struct plan *ret)
{
	make_request(session);
	return build_plan(session->arena, &session->facts, &session->profile, &session->request,
			  ret, &session->err) < 0
		   ? EXIT_USAGE
		   : EXIT_MATCH;
}

struct placement session_placement(struct session *session)
{
	make_request(session);
	return placement_decide(session->arena, &session->facts, &session->profile,
				&session->request);
}

/* NULL: nobody judges them. */
static struct check *find_conflicts(struct plan *plan)
{
	vec_for_each (check, &plan->checks) {
		if (text_equal(check->id, "conflicts"))
			return check;
	}
	vec_for_each (check, &plan->left_out.checks) {
		if (text_equal(check->id, "conflicts"))
			return check;
	}
	return NULL;
}

/* Of all that could be set, whether it is asked for or not. */
static names find_absent(struct session *session)
{
	struct plan_request request = session->request;
	struct plan all = session->plan;
	names absent = {0};

	request.only = request.skip = (names){0};
	if (all.left_out.by) {
		if (build_plan(session->arena, &session->facts, &session->profile, &request, &all,
			       NULL) < 0)
			return absent;
		look_plan(session->root, session->arena, &session->facts.live, &all);
	}
	vec_for_each (setting, &all.settings) {
		if (setting->state == STATE_UNSUPPORTED && setting->wish->path)
			vec_push(session->arena, &absent, setting->wish->path);
	}
	return absent;
}

/* Nobody is in conflict with what this node does not have, which only the look tells. */
static void judge_conflicts_again(struct session *session)
{
	struct plan *plan = &session->plan, again;
	struct plan_request request = session->request;
	struct check *check = find_conflicts(plan), *other;

	if (!check || (check->state != CHECK_FAIL && check->state != CHECK_WAIVED))
		return;
	request.absent = find_absent(session);
	if (!request.absent.count || build_plan(session->arena, &session->facts, &session->profile,
						&request, &again, NULL) < 0)
		return;
	other = find_conflicts(&again);
	if (other)
		*check = *other;
}

enum exit_code session_plan(struct session *session)
{
	enum exit_code code = session_advisories(session);
	struct err journal_fault = {0};
	int r;

	if (code != EXIT_MATCH)
		return code;
	read_io_config(session);
	make_request(session);
	session->request.holdings =
	    claims_holdings(session->root, session->arena, session->options->owner, &journal_fault);
	session->journal_fault =
	    journal_fault.code ? arena_strdup(session->arena, journal_fault.text) : NULL;
	r = build_plan(session->arena, &session->facts, &session->profile, &session->request,
		       &session->plan, &session->err);
	if (r < 0)
		return EXIT_USAGE;
	look_plan(session->root, session->arena, &session->facts.live, &session->plan);
	judge_conflicts_again(session);
	return EXIT_MATCH;
}

/* A broker that started with the last good profile must not stay down because a ConfigMap or an
 * editor has spoilt the new one. */
static enum exit_code use_last_good(struct session *session)
{
	struct arena *arena = session->arena;
	const char *owner = session->options->owner, *kept;
	struct profile last;
	int r;

	if (!outlasts_mistakes(session) || session->profile_fault)
		return EXIT_USAGE;
	r = last_good_load(session->root, arena, owner, &session->facts, &last, &kept);
	if (r < 0) {
		if (r != -ENOENT)
			(void)err_set(&session->err, -EINVAL,
				      "%s; the last good profile, %s, cannot be used either: %s",
				      arena_strdup(arena, session->err.text),
				      last_good_file(arena, owner), last_good_words(r));
		return EXIT_USAGE;
	}
	/* A watch holds nobody back. */
	session->is_shut =
	    !session->rules && (last.gate == GATE_STRICT || session->options->strict);
	if (session->is_shut)
		return EXIT_USAGE;
	session->profile_fault = arena_printf(
	    arena, "the profile cannot be used: %s; going on with the last good one, %s of %s",
	    session->err.text, last_good_file(arena, owner), kept);
	session->err = (struct err){0};
	session->mistakes = (mistake_list){0};
	session->profile = last;
	return EXIT_MATCH;
}

enum exit_code session_any_profile(struct session *session)
{
	enum exit_code code = session->profile_fault ? EXIT_MATCH : session_profile(session, NULL);

	return code == EXIT_USAGE ? use_last_good(session) : code;
}

enum exit_code session_audit(struct session *session)
{
	enum exit_code code = session_facts(session);

	if (code == EXIT_MATCH)
		code = session_any_profile(session);
	if (code != EXIT_MATCH)
		return code;
	code = session_plan(session);
	/* Two settings of the profile want one file; with other codes the command line is wrong. */
	if (code == EXIT_USAGE && session->err.code == -EEXIST &&
	    use_last_good(session) == EXIT_MATCH)
		code = session_plan(session);
	return code;
}

/* Also where it could not be told, and where the root is not the caller's own. */
static bool is_container(const struct session *session)
{
	return !text_equal(session->facts.live.container, "none") ||
	       !text_equal(root_dir(session->root), "/");
}

bool session_loses_state(const struct session *session)
{
	return is_container(session) && root_is_container_layer(session->root, STATE_DIR);
}

void session_keep_profile(struct session *session, const char *time)
{
	struct arena *arena = session->arena;
	const char *owner = session->options->owner;

	if (session->profile_fault)
		return;
	if (session_loses_state(session)) {
		session->profile_note =
		    STATE_DIR " below --root is inside this container, and the last good profile "
			      "would be lost with it: bind the node's " STATE_DIR " there";
		return;
	}
	session->profile_note =
	    last_good_keep(session->root, arena, owner, time, &session->facts, &session->profile);
}

enum exit_code session_lock(struct session *session)
{
	const char *path;
	int r = lock_take(session->root, session->options->lock_wait_us, &session->lock, &path);

	if (r == -EWOULDBLOCK) {
		if (signals_caught())
			(void)err_set(&session->err, r,
				      "interrupted by %s while another thintune held %s",
				      signals_caught(), path);
		else
			(void)err_set(
			    &session->err, r,
			    "another thintune holds %s; --lock-wait says how long to wait", path);
		return EXIT_LOCKED;
	}
	if (r < 0)
		session->unsafe =
		    arena_printf(session->arena, "cannot lock %s: %s", path, err_words(r));
	else if (is_container(session) && root_is_container_layer(session->root, RUN_DIR))
		session->unsafe =
		    RUN_DIR " below --root is inside this container, and the journal would be lost "
			    "with it: bind the node's " RUN_DIR " there";
	return EXIT_MATCH;
}

void session_close(struct session *session)
{
	lock_release(&session->lock);
	root_close(session->root);
	session->root = NULL;
	reader_stop(&session->reader);
	keeper_stop(&session->keeper);
}
