/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tuning does to the figures of a probe: blocks of four measurements, two of each state, and
 * what they say of each figure.
 *
 * A block gives one difference of logarithms, the mean of the two tuned measurements less that of
 * the two original ones, so what drifts steadily through a block cancels, and so does all that
 * differs from block to block. The mean of these differences is judged by Student's t, two-sided at
 * 5 %, with Holm's correction over the figures (statistics.h). Pure.
 */
#ifndef PROBE_EFFECT_H
#define PROBE_EFFECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "probe/probe.h"
#include "probe/spec.h"

#define EFFECT_LEVEL 0.05
/* An effect that can be seen is found in nine of ten proofs. */
#define EFFECT_POWER 0.9
/* The step in which a latency is told (histogram.h), as a share; a rate over a second is hardly
 * told finer. A disk so quiet that its figures stay within one such step shows nothing smaller,
 * however little they scatter. */
#define EFFECT_STEP (1.0 / 128)

enum {
	EFFECT_PHASES = 4,
	EFFECT_PILOT = 4,  /* blocks after which it is decided how many there will be */
	EFFECT_LEAST = 8,  /* with fewer blocks nothing is judged */
	EFFECT_MOST = 1000 /* blocks */
};

enum effect_verdict { EFFECT_UNKNOWN, EFFECT_HELPED, EFFECT_NONE, EFFECT_WORSE };
static inline const char *effect_verdict_name(enum effect_verdict verdict)
{
	static const char *const list[] = {"cannot tell", "helped", "no difference seen", "worse"};

	return list[verdict];
}

typedef VEC(double) effect_samples;

struct effect {
	const char *job;            /* "append-16k" */
	const char *figure;         /* "p50", "p99": of latency, ns; "iops": requests a second */
	bool is_rate;               /* more is better */
	bool is_tail;               /* scatters too much to decide how many blocks there will be */
	effect_samples differences; /* of logarithms, one a block */
	double original_sum, tuned_sum; /* of logarithms, over all measurements */
	/* Filled by effect_judge(): */
	double original, tuned;   /* geometric means */
	double change, low, high; /* shares: -0.1 is 10 % less; its 95 % interval */
	double chance;            /* of such a difference where there is none, corrected */
	double smallest;          /* share: the smallest change that would have been seen */
	enum effect_verdict verdict;
};
typedef VEC(struct effect) effects;

/* The figures of these jobs: of what goes one after the other the median and the p99 of latency, of
 * what goes deeper the rate. */
effects effect_list(struct arena *arena, const specs *list);

/* What one measurement says of each figure, into values. -ENODATA with a sentence: a job did not
 * come to its end. */
_must_check_ int effect_read(const effects *list, const struct probe_result *result, double *values,
			     struct err *err);

/* Adds a block; values of each measurement as they were made, which of them were tuned. */
void effect_add(struct arena *arena, effects *list,
		const double *const values[static EFFECT_PHASES],
		const bool is_tuned[static EFFECT_PHASES]);

/* How many blocks in all show a change of this share in each figure but the tails. */
unsigned effect_needed(const effects *list, double wanted, unsigned most);

/* The smallest change, as a share, that so many blocks will show in this one of them, as far as the
 * blocks so far tell. */
double effect_foreseen(const effects *list, const struct effect *effect, unsigned blocks);

/* By how much a figure may scatter from block to block (one standard deviation, as a share), so
 * that so many blocks show a change of this share. Nothing of the disk is known for that. */
double effect_bearable(const effects *list, double wanted, unsigned blocks);

/* Fills in what the blocks so far say. wanted: the change of which "no difference seen" says that
 * there is none. */
void effect_judge(effects *list, double wanted);

/* Of all figures: worse if one is; helped if one did; else what the figures but the tails say. */
enum effect_verdict effect_verdict_of(const effects *list);

#endif
