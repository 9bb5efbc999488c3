/* SPDX-License-Identifier: Apache-2.0 */
/* Whether fstrim.timer is enabled. It is never enabled from here: what systemctl links below /etc
 * would not be in the journal, so that no restore could take it back. */
#include "base/text.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define ENABLE "systemctl enable --now " FSTRIM_TIMER

struct answer {
	enum state state;
	const char *have, *note;
};

static struct answer by_hand(const struct tuning *tuning)
{
	const struct fstrim *fstrim = &tuning->facts->fstrim;
	bool is_whole = text_equal(tuning->facts->live.container, "none");

	if (fstrim->is_masked)
		return (struct answer){STATE_MANUAL, "masked",
				       "on the node, run `systemctl unmask " FSTRIM_TIMER
				       "`, then `" ENABLE "`"};
	if (!fstrim->unit && is_whole)
		return (struct answer){STATE_MANUAL, "not installed",
				       "install util-linux with its units, then run `" ENABLE "`"};
	if (fstrim->enabled == TRI_YES)
		return (struct answer){STATE_MANUAL, "enabled, never started",
				       "on the node, run `" ENABLE
				       "`: it has left no stamp in /var/lib/systemd/timers"};
	return (struct answer){STATE_MANUAL, "disabled", "on the node, run `" ENABLE "`"};
}

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
	if (fstrim->enabled != TRI_YES || fstrim->is_masked || fstrim->has_begun == TRI_NO ||
	    (!fstrim->unit && is_whole))
		return by_hand(tuning);
	if (fstrim->has_begun == TRI_YES)
		return (struct answer){STATE_SAME, "enabled", NULL};
	/* Who enabled it may have left it at that until the next boot. */
	if (!facts->live_root)
		return (struct answer){STATE_UNSUPPORTED, "enabled",
				       "whether it was ever started is not in this record"};
	return (struct answer){STATE_SKIPPED, "enabled",
			       "whether it was ever started cannot be seen in "
			       "/var/lib/systemd/timers: look on the node with `systemctl "
			       "is-active " FSTRIM_TIMER "`"};
}

void tune_fstrim(const struct tuning *tuning)
{
	struct wish wish = {
	    .name = FSTRIM_TIMER,
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .decided.want = "enabled",
	    .rpk_key = "tune_fstrim",
	};
	struct answer answer;

	if (!wish_take(&wish, profile_get(tuning->profile, "storage", "fstrim"),
		       "a drive that is told which blocks are free keeps its speed longer"))
		return;
	answer = judge(tuning);
	wish.decided.have = answer.have;
	wish_decide(&wish, answer.state, answer.note);
	wish_add_by_hand(tuning, wish);
}
