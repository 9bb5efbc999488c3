/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for signals, events of the kernel, changed files and the timer; gathers what comes within a
 * moment, and starts a round in a process of its own. So what a round takes is gone with it, and
 * one that crashes costs a round. */
#include "flow/watch.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "flow/event_loop.h"
#include "flow/watch_round.h"
#include "sys/fd.h"
#include "sys/notify.h"
#include "sys/signals.h"
#include "sys/wakes.h"

enum {
	gather_us = 200 * 1000,
	put_off_us = 5 * 1000 * 1000,
	/* Between two rounds that events have led to: a device that never rests must not make us
	 * look all the time. It doubles while they go on. */
	pace_least_us = 500 * 1000,
	pace_most_us = 16 * 1000 * 1000,
	/* A broker's CPUs are left to it soon, whatever else goes on. */
	pace_of_containers_us = 4 * 1000 * 1000,
	patience_us = 120 * 1000 * 1000,
	groups_depth = 2, /* below that of all pods: those of pods and of containers */
	last_patience_us = 30 * 1000 * 1000,
};

enum {
	events_of_kernel = 1u << WATCH_LINK | 1u << WATCH_DEVICE,
	of_hardware = 1u << WATCH_CAUSE_COUNT, /* beside the causes: of any of these events */
};

enum source {
	SOURCE_SIGNALS,
	SOURCE_FILES,
	SOURCE_GROUPS,
	SOURCE_LINKS,
	SOURCE_DEVICES,
	SOURCE_COUNT
};

struct watch {
	struct outcome *outcome;
	const struct watch_request *request;
	struct event_base *base;
	struct event *sources[SOURCE_COUNT];
	int fds[SOURCE_COUNT];
	struct event *timer, *due, *again, *patience, *watchdog;
	names unwatched;  /* what cannot wake it, and why; each is told once */
	unsigned pending; /* causes that the next round is for, a bit each, and of_hardware */
	bool is_due;      /* `due` is set */
	int64_t due_us;   /* then: for when */
	pid_t self;
	pid_t child;     /* 0: no round is at work */
	unsigned causes; /* of the last round */
	unsigned rounds;
	struct follow_comers comers; /* in seconds of now_us() */
	int64_t last_us, pace_us;    /* when the last round ended, and how long the next waits */
	enum exit_code code;
	bool is_ready, is_ending, is_killed; /* is_ready: the supervisor was told once */
	int failed;                          /* negative errno of libevent */
};

static void tell(const struct watch *watch, enum outcome_level level, const char *text)
{
	if (level != OUTCOME_NOTE || !watch->outcome->session.options->quiet)
		watch->outcome->tell(level, text);
}

static struct timeval time_of(int64_t us)
{
	return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

static void set(struct event *event, int64_t us)
{
	const struct timeval time = time_of(us);

	(void)event_add(event, &time);
}

static void notify(const struct watch *watch, const char *lines)
{
	(void)!notify_send(watch->outcome->supervisor.socket, lines);
}

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void set_due(struct watch *watch, int64_t wait_us)
{
	watch->is_due = true;
	watch->due_us = now_us() + wait_us;
	set(watch->due, wait_us);
}

/* Rounds -------------------------------------------------------------------------------------- */

static bool is_of_events(unsigned causes)
{
	return causes & (1u << WATCH_FILE | 1u << WATCH_CONTAINER | events_of_kernel);
}

static enum watch_cause first_of(unsigned causes)
{
	enum watch_cause cause = 0;

	while (!(causes & (1u << cause)))
		cause++;
	return cause;
}

/* How a round ends tells its code, and in how many seconds it wants another one, which is at most
 * this many. */
enum { codes = 8, again_most = 31 };

/* A round begins with nothing, as a command of its own does. */
static int run_round(struct watch *watch, unsigned causes)
{
	struct outcome *of_watch = watch->outcome, outcome = {0};
	struct options options = *of_watch->session.options;
	struct arena *arena = arena_new();
	struct watch_round round = {.cause = first_of(causes),
				    .after_event = causes & of_hardware,
				    .container_s = follow_again(&watch->comers, now_us() / 1000000),
				    .resumes = causes & 1u << WATCH_SIGHUP,
				    .dir = watch->request->dir,
				    .process = watch->self,
				    .repairs = options.repair,
				    .interval_us = options.interval_us,
				    .unwatched = &watch->unwatched};
	static const char *const formats[] = {"json", "html", "prometheus"};
	enum exit_code code;

	options.command = options.repair ? COMMAND_APPLY : COMMAND_AUDIT;
	options.lock_wait_us = 0;
	options.forms = (form_list){0};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		vec_push(arena, &options.forms,
			 (struct options_form){.format = formats[i], .output_fd = -1});
	outcome_begin(&outcome, arena, &options);
	outcome.session.temporary = of_watch->session.temporary;
	outcome.build = of_watch->build;
	outcome.sudo_user = of_watch->sudo_user;
	outcome.tell = of_watch->tell;
	code = watch_round_run(&outcome, &round);
	session_close(&outcome.session);
	return (int)code + codes * (int)(round.again_s < again_most ? round.again_s : again_most);
}

static void leave_to_child(struct watch *watch)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++)
		fd_closep(&watch->fds[i]);
	/* An apply notes signals, and ends between two writes. A look has nothing to finish. */
	if (watch->outcome->session.options->repair)
		signals_catch();
	wakes_unblock_signals();
}

static void add_directories(struct watch *watch);
static void add_groups(struct watch *watch, const names *groups, unsigned depth);

static void start_round(struct watch *watch)
{
	unsigned causes = watch->pending;
	pid_t child;

	/* A directory may be another one by now. */
	add_directories(watch);
	add_groups(watch, &watch->request->pods.above, 0);
	add_groups(watch, &watch->request->pods.holders, groups_depth);
	child = fork();
	if (child == 0) {
		leave_to_child(watch);
		_exit(run_round(watch, causes));
	}
	if (child < 0) {
		tell(watch, OUTCOME_ERROR, "no round can be started: fork fails");
		set_due(watch, put_off_us);
		return;
	}
	watch->child = child;
	watch->causes = causes;
	watch->is_killed = false;
	watch->pending = 0;
	watch->pace_us = !is_of_events(causes) || now_us() - watch->last_us > 2 * watch->pace_us
			     ? pace_least_us
			     : 2 * watch->pace_us;
	if (watch->pace_us > pace_most_us)
		watch->pace_us = pace_most_us;
	set(watch->patience, patience_us);
}

static void on_due(int fd, short what, void *context)
{
	struct watch *watch = context;

	(void)fd;
	(void)what;
	watch->is_due = false;
	if (watch->pending && !watch->child && !watch->is_ending)
		start_round(watch);
}

/* Sets the time of the next round; not later than one that is set already. */
static void plan_round(struct watch *watch, int64_t wait_us)
{
	bool is_later = watch->is_due && now_us() + wait_us >= watch->due_us;

	if (watch->pending && !watch->child && !watch->is_ending && !is_later)
		set_due(watch, wait_us);
}

static int64_t pace_of(const struct watch *watch)
{
	bool is_short =
	    watch->pending & 1u << WATCH_CONTAINER && watch->pace_us > pace_of_containers_us;

	return is_short ? pace_of_containers_us : watch->pace_us;
}

static void wake(struct watch *watch, enum watch_cause cause)
{
	int64_t wait_us = cause == WATCH_TIMER || cause == WATCH_START ? 0 : gather_us, rest_us;

	watch->pending |= 1u << cause;
	if (is_of_events(1u << cause)) {
		rest_us = watch->last_us + pace_of(watch) - now_us();
		wait_us = rest_us > wait_us ? rest_us : wait_us;
	}
	plan_round(watch, wait_us);
}

static void end(struct watch *watch)
{
	(void)event_base_loopbreak(watch->base);
}

/* It may be in the middle of a write, so it is asked first. */
static void end_child(struct watch *watch, int64_t patience)
{
	(void)kill(watch->child, SIGTERM);
	watch->is_killed = true;
	set(watch->patience, patience);
}

static void on_patience(int fd, short what, void *context)
{
	struct watch *watch = context;

	(void)fd;
	(void)what;
	if (!watch->child)
		return;
	if (!watch->is_killed) {
		tell(watch, OUTCOME_ERROR, "a round takes more than 2 min, and is ended");
		end_child(watch, last_patience_us);
	} else {
		(void)kill(watch->child, SIGKILL);
	}
}

static const char *words_of(enum exit_code code)
{
	switch (code) {
	case EXIT_MATCH:
		return "as the profile wants";
	case EXIT_DIFFERS:
		return "differences";
	case EXIT_REQUIRED:
		return "something required does not hold";
	case EXIT_LOCKED:
		return "put off, since another thintune holds the lock";
	case EXIT_USAGE:
		return "no good profile";
	case EXIT_ERROR:
	case EXIT_FLOOR:
		break;
	}
	return "not all could be done";
}

static void tell_supervisor(struct watch *watch, enum exit_code code)
{
	struct arena *arena = arena_new();
	/* Only the look that was asked for ends a reload; a start waits for nobody's lock. */
	bool is_ready = !watch->is_ready || !(watch->pending & 1u << WATCH_SIGHUP);

	notify(watch, arena_printf(arena, "%sSTATUS=look %u (%s): %s\n",
				   is_ready ? "READY=1\n" : "", watch->rounds,
				   watch_cause_names[first_of(watch->causes)], words_of(code)));
	watch->is_ready = true;
	arena_free(arena);
}

static void on_round_end(struct watch *watch, int status)
{
	int ended = WIFEXITED(status) ? WEXITSTATUS(status) : (int)EXIT_ERROR;
	enum exit_code code = (enum exit_code)(ended % codes);

	watch->child = 0;
	watch->last_us = now_us();
	(void)event_del(watch->patience);
	if (watch->is_ending) {
		end(watch);
		return;
	}
	if (!WIFEXITED(status))
		tell(watch, OUTCOME_ERROR, "a round ended by a signal; the next one looks again");
	if (code == EXIT_LOCKED) {
		watch->pending |= watch->causes;
		tell_supervisor(watch, code);
		plan_round(watch, put_off_us);
		return;
	}
	watch->rounds++;
	if (watch->rounds == 1 && code == EXIT_USAGE) {
		watch->code = EXIT_USAGE;
		end(watch);
		return;
	}
	tell_supervisor(watch, code);
	if (ended / codes)
		set(watch->again, (int64_t)(ended / codes) * 1000000);
	plan_round(watch, is_of_events(watch->pending) ? pace_of(watch) : gather_us);
}

/* What wakes it ------------------------------------------------------------------------------- */

static void reap(struct watch *watch)
{
	int status;

	if (watch->child && waitpid(watch->child, &status, WNOHANG) == watch->child)
		on_round_end(watch, status);
}

static void reload(struct watch *watch)
{
	struct arena *arena = arena_new();

	notify(watch,
	       arena_printf(arena, "RELOADING=1\nMONOTONIC_USEC=%lld\n", (long long)now_us()));
	arena_free(arena);
	wake(watch, WATCH_SIGHUP);
}

static void on_signals(int fd, short what, void *context)
{
	struct watch *watch = context;
	int number;

	(void)what;
	while ((number = wakes_next_signal(fd))) {
		if (number == SIGCHLD)
			reap(watch);
		else if (number == SIGHUP)
			reload(watch);
		else if (number == SIGUSR1)
			wake(watch, WATCH_SIGUSR1);
		else if (!watch->is_ending) {
			watch->is_ending = true;
			notify(watch, "STOPPING=1\n");
			if (watch->child)
				end_child(watch, last_patience_us);
			else
				end(watch);
		}
	}
}

static void on_files(int fd, short what, void *context)
{
	struct watch *watch = context;

	(void)what;
	if (wakes_drain_files(fd, &watch->request->files))
		wake(watch, WATCH_FILE);
}

static void on_groups(int fd, short what, void *context)
{
	struct watch *watch = context;
	enum wakes_groups news;

	(void)what;
	news = wakes_drain_groups(fd);
	if (news == WAKES_NEW_GROUP)
		follow_came(&watch->comers, now_us() / 1000000);
	if (news != WAKES_NO_GROUP)
		wake(watch, WATCH_CONTAINER);
}

static void note_hardware(struct watch *watch, bool may_be)
{
	watch->pending |= may_be ? of_hardware : 0;
}

static void on_links(int fd, short what, void *context)
{
	(void)what;
	note_hardware(context, wakes_drain_links(fd));
	wake(context, WATCH_LINK);
}

static void on_devices(int fd, short what, void *context)
{
	(void)what;
	note_hardware(context, wakes_drain_devices(fd));
	wake(context, WATCH_DEVICE);
}

static void on_timer(int fd, short what, void *context)
{
	(void)fd;
	(void)what;
	wake(context, WATCH_TIMER);
}

/* What the last round waits for may have come. */
static void on_again(int fd, short what, void *context)
{
	struct watch *watch = context;

	(void)fd;
	(void)what;
	watch->pending |= 1u << WATCH_CONTAINER;
	plan_round(watch, 0);
}

static void on_watchdog(int fd, short what, void *context)
{
	(void)fd;
	(void)what;
	notify(context, "WATCHDOG=1\n");
}

/* Setting up ---------------------------------------------------------------------------------- */

static void cannot_watch(struct watch *watch, const char *what, int code)
{
	struct arena *arena = watch->outcome->session.arena;

	vec_for_each (known, &watch->unwatched)
		if (text_starts(*known, what))
			return;
	vec_push(arena, &watch->unwatched, arena_printf(arena, "%s: %s", what, err_words(code)));
	tell(watch, OUTCOME_NOTE,
	     arena_printf(arena, "cannot watch %s: %s; only the timer finds its changes", what,
			  err_words(code)));
}

static void add_directories(struct watch *watch)
{
	vec_for_each (dir, &watch->request->dirs) {
		int r = watch->fds[SOURCE_FILES] < 0
			    ? 0
			    : wakes_add_directory(watch->fds[SOURCE_FILES], *dir);

		if (r < 0)
			cannot_watch(watch, *dir, r);
	}
}

static void add_groups(struct watch *watch, const names *groups, unsigned depth)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	vec_for_each (group, groups) {
		int r = watch->fds[SOURCE_GROUPS] < 0
			    ? 0
			    : wakes_add_groups(watch->fds[SOURCE_GROUPS], arena, *group, depth,
					       &watch->request->pods.others);

		if (r < 0)
			cannot_watch(watch, *group, r);
	}
}

static struct event *new_event(struct watch *watch, int fd, short what, event_callback_fn callback)
{
	struct event *event = event_new(watch->base, fd, what, callback, watch);

	if (!event)
		watch->failed = -ENOMEM;
	return event;
}

static const struct {
	const char *name;
	int (*open)(int *ret_fd);
	event_callback_fn callback;
	bool is_of_kernel; /* which tells nothing of a record */
} rows[SOURCE_COUNT] = {
    [SOURCE_SIGNALS] = {"signals", wakes_open_signals, on_signals, false},
    [SOURCE_FILES] = {"files", wakes_open_files, on_files, false},
    [SOURCE_GROUPS] = {"containers", wakes_open_files, on_groups, false},
    [SOURCE_LINKS] = {"network cards", wakes_open_links, on_links, true},
    [SOURCE_DEVICES] = {"devices", wakes_open_devices, on_devices, true},
};

static void open_sources(struct watch *watch)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		int r;

		if (rows[i].is_of_kernel && !watch->request->is_live)
			continue;
		r = rows[i].open(&watch->fds[i]);
		if (r < 0) {
			watch->fds[i] = -1;
			cannot_watch(watch, rows[i].name, r);
			watch->failed = i == SOURCE_SIGNALS ? r : watch->failed;
			continue;
		}
		watch->sources[i] =
		    new_event(watch, watch->fds[i], EV_READ | EV_PERSIST, rows[i].callback);
		if (watch->sources[i])
			(void)event_add(watch->sources[i], NULL);
	}
}

static void set_timers(struct watch *watch)
{
	const struct outcome *outcome = watch->outcome;

	watch->due = new_event(watch, -1, 0, on_due);
	watch->patience = new_event(watch, -1, 0, on_patience);
	watch->again = new_event(watch, -1, 0, on_again);
	watch->timer = new_event(watch, -1, EV_PERSIST, on_timer);
	watch->watchdog = new_event(watch, -1, EV_PERSIST, on_watchdog);
	if (watch->failed < 0)
		return;
	set(watch->timer, (int64_t)outcome->session.options->interval_us);
	if (outcome->supervisor.watchdog_us)
		set(watch->watchdog, (int64_t)outcome->supervisor.watchdog_us / 2);
}

static void close_all(struct watch *watch)
{
	struct event *const timers[] = {watch->timer, watch->due, watch->again, watch->patience,
					watch->watchdog};

	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		if (watch->sources[i])
			event_free(watch->sources[i]);
		fd_closep(&watch->fds[i]);
	}
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i])
			event_free(timers[i]);
	event_base_free(watch->base);
}

enum exit_code watch_stay(struct outcome *outcome, const struct watch_request *request)
{
	struct watch watch = {.outcome = outcome,
			      .request = request,
			      .base = event_loop_new(),
			      .fds = {-1, -1, -1, -1, -1},
			      .self = getpid(),
			      .pace_us = pace_least_us};

	if (!watch.base) {
		(void)err_set(&outcome->session.err, -ENOSYS, "cannot wait for events");
		return EXIT_ERROR;
	}
	open_sources(&watch);
	set_timers(&watch);
	if (watch.failed == 0) {
		wake(&watch, WATCH_START);
		if (event_base_dispatch(watch.base) < 0)
			watch.failed = -EIO;
	}
	close_all(&watch);
	if (watch.failed == 0)
		return watch.code;
	(void)err_set(&outcome->session.err, watch.failed, "cannot wait for events: %s",
		      err_words(watch.failed));
	return EXIT_ERROR;
}
