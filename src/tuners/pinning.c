/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs of Redpanda, handed over to whoever starts it: a state file that `rpk redpanda start`
 * turns into --cpuset and --smp, unless redpanda.yaml has a --cpuset of its own, and a drop-in that
 * keeps its service on these CPUs. Both live as long as the placement, until the next boot. In
 * Kubernetes the kubelet owns the CPUs.
 */
#include "base/text.h"
#include "plan/hand_over.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

static const char *state_text(const struct tuning *tuning)
{
	const struct placement *placement = &tuning->plan->placement;
	struct arena *arena = tuning->plan->arena;

	return arena_printf(arena,
			    "# Made by thintune; read by rpk redpanda start.\n"
			    "cpusets:\n"
			    "  irq_mode: dedicated\n"
			    "  redpanda_cpuset: \"%s\"\n"
			    "  redpanda_cpuset_size: %u\n"
			    "  interrupts_cpuset: \"%s\"\n"
			    "  interrupts_cpuset_size: %u\n",
			    cpuset_list(arena, &placement->compute_cpus),
			    cpuset_weight(&placement->compute_cpus),
			    cpuset_list(arena, &placement->interrupt_cpus),
			    cpuset_weight(&placement->interrupt_cpus));
}

/* Redpanda binds each shard's memory to its CPU's node itself; what else the process allocates
 * comes from the node of the thread that asks. Lists of several files add up, unless an empty one
 * comes first. */
static const char *drop_in_text(const struct tuning *tuning)
{
	const struct limits *limits = &tuning->facts->limits;
	struct arena *arena = tuning->plan->arena;

	return arena_printf(
	    arena, "# Made by thintune; gone at the next boot.\n[Service]\n%sAllowedCPUs=%s\n%s",
	    cpuset_weight(&limits->cpus) || limits->cpus_problem ? "AllowedCPUs=\n" : "",
	    cpuset_list(arena, &tuning->plan->placement.compute_cpus),
	    tuning->facts->topology.nodes.count > 1 ? "NUMAPolicy=local\n" : "");
}

/* Redpanda has CPUs of its own, and nobody else hands them out. */
static bool hands_over(const struct tuning *tuning)
{
	return tuning->plan->placement.is_split && !tuning->plan->placement.is_kubelets;
}

/* Nothing is handed over; note says why. */
static void refuse(const struct tuning *tuning, struct wish wish, enum state state,
		   const char *note)
{
	wish.kind = KIND_MANUAL;
	wish.path = NULL; /* its content does not matter */
	wish.phase = PHASE_VALUES;
	wish.decided.want = "hand-over";
	wish_decide(&wish, state, note);
	wish_add(tuning, wish);
}

static void plan_file(const struct tuning *tuning, struct wish wish, const char *want,
		      const char * or)
{
	if (!text_equal(want, FILE_ABSENT))
		wish.gist = arena_printf(
		    tuning->plan->arena, "CPUs %s",
		    cpuset_list(tuning->plan->arena, &tuning->plan->placement.compute_cpus));
	wish.kind = KIND_FILE;
	wish.phase = PHASE_VALUES;
	wish.rule = or ? RULE_ONE_OF : RULE_EXACT;
	wish.operands = (names){0};
	vec_push(tuning->plan->arena, &wish.operands, want);
	if (or)
		vec_push(tuning->plan->arena, &wish.operands, or);
	wish_add(tuning, wish);
}

/* Without CPUs of its own there is nothing to hand over: rpk reads an empty file as none. Beside
 * --cpuset rpk does not start Redpanda with such a file, so that an old one goes. */
static void plan_state_file(const struct tuning *tuning, struct wish wish)
{
	const struct start_flag *cpuset = hand_over_flag(tuning->request, "--cpuset");
	struct arena *arena = tuning->plan->arena;

	if (hands_over(tuning) && !cpuset) {
		plan_file(tuning, wish, state_text(tuning), NULL);
		return;
	}
	if (hands_over(tuning)) {
		const char *says = hand_over_says(arena, cpuset);

		refuse(tuning, wish, STATE_SKIPPED,
		       arena_printf(arena,
				    "%s, and rpk does not start Redpanda with both: remove it, "
				    "and rpk reads CPUs %s here",
				    says,
				    cpuset_list(arena, &tuning->plan->placement.compute_cpus)));
		wish.name = "rpk state file, left over";
		wish.why =
		    arena_printf(arena, "%s, and rpk does not start Redpanda with both", says);
	}
	plan_file(tuning, wish, FILE_ABSENT, "");
}

void tune_pinning(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	bool is_split = hands_over(tuning);
	struct wish wish = {.name = "rpk state file", .path = PINNING_STATE_FILE};

	/* If interrupts stay where they are, so does Redpanda; the placement says why.
	 */
	if (!text_equal(facts->live.container, "none") || tuning->plan->placement.problem ||
	    !wish_take(&wish, profile_get(tuning->profile, "cpu", "pinning"),
		       is_split ? "Redpanda must keep off the CPUs that serve interrupts"
		       : tuning->plan->placement.is_kubelets
			   ? "the kubelet owns the CPUs of this node, whatever an earlier "
			     "run handed over"
			   : "Redpanda runs on all CPUs, whatever an earlier run handed over"))
		return;
	if (facts->kubelet.problem) {
		refuse(tuning, wish, STATE_SKIPPED, facts->kubelet.problem);
		return;
	}
	plan_state_file(tuning, wish);
	if (!facts->has_systemd || !facts->limits.unit)
		return;
	wish.name = "redpanda.service drop-in";
	wish.path = PINNING_DROP_IN;
	wish.command = "systemctl daemon-reload";
	wish.disruptive = true;
	if (facts->live.broker_running == TRI_YES)
		wish_decide(&wish, STATE_SKIPPED,
			    "Redpanda runs, and would lose CPUs under its shards: stop it first");
	plan_file(tuning, wish, is_split ? drop_in_text(tuning) : FILE_ABSENT, NULL);
}
