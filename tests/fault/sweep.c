/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: fault_sweep TREE [EVERY [FIRST]]
 *
 * Runs apply, run and restore over an unpacked node, in this process, once for each call of the
 * file layer with a fault: with every fault for calls that change something or are about thintune's
 * own files, with one after the other for the thousands that read the node. And once killed before
 * each call that changes something. Each time: the exit code is right, what the report says of a
 * setting is so, `gate` says what `run` said, a restore without faults brings every byte of the
 * tree back, and neither memory nor a descriptor is lost. EVERY: only each such case, from FIRST on
 * (default: 0), to be fast or to share the work. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "calls.h"
#include "claims.h"
#include "plan/exit_code.h"
#include "snapshot.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* The linker gives it the name (--wrap): the program's own main(). */
int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

enum { patience_s = 300, leak_check_every = 64, most_told = 4 };

/* What is asked of every case. */
enum promise { IS_RIGHT_CODE, IS_TRUE, IS_GATED, IS_BROUGHT_BACK, IS_CLEAN, promises };

static const char *const sentences[promises] = {
    [IS_RIGHT_CODE] = "never ends with 0 while a required setting does not hold",
    [IS_TRUE] = "says of no setting that it is so when it is not",
    [IS_GATED] = "and gate give one answer",
    [IS_BROUGHT_BACK] = "can be undone, to the last byte",
    [IS_CLEAN] = "loses neither memory nor a descriptor, and does not crash",
};

/* A worker dies of what it finds, so this is shared with whoever waits for it. */
struct tally {
	char at[200];
	unsigned long calls, cases, kills;
	unsigned long broken[promises];
	char told[promises][most_told][1000];
};

struct command {
	const char *name;
	const char *arguments[8];
	bool over_applied; /* begins with what an apply has left */
	bool is_gated;
	unsigned skip_reads; /* of as many calls that read the node one is tried */
};

static const struct command commands[] = {
    {.name = "apply", .arguments = {"--format", "json"}, .skip_reads = 4},
    /* It reads as apply does. Checks need a disk to measure. */
    {.name = "run",
     .arguments = {"--format", "json", "--skip", "checks"},
     .is_gated = true,
     .skip_reads = 16},
    {.name = "restore", .arguments = {"--format", "json"}, .over_applied = true, .skip_reads = 2},
};

struct sweep {
	struct tally *tally;
	const struct command *command;
	const char *dir;
	const struct snapshot *original, *start;
	struct claims *required;
	unsigned long every, first, index;
	int out, errors; /* what goes to standard output and error */
	unsigned long count;
	struct {
		enum call_kind kind;
		const char *name;
		bool is_own;
	} calls[calls_most];
};

__attribute__((format(printf, 3, 4))) static void broken(struct sweep *sweep, enum promise promise,
							 const char *format, ...)
{
	unsigned long number = sweep->tally->broken[promise]++;
	char text[sizeof(sweep->tally->told[0][0])];
	size_t length = strlen(sweep->tally->at);
	va_list list;

	if (number >= most_told)
		return;
	memcpy(text, sweep->tally->at, length);
	memcpy(text + length, ": ", 2);
	va_start(list, format);
	(void)vsnprintf(text + length + 2, sizeof(text) - length - 2, format, list);
	va_end(list);
	for (char *newline = text; (newline = strchr(newline, '\n'));)
		*newline = ' ';
	memcpy(sweep->tally->told[promise][number], text, sizeof(text));
}

static unsigned descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* The output is in *ret_text. */
static int thintune(struct sweep *sweep, struct arena *arena, const struct command *command,
		    unsigned long number, int fault, const char **ret_text)
{
	char *argv[16] = {arena_strdup(arena, "thintune"), arena_strdup(arena, command->name),
			  arena_strdup(arena, "--root"), arena_strdup(arena, sweep->dir)};
	int argc = 4, code;
	char *text;
	off_t length;

	for (size_t i = 0; command->arguments[i]; i++)
		argv[argc++] = arena_strdup(arena, command->arguments[i]);
	if (ftruncate(sweep->out, 0) < 0 || lseek(sweep->out, 0, SEEK_SET) < 0 ||
	    ftruncate(sweep->errors, 0) < 0 || lseek(sweep->errors, 0, SEEK_SET) < 0)
		_exit(2);
	calls_arm(number, fault);
	code = __real_main(argc, argv);
	sweep->count = calls_disarm();
	(void)fflush(stdout);
	length = lseek(sweep->out, 0, SEEK_END);
	text = arena_alloc(arena, (size_t)length + 1);
	if (pread(sweep->out, text, (size_t)length, 0) != length)
		_exit(2);
	*ret_text = text;
	return code;
}

/* may_differ: the restore was told that there is no file, and forgot the value. */
static void must_come_back(struct sweep *sweep, struct arena *arena, bool may_differ)
{
	static const struct command restore = {.name = "restore"};
	const struct snapshot *now;
	const char *text, *difference;
	int code = thintune(sweep, arena, &restore, 0, 0, &text);

	now = snapshot_take(arena, sweep->dir);
	difference = snapshot_difference(arena, sweep->original, now);
	snapshot_return(sweep->start, now);
	if (code != EXIT_MATCH || (difference && !may_differ))
		broken(sweep, IS_BROUGHT_BACK, "restore ended with %d: %s %s", code,
		       difference ? difference : "", text);
}

static void must_be_gated(struct sweep *sweep, struct arena *arena, int code)
{
	static const struct command gate = {.name = "gate"};
	const char *text;
	int answer = thintune(sweep, arena, &gate, 0, 0, &text);

	if ((answer == EXIT_MATCH) != (code == EXIT_MATCH))
		broken(sweep, IS_GATED, "it ended with %d, and gate with %d: %s", code, answer,
		       text);
}

static void must_have_the_right_code(struct sweep *sweep, struct arena *arena, int code, int fault)
{
	const char *why =
	    sweep->command->over_applied
		? snapshot_difference(arena, sweep->original, snapshot_take(arena, sweep->dir))
		: claims_broken(arena, sweep->dir, sweep->required);

	/* A file that is said not to be there is a node without it: nothing else could tell. */
	if (code == EXIT_MATCH && why && fault != ENOENT)
		broken(sweep, IS_RIGHT_CODE, "%s", why);
}

static void check_leaks(struct sweep *sweep)
{
#ifdef __SANITIZE_ADDRESS__
	char text[700] = "";

	if (__lsan_do_recoverable_leak_check() == 0)
		return;
	(void)pread(sweep->errors, text, sizeof(text) - 1, 0);
	broken(sweep, IS_CLEAN, "memory is lost here or shortly before: %s", text);
#else
	(void)sweep;
#endif
}

static const char *words_of(int fault)
{
	switch (fault) {
	case FAULT_SHORT:
		return "half done";
	case FAULT_LIE:
		return "a lie";
	case FAULT_KILL:
		return "SIGKILL";
	default:
		return strerrorname_np(fault);
	}
}

/* False: this case is left out. */
static bool begin(struct sweep *sweep, unsigned long number, int fault)
{
	/* A write has twelve cases: without its number a share would try the same of them at each.
	 */
	if ((sweep->index++ + number) % sweep->every != sweep->first)
		return false;
	(void)snprintf(sweep->tally->at, sizeof(sweep->tally->at), "%s, call %lu (%s), %s",
		       sweep->command->name, number, sweep->calls[number].name, words_of(fault));
	sweep->tally->cases++;
	(void)alarm(patience_s);
	return true;
}

/* No kernel says so of an open file, and thintune takes it for a device that has gone. */
static bool is_impossible(const char *name, int fault)
{
	return fault == ENOENT && text_equal(name, "fstat");
}

/* What is missing when a restore looks again has gone with its queue. No kernel lets it come back
 * with thintune's value, as this one does. */
static bool is_lost(const struct sweep *sweep, unsigned long number, int fault)
{
	enum call_kind kind = sweep->calls[number].kind;

	return sweep->command->over_applied && fault == ENOENT &&
	       (kind == CALL_OPEN || kind == CALL_OTHER) && !sweep->calls[number].is_own;
}

static void try_fault(struct sweep *sweep, unsigned long number, int fault)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text, *row;
	unsigned before;
	int code;

	if (is_impossible(sweep->calls[number].name, fault) || !begin(sweep, number, fault))
		return;
	before = descriptors();
	code = thintune(sweep, arena, sweep->command, number, fault, &text);
	if (descriptors() != before)
		broken(sweep, IS_CLEAN, "%u descriptors were open, and %u are", before,
		       descriptors());
	if (!calls_struck())
		broken(sweep, IS_CLEAN, "the call was not made");
	row = claims_false_row(arena, sweep->dir, text);
	if (row)
		broken(sweep, IS_TRUE, "%s", row);
	must_have_the_right_code(sweep, arena, code, fault);
	if (sweep->command->is_gated)
		must_be_gated(sweep, arena, code);
	must_come_back(sweep, arena, is_lost(sweep, number, fault));
	if (sweep->tally->cases % leak_check_every == 0)
		check_leaks(sweep);
}

static void try_kill(struct sweep *sweep, unsigned long number)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text;
	int status = 0;
	pid_t pid;

	if (!begin(sweep, number, FAULT_KILL))
		return;
	sweep->tally->kills++;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(thintune(sweep, arena, sweep->command, number, FAULT_KILL, &text));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		broken(sweep, IS_CLEAN, "the program was not killed");
	must_come_back(sweep, arena, false);
}

static void sweep_call(struct sweep *sweep, unsigned long number)
{
	static const int faults[] = {EIO,   EROFS,  EACCES, EPERM,       ENOSPC,   EDQUOT,
				     EINTR, EINVAL, ENOENT, FAULT_SHORT, FAULT_LIE};
	const size_t count = sizeof(faults) / sizeof(faults[0]);
	enum call_kind kind = sweep->calls[number].kind;
	bool changes = kind == CALL_WRITE || kind == CALL_CHANGE;
	size_t possible = kind == CALL_WRITE ? count : kind == CALL_READ ? count - 1 : count - 2;

	if (changes || sweep->calls[number].is_own) {
		for (size_t i = 0; i < possible; i++)
			try_fault(sweep, number, faults[i]);
	} else if (number % sweep->command->skip_reads == 0) {
		try_fault(sweep, number, faults[number / sweep->command->skip_reads % possible]);
	}
	if (changes)
		try_kill(sweep, number);
}

/* The file layer answers as the kernel does only in that a write of an attribute replaces it: a
 * restore leaves "none" for "[none] mq-deadline". So that bytes can be compared, the original is
 * what one apply and one restore leave. */
static void prepare(struct sweep *sweep, struct arena *arena)
{
	const char *text, *row;
	int code = thintune(sweep, arena, &commands[0], 0, 0, &text);

	sweep->required = claims_required(arena, text);
	row = claims_false_row(arena, sweep->dir, text);
	if (code != EXIT_MATCH || claims_count(sweep->required) == 0 || row) {
		broken(sweep, IS_CLEAN, "apply without a fault ended with %d, %s", code,
		       row ? row : text);
		_exit(1);
	}
	(void)thintune(sweep, arena, &commands[2], 0, 0, &text);
	sweep->original = sweep->start = snapshot_take(arena, sweep->dir);
	if (sweep->command->over_applied) {
		(void)thintune(sweep, arena, &commands[0], 0, 0, &text);
		sweep->start = snapshot_take(arena, sweep->dir);
	}
	/* Once before it counts: what only the first run makes is not there to be struck later. */
	for (int i = 0; i < 2; i++) {
		(void)thintune(sweep, arena, sweep->command, 0, 0, &text);
		if (i == 0)
			snapshot_return(sweep->start, snapshot_take(arena, sweep->dir));
	}
	sweep->tally->calls = sweep->count;
	for (unsigned long i = 1; i <= sweep->count; i++) {
		sweep->calls[i].kind = calls_kind(i);
		sweep->calls[i].name = calls_name(i);
		sweep->calls[i].is_own = calls_is_own(i);
	}
	snapshot_return(sweep->start, snapshot_take(arena, sweep->dir));
}

static _Noreturn void work(const struct command *command, struct tally *tally, const char *dir,
			   unsigned long every, unsigned long first, int errors)
{
	/* Not on the stack, where a register may have the last pointer to it. */
	static struct arena *arena;
	static struct sweep sweep;

	arena = arena_new();
	sweep.tally = tally;
	sweep.command = command;
	sweep.dir = dir;
	sweep.every = every;
	sweep.first = first;
	sweep.out = memfd_create("stdout", MFD_CLOEXEC);
	sweep.errors = errors;
	if (dup2(sweep.out, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
		_exit(2);
	prepare(&sweep, arena);
	for (unsigned long number = 1; number <= tally->calls; number++)
		sweep_call(&sweep, number);
	snapshot_return(sweep.original, snapshot_take(arena, dir));
	claims_free(sweep.required);
	arena_free(arena);
	check_leaks(&sweep);
	_exit(0);
}

/* What it died of, as a sanitizer tells. */
static void tell_death(const struct tally *tally, int status, int errors)
{
	char text[4096] = "";
	ssize_t length = pread(errors, text, sizeof(text) - 1, 0);

	(void)printf("# ended with %#x at %s\n", (unsigned)status, tally->at);
	for (char *line = text, *end; length > 0 && (end = strchr(line, '\n')); line = end + 1)
		(void)printf("# %.*s\n", (int)(end - line), line);
}

static unsigned tell(const struct command *command, const struct tally *tally, int status,
		     int errors)
{
	static unsigned number;
	unsigned failed = 0;

	(void)printf("# %s: %lu calls, %lu cases, of them %lu killed\n", command->name,
		     tally->calls, tally->cases, tally->kills);
	for (size_t i = 0; i < promises; i++) {
		bool died = i == IS_CLEAN && status != 0;
		bool is_ok = !tally->broken[i] && !died && tally->cases > 0;

		if (i == IS_GATED && !command->is_gated)
			continue;
		failed += !is_ok;
		(void)printf("%sok %u - %s %s, %lu cases\n", is_ok ? "" : "not ", ++number,
			     command->name, sentences[i], tally->cases);
		if (died)
			tell_death(tally, status, errors);
		if (tally->broken[i])
			(void)printf("# %lu times\n", tally->broken[i]);
		for (size_t k = 0; k < most_told && k < tally->broken[i]; k++)
			(void)printf("# %s\n", tally->told[i][k]);
	}
	return failed;
}

int __wrap_main(int argc, char **argv)
{
	size_t count = sizeof(commands) / sizeof(commands[0]);
	unsigned long every = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	unsigned long first = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned failed = 0;
	unsigned long cases = 0;

	if (argc < 2 || argc > 4 || first >= every) {
		(void)fprintf(stderr, "usage: fault_sweep TREE [EVERY [FIRST]]\n");
		return 2;
	}
	for (size_t i = 0; i < count; i++) {
		struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		int status = -1, errors = memfd_create("stderr", MFD_CLOEXEC);
		pid_t pid;

		if (tally == MAP_FAILED || errors < 0)
			return 2;
		(void)fflush(stdout);
		pid = fork();
		if (pid == 0)
			work(&commands[i], tally, argv[1], every, first, errors);
		(void)waitpid(pid, &status, 0);
		failed += tell(&commands[i], tally, status, errors);
		cases += tally->cases;
		(void)close(errors);
		(void)munmap(tally, sizeof(*tally));
	}
	(void)printf("# %lu cases\n", cases);
	(void)printf("1..%zu\n", count * promises - 2);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
