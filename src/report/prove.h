/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of prove: what was compared, what tuning did to each figure, and what is left. */
#ifndef REPORT_PROVE_H
#define REPORT_PROVE_H

#include "probe/effect.h"
#include "report/report.h"

#define PROVE_SCHEMA "thintune.prove/1"

/* One that differs between the two states. */
struct prove_setting {
	const struct wish *wish;
	const char *original, *tuned; /* canonical; original NULL: it is not there then */
};

enum prove_left { PROVE_ORIGINAL, PROVE_TUNED, PROVE_BETWEEN };
static inline const char *prove_left_name(enum prove_left left)
{
	static const char *const list[] = {"original", "tuned", "between"};

	return list[left];
}

struct prove {
	const struct report *about; /* node, profile, exit code, run */
	VEC(struct prove_setting) settings;
	names not_measured; /* "net-irq: 8 settings", "nvme0n1 nomerges: needs CAP_SYS_ADMIN" */
	effects effects;
	double wanted; /* share */
	unsigned blocks;
	unsigned planned; /* as many as were to be; 0: not decided yet */
	enum effect_verdict verdict;
	const char *stopped; /* why it ended before its last block, or had none; NULL */
	bool is_nothing;     /* there was nothing to compare */
	enum prove_left left;
	const char *left_note; /* why it is not as it should be; NULL */
	bool is_contested;     /* of what is in the journal somebody else has changed something */
	bool is_undone;        /* all that the proof has written is undone */
};

/* "helped" */
static inline const char *prove_verdict_name(const struct prove *prove)
{
	return prove->is_nothing && prove->verdict == EFFECT_NONE
		   ? "nothing to compare"
		   : effect_verdict_name(prove->verdict);
}

char *prove_text(struct arena *arena, const struct prove *prove, struct text_style style);
char *prove_json(struct arena *arena, const struct prove *prove);

/* Of a change: "4.2 %"; from 1 on as a factor, "factor 7.8"; beyond all bounds "none". */
const char *prove_share(struct arena *arena, double share);
/* "12 s", "4 min 50 s" */
const char *prove_time(struct arena *arena, uint64_t ms);

#endif
