/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the command line options that match the placement. */
#include "plan/start_options.h"

#include <inttypes.h>

#include "base/text.h"
#include "plan/hand_over.h"
#include "plan/plan.h"

#define MIB UINT64_C(1048576)

static uint64_t node_memory(uint64_t total)
{
	uint64_t least = 1536 * MIB, share = total / 100 * 7;
	uint64_t reserve = least > share ? least : share;

	/* A smaller node cannot be told so simply. */
	return total > 2 * least ? total - reserve : 0;
}

/* The plan writes rpk's state file, or has found it as it should be: neither --skip nor a missing
 * right nor a failed write keeps rpk from reading the CPUs there. */
static bool has_state_file(const struct plan *plan)
{
	vec_for_each (setting, &plan->settings) {
		if (!text_equal(setting->wish->path, PINNING_STATE_FILE) ||
		    !setting->wish->operands.count ||
		    text_equal(setting->wish->operands.at[0], FILE_ABSENT))
			continue;
		return setting->state == STATE_PENDING || setting->state == STATE_SAME ||
		       setting->state == STATE_CHANGED ||
		       (setting->state == STATE_DIFFERS && !setting->lacks_right);
	}
	return false;
}

/* Nobody else hands out the CPUs, so they are named, but never if a state file or a flag
 * names them already. */
static const char *cpuset_option(const struct tuning *tuning, unsigned cpus)
{
	const struct plan_request *request = tuning->request;
	const struct cpuset *compute = &tuning->plan->placement.compute_cpus;

	if (!cpus || tuning->facts->has_rpk_state || hand_over_flag(request, "--cpuset") ||
	    has_state_file(tuning->plan) ||
	    hand_over_contradiction(tuning->plan->arena, request, compute))
		return NULL;
	return cpuset_list(tuning->plan->arena, compute);
}

struct start_options start_options_decide(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	const struct placement *placement = &tuning->plan->placement;
	const struct plan_request *request = tuning->request;
	bool is_own = text_equal(facts->live.container, "none") && !placement->is_kubelets &&
		      !facts->kubelet.problem && !facts->isolated.problem &&
		      !facts->limits.cpus_problem;
	unsigned cpus = placement->is_blind ? 0 : cpuset_weight(&placement->compute_cpus);
	struct start_options options = {.smp = is_own ? cpus : 0};

	if (request->broker_cpus && (!is_own || !cpus || request->broker_cpus < cpus))
		options.smp = request->broker_cpus;
	if (hand_over_flag(request, "--smp") || hand_over_flag(request, RPK_SMP) ||
	    hand_over_flag(request, "--cpuset"))
		options.smp = 0;
	if (is_own)
		options.cpuset = cpuset_option(tuning, cpus);
	if (has_state_file(tuning->plan))
		options.state_file = PINNING_STATE_FILE;
	if (hand_over_flag(request, "--memory") || hand_over_flag(request, "--reserve-memory"))
		return options;
	options.memory_bytes = request->broker_memory_bytes ? request->broker_memory_bytes
			       : is_own ? node_memory(host_ordinary_bytes(&facts->host))
					: 0;
	options.memory_bytes = options.memory_bytes / MIB * MIB;
	return options;
}

const char *start_options_text(struct arena *arena, const struct start_options *options)
{
	struct str text = str_new(arena);

	if (options->smp)
		str_printf(&text, " --smp %u", options->smp);
	if (options->cpuset)
		str_printf(&text, " --cpuset %s", options->cpuset);
	if (options->memory_bytes)
		str_printf(&text, " --memory %" PRIu64 "M", options->memory_bytes / MIB);
	return text.length ? text.text + 1 : NULL;
}
