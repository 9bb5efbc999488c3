/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the gaps of a CPU, keeps the longest, says what they mean for work that comes, and blames
 * each on what the accounts of the thread show. */
#include "probe/gaps.h"

#include <stdlib.h>

/* So many gaps with nothing but looks between them are blamed together. */
enum { SPIN_AT_ONCE = 4 };
/* How often the first look is repeated where something came between. */
enum { SPIN_FIRST_LOOKS = 16 };

static void swap(struct gap *a, struct gap *b)
{
	struct gap kept = *a;

	*a = *b;
	*b = kept;
}

/* Puts the gap at the heap's end where it belongs. */
static void sift_up(struct gaps *gaps)
{
	/* Counted from 1, as a heap's places are: the parent of place n is n / 2. */
	for (unsigned place = gaps->kept; place > 1; place /= 2) {
		struct gap *gap = &gaps->longest[place - 1],
			   *parent = &gaps->longest[place / 2 - 1];

		if (gap->length_ns >= parent->length_ns)
			return;
		swap(gap, parent);
	}
}

/* The same for the one on top. */
static void sift_down(struct gaps *gaps)
{
	unsigned at = 0, child;

	while ((child = 2 * at + 1) < gaps->kept) {
		if (child + 1 < gaps->kept &&
		    gaps->longest[child + 1].length_ns < gaps->longest[child].length_ns)
			child++;
		if (gaps->longest[at].length_ns <= gaps->longest[child].length_ns)
			return;
		swap(&gaps->longest[at], &gaps->longest[child]);
		at = child;
	}
}

static void add_to_part(struct gaps *gaps, const struct gap *gap)
{
	uint64_t part = gap->at_ns / gaps->part_ns;

	if (part >= GAPS_PARTS)
		part = GAPS_PARTS - 1;
	if (gap->length_ns > gaps->parts[part])
		gaps->parts[part] = gap->length_ns;
}

static void add_to_handler(struct gap_handler *row, uint64_t length_ns)
{
	row->count++;
	if (length_ns > row->longest_ns)
		row->longest_ns = length_ns;
}

static unsigned find_handler(const struct gaps *gaps, const struct handler *handler)
{
	unsigned i = 0;

	while (i < gaps->handler_count && !handler_is(&gaps->handlers[i].handler, handler))
		i++;
	return i;
}

/* Others are of one cause, or their gaps would be counted as another's. */
unsigned gaps_handler(struct gaps *gaps, const struct handler *handler)
{
	bool is_softirq = gap_handler_cause(handler) == GAP_SOFTIRQ;
	struct handler row = *handler;
	unsigned i = find_handler(gaps, &row);

	if (i == gaps->handler_count && i >= GAP_HANDLERS) {
		row.kind = is_softirq ? HANDLER_SOFTIRQ : HANDLER_INTERRUPT;
		row.id = GAP_OTHERS;
		i = find_handler(gaps, &row);
	}
	if (i == gaps->handler_count)
		gaps->handlers[gaps->handler_count++].handler = row;
	return i + 1;
}

void gaps_add(struct gaps *gaps, const struct gap *gap)
{
	gaps->count++;
	gaps->lost_ns += gap->length_ns;
	histogram_add(&gaps->lengths, gap->length_ns);
	gaps->causes[gap->cause].count++;
	gaps->causes[gap->cause].lost_ns += gap->length_ns;
	if (gaps->part_ns)
		add_to_part(gaps, gap);
	if (gap->length_ns > gaps->causes[gap->cause].longest_ns)
		gaps->causes[gap->cause].longest_ns = gap->length_ns;
	if (gap->handler)
		add_to_handler(&gaps->handlers[gap->handler - 1], gap->length_ns);
	if (gaps->kept < GAPS_KEPT) {
		gaps->longest[gaps->kept++] = *gap;
		sift_up(gaps);
	} else if (gap->length_ns > gaps->longest[0].length_ns) {
		gaps->longest[0] = *gap;
		sift_down(gaps);
	}
}

void gaps_shorten(struct gaps *gaps, unsigned most)
{
	while (gaps->kept > most) {
		gaps->longest[0] = gaps->longest[--gaps->kept];
		sift_down(gaps);
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct gap *left = a, *right = b;

	return left->at_ns < right->at_ns ? -1 : left->at_ns > right->at_ns;
}

void gaps_sort(struct gaps *gaps)
{
	qsort(gaps->longest, gaps->kept, sizeof(gaps->longest[0]), compare_times);
}

void gaps_blame_again(struct gaps *gaps, struct gap *gap, enum gap_cause cause)
{
	enum gap_cause before = gap->cause;
	uint64_t longest = 0;

	if (before == cause)
		return;
	gap->cause = cause;
	gaps->causes[before].count--;
	gaps->causes[before].lost_ns -= gap->length_ns;
	gaps->causes[cause].count++;
	gaps->causes[cause].lost_ns += gap->length_ns;
	if (gap->length_ns > gaps->causes[cause].longest_ns)
		gaps->causes[cause].longest_ns = gap->length_ns;
	for (unsigned i = 0; i < gaps->kept; i++) {
		if (gaps->longest[i].cause == before && gaps->longest[i].length_ns > longest)
			longest = gaps->longest[i].length_ns;
	}
	gaps->causes[before].longest_ns = longest;
}

/*
 * A moment within a gap waits for the rest of it. So of n gaps of s ns together, all longer than x,
 * the moments that wait longer than x last s - n x. From the longest gap down that grows to the
 * share of all time that may wait longer.
 */
uint64_t gaps_wait_ns(const struct gaps *gaps, double chance)
{
	double may_wait = (1 - chance) * (double)gaps->wall_ns, sum = 0, count = 0;

	for (unsigned i = HISTOGRAM_BUCKETS; i-- > 0;) {
		uint64_t bucket = gaps->lengths.buckets[i];
		double length = (double)histogram_middle(i);

		if (!bucket)
			continue;
		if (length > (double)gaps->lengths.max)
			length = (double)gaps->lengths.max;
		if (count > 0 && sum - count * length >= may_wait)
			break;
		count += (double)bucket;
		sum += (double)bucket * length;
	}
	return count > 0 && sum > may_wait ? (uint64_t)((sum - may_wait) / count) : 0;
}

struct evidence gap_evidence(uint64_t wall_ns, const struct account *before,
			     const struct account *after)
{
	/* The clock of the accounts may differ a little from ours, and so may the time from a
	 * reading of ours to the look at them. */
	static const double drift = 20e-6, slack_ns = 2000;
	double delay = (double)(after->delay_ns - before->delay_ns);
	double ran = (double)(after->ran_ns - before->ran_ns);

	return (struct evidence){.delay_ns = delay,
				 .stolen_ns = (double)wall_ns - ran - delay,
				 .least_stolen_ns = slack_ns + drift * (double)wall_ns,
				 .involuntary = after->involuntary - before->involuntary,
				 .delay_unknown = before->delay_unknown || after->delay_unknown};
}

static void take_off(double *from, uint64_t length_ns)
{
	*from = *from > (double)length_ns ? *from - (double)length_ns : 0;
}

enum gap_cause gap_blame(uint64_t length_ns, struct evidence *evidence)
{
	bool is_stolen = 2 * evidence->stolen_ns >= (double)length_ns &&
			 evidence->stolen_ns > evidence->least_stolen_ns;
	/* Without the delay, time that it waited looks like time that was stolen. */
	bool was_switched = evidence->involuntary && (evidence->delay_unknown || !is_stolen);

	if (2 * evidence->delay_ns >= (double)length_ns || was_switched) {
		take_off(evidence->delay_unknown ? &evidence->stolen_ns : &evidence->delay_ns,
			 length_ns);
		if (evidence->involuntary)
			evidence->involuntary--;
		return GAP_RUN_DELAY;
	}
	if (!is_stolen)
		return GAP_UNEXPLAINED;
	take_off(&evidence->stolen_ns, length_ns);
	return GAP_STOLEN;
}

/* A gap that was just seen, and when its interval was, by the clock of the tracepoints. */
struct seen {
	struct gap gap;
	uint64_t from_ns, to_ns;
	bool is_blamed;
};

static void make_gap(const struct spin *spin, uint64_t from, uint64_t to, uint64_t less,
		     struct seen *ret)
{
	*ret = (struct seen){0};
	if (from > spin->origin)
		ret->gap.at_ns = (uint64_t)((double)(from - spin->origin) * spin->ns_per_tick);
	ret->gap.length_ns = (uint64_t)((double)(to - from - less) * spin->ns_per_tick);
	ret->from_ns = (uint64_t)((double)(to - from) * spin->ns_per_tick);
}

/* The look that follows a gap tells when it ended. */
static void place_gap(struct seen *seen, uint64_t raw_ns)
{
	seen->to_ns = raw_ns;
	seen->from_ns = raw_ns > seen->from_ns ? raw_ns - seen->from_ns : 0;
}

/* Whether a handler's time was the thread's own, waited for or stolen depends on the kernel and on
 * who ran it. */
static void blame(const struct spin *spin, struct seen *seen, struct evidence *evidence)
{
	uint64_t length_ns = seen->gap.length_ns;
	struct handler handler;

	if (!spin->handlers ||
	    !handlers_took(spin->handlers, seen->from_ns, seen->to_ns, &handler)) {
		seen->gap.cause = gap_blame(length_ns, evidence);
		return;
	}
	/* In the kernel's thread for softirqs it cost a switch as well. */
	if (evidence->involuntary && 2 * evidence->delay_ns >= (double)length_ns)
		evidence->involuntary--;
	take_off(&evidence->delay_ns, length_ns);
	take_off(&evidence->stolen_ns, length_ns);
	seen->gap.cause = gap_handler_cause(&handler);
	seen->gap.handler = gaps_handler(spin->gaps, &handler);
}

/* The longest first: it is the one that most of the delay belongs to. */
static void blame_all(const struct spin *spin, struct seen *list, size_t count,
		      struct evidence *evidence)
{
	for (size_t i = 0; i < count; i++) {
		size_t longest = count;

		for (size_t j = 0; j < count; j++) {
			if (!list[j].is_blamed &&
			    (longest == count ||
			     list[j].gap.length_ns > list[longest].gap.length_ns))
				longest = j;
		}
		list[longest].is_blamed = true;
		blame(spin, &list[longest], evidence);
	}
}

/* A delay between the look and the reading would be charged to the first gap. */
uint64_t spin_begin(struct spin *spin, spin_clock *clock, spin_look *look, void *context)
{
	uint64_t before, after = clock(context);
	unsigned looks = 0;

	do {
		before = after;
		look(context, &spin->account);
		after = clock(context);
	} while (after - before > spin->limit + spin->look_ticks && ++looks < SPIN_FIRST_LOOKS);
	spin->is_moved = spin->cpu >= 0 && spin->account.cpu != spin->cpu;
	spin->account_at = after;
	return after;
}

/* Whether a gap that falls into the look is in the accounts that it read depends on when it came.
 * So the accounts are looked at again after it, and tell of both together. */
uint64_t spin_gap(struct spin *spin, uint64_t last, uint64_t now, spin_clock *clock,
		  spin_look *look, void *context)
{
	struct seen list[SPIN_AT_ONCE];
	struct evidence evidence;
	struct account account;
	size_t count = 0;
	uint64_t then;
	bool again;

	/* A clock that goes back tells nothing of the CPU. */
	if (now < last)
		return now;
	make_gap(spin, last, now, 0, &list[count++]);
	for (;;) {
		look(context, &account);
		place_gap(&list[count - 1], account.raw_ns);
		spin->is_moved |= spin->cpu >= 0 && account.cpu != spin->cpu;
		then = clock(context);
		again = then > now && then - now > spin->limit + spin->look_ticks;
		if (!again || count == SPIN_AT_ONCE)
			break;
		make_gap(spin, now, then, spin->look_ticks, &list[count++]);
		now = then;
	}
	evidence = gap_evidence((uint64_t)((double)(now - spin->account_at) * spin->ns_per_tick),
				&spin->account, &account);
	blame_all(spin, list, count, &evidence);
	for (size_t i = 0; i < count; i++)
		gaps_add(spin->gaps, &list[i].gap);
	spin->account = account;
	spin->account_at = now;
	/* A gap in the last of so many looks belongs to what the next reading ends. */
	return again ? now : then;
}
