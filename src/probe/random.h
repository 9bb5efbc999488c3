/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random offsets and contents, and the marks in them. xorshift64* is not for secrets, but fast, and
 * no disk can compress it. Every 4096 bytes that are written begin with a mark: the seed of the
 * file and their own offset. So a read can tell whether it got the right block.
 */
#ifndef PROBE_RANDOM_H
#define PROBE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MARK_STEP 4096

struct random {
	uint64_t state;
};

static inline struct random random_new(uint64_t seed)
{
	return (struct random){.state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1};
}

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Uniform over [0, limit), with an error of limit / 2^64, and without a division. */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
	return (uint64_t)(((unsigned __int128)random_next(random) * limit) >> 64);
}

static inline void random_fill(struct random *random, unsigned char *buffer, size_t length)
{
	for (size_t i = 0; i + 8 <= length; i += 8) {
		uint64_t word = random_next(random);

		memcpy(buffer + i, &word, 8);
	}
}

struct mark {
	uint64_t seed, offset;
};

static inline void mark_put(unsigned char *block, uint32_t length, uint64_t seed, uint64_t offset)
{
	for (uint32_t at = 0; at < length; at += MARK_STEP) {
		struct mark mark = {.seed = seed, .offset = offset + at};

		memcpy(block + at, &mark, sizeof(mark));
	}
}

static inline bool mark_holds(const unsigned char *block, uint32_t length, uint64_t seed,
			      uint64_t offset)
{
	for (uint32_t at = 0; at < length; at += MARK_STEP) {
		struct mark mark;

		memcpy(&mark, block + at, sizeof(mark));
		if (mark.seed != seed || mark.offset != offset + at)
			return false;
	}
	return true;
}

#endif
