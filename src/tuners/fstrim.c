/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fstrim.timer: started at each boot, by the link that `systemctl enable` makes, and active now.
 * Where only the node itself could do that, the report says what to type. A unit that somebody
 * masked stays masked.
 */
#include "base/text.h"
#include "sys/systemctl.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define ENABLE "systemctl enable --now " FSTRIM_TIMER

struct answer {
	enum state state;
	const char *have, *note;
};

/* From a container: the node's systemd cannot be asked, and its stamp is all that tells of it. */
static struct answer from_outside(const struct fstrim *fstrim)
{
	if (fstrim->enabled != TRI_YES)
		return (struct answer){STATE_MANUAL, "disabled", "on the node, run `" ENABLE "`"};
	if (fstrim->has_begun == TRI_YES)
		return (struct answer){STATE_SAME, "enabled", NULL};
	if (fstrim->has_begun == TRI_NO)
		return (struct answer){STATE_MANUAL, "enabled, never started",
				       "on the node, run `" ENABLE
				       "`: it has left no stamp in /var/lib/systemd/timers"};
	return (struct answer){STATE_SKIPPED, "enabled",
			       "whether it was ever started cannot be seen in "
			       "/var/lib/systemd/timers: look on the node with `systemctl "
			       "is-active " FSTRIM_TIMER "`"};
}

/* STATE_PENDING: it can be set from here. */
static struct answer judge(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	const struct fstrim *fstrim = &facts->fstrim;
	bool is_whole = text_equal(facts->live.container, "none");

	if (fstrim->enabled == TRI_UNKNOWN && !facts->live_root)
		return (struct answer){STATE_UNSUPPORTED, NULL, "not in this record"};
	if (is_whole && !facts->has_systemd)
		return (struct answer){STATE_UNSUPPORTED, NULL, "systemd does not run this node"};
	if (fstrim->enabled == TRI_UNKNOWN)
		return (struct answer){STATE_SKIPPED, NULL,
				       "the node's /etc/systemd is not seen from here: look on the "
				       "node with `systemctl is-enabled " FSTRIM_TIMER "`"};
	if (fstrim->is_masked)
		return (struct answer){STATE_MANUAL, "masked",
				       "somebody has masked it: on the node, run `systemctl "
				       "unmask " FSTRIM_TIMER "`, then `" ENABLE "`"};
	if (!is_whole)
		return from_outside(fstrim);
	if (!fstrim->unit)
		return (struct answer){STATE_UNSUPPORTED, "not installed",
				       "install util-linux with its units"};
	if (fstrim->enabled != TRI_YES && (!fstrim->takes_one_link || fstrim->link))
		return (struct answer){STATE_MANUAL, "disabled", "on the node, run `" ENABLE "`"};
	return (struct answer){.state = STATE_PENDING};
}

/* Any link is right that has it started, wherever systemctl or somebody made it. */
static void plan_link(const struct tuning *tuning, struct wish wish)
{
	const struct fstrim *fstrim = &tuning->facts->fstrim;

	if (fstrim->enabled == TRI_YES && !fstrim->link) {
		wish.kind = KIND_MANUAL;
		wish.decided.have = wish.decided.want = "enabled";
		wish_decide(&wish, STATE_SAME, NULL);
		wish_add(tuning, wish);
		return;
	}
	wish.kind = KIND_LINK;
	wish.path = FSTRIM_LINK;
	wish.rule = fstrim->link ? RULE_ONE_OF : RULE_EXACT;
	wish.gist = "enabled";
	wish.command = "systemctl daemon-reload";
	vec_push(tuning->plan->arena, &wish.operands, fstrim->unit);
	if (fstrim->link)
		vec_push(tuning->plan->arena, &wish.operands, fstrim->link);
	wish_add(tuning, wish);
}

/* The timer is Persistent=: if the last trim is long ago, systemd makes one at once. */
static void plan_start(const struct tuning *tuning, struct wish wish)
{
	wish.name = FSTRIM_TIMER " active";
	wish.kind = KIND_TEXT;
	wish.path = SYSTEMCTL_DIR FSTRIM_TIMER;
	wish.rule = RULE_EXACT;
	wish.disruptive = true;
	vec_push(tuning->plan->arena, &wish.operands, "active");
	wish_add(tuning, wish);
}

void tune_fstrim(const struct tuning *tuning)
{
	struct wish wish = {
	    .name = FSTRIM_TIMER,
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_fstrim",
	};
	struct answer answer;

	if (!wish_take(&wish, profile_get(tuning->profile, "storage", "fstrim"),
		       "a drive that is told which blocks are free keeps its speed longer"))
		return;
	answer = judge(tuning);
	if (answer.state == STATE_PENDING) {
		wish.operands = (names){0};
		plan_link(tuning, wish);
		plan_start(tuning, wish);
		return;
	}
	wish.decided.have = answer.have;
	wish.decided.want = "enabled";
	wish_decide(&wish, answer.state, answer.note);
	wish_add_by_hand(tuning, wish);
}
