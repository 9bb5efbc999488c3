/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is, and what all of them share. A target gives hostile bytes to a parser and
 * checks what must hold whatever the bytes are. The variable FUZZ_TARGET says which one this
 * process runs. The same targets are linked twice: to libFuzzer, which looks for bytes that break
 * one (scripts/fuzz), and to driver.c, which runs the files of tests/fuzz/corpus (scripts/test).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "sys/root.h"

/* text: a copy of length bytes, each of which may be NUL, and one NUL more. */
typedef void fuzz_function(struct arena *arena, const char *text, size_t length);

struct fuzz_target {
	const char *name;
	fuzz_function *run;
	struct fuzz_target *next;
};
void fuzz_register(struct fuzz_target *target);

/* FUZZ_TARGET(cpuset) { ... }: the body gets arena, text and length. */
#define FUZZ_TARGET(target)                                                                        \
	static fuzz_function run_##target;                                                         \
	__attribute__((constructor)) static void register_##target(void)                           \
	{                                                                                          \
		static struct fuzz_target row = {.name = #target, .run = run_##target};            \
                                                                                                   \
		fuzz_register(&row);                                                               \
	}                                                                                          \
	static void run_##target(struct arena *arena, const char *text, size_t length)

/* Ends the process with the sentence, which says what held no longer. */
#define fuzz_check(holds, ...)                                                                     \
	do {                                                                                       \
		if (!(holds))                                                                      \
			fuzz_fail(__VA_ARGS__);                                                    \
	} while (0)
void fuzz_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The parser does not take these bytes, and says why. driver.c holds that against the file's name:
 * an input that is refused by mistake would try next to nothing. */
void fuzz_refuse(const char *sentence);
/* Why the last input was refused; "": it was not. */
const char *fuzz_refusal(void);

/* More than any parser needs for a text of 64 KiB; one that takes more ends the process. */
enum { fuzz_memory_most = 256 << 20 };

/* For parsers that read through the file layer: a tree in $TMPDIR, which is best in memory. It is
 * there as long as the process, with nothing but /sys and /proc in it at first; the root is the
 * present input's. */
struct root *fuzz_root(void);
/* The file then holds these bytes, and its directories are made. NULL: there is none. */
void fuzz_put(const char *path, const char *bytes, size_t length);

/* Lines of "%%" cut an input into several. Each part is a text; what lies beyond the last part is
 * NULL. */
struct fuzz_part {
	const char *text;
	size_t length;
};
void fuzz_split(struct arena *arena, const char *text, size_t length, struct fuzz_part *parts,
		size_t count);

/* Reads a text to its end, so that the sanitizer sees a dangling one. NULL: there is none. */
void fuzz_touch(const char *text);

/* One input, as libFuzzer calls it. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#endif
