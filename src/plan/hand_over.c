/* SPDX-License-Identifier: Apache-2.0 */
/* What the placement must not contradict: the flags, shards and CPUs Redpanda is started with. */
#include "plan/hand_over.h"

#include "base/text.h"
#include "profile/redpanda.h"

const struct start_flag *hand_over_flag(const struct plan_request *request, const char *name)
{
	return request->redpanda ? start_flag_find(&request->redpanda->flags, name) : NULL;
}

const char *hand_over_says(struct arena *arena, const struct start_flag *flag)
{
	return arena_printf(arena, "redpanda.yaml:%u says %s", flag->line,
			    start_flag_text(arena, flag));
}

/* rpk refuses both at once, whatever they say. */
static const struct start_flag *smp_flag(const struct plan_request *request)
{
	const struct start_flag *flag = hand_over_flag(request, "--smp");

	return flag ? flag : hand_over_flag(request, RPK_SMP);
}

/* 0: redpanda.yaml does not say. */
static unsigned shards_asked_for(struct arena *arena, const struct plan_request *request)
{
	const struct start_flag *smp = smp_flag(request);
	const struct start_flag *cpus = hand_over_flag(request, "--cpuset");
	struct cpuset set = {0};
	uint64_t shards;

	if (smp)
		return text_u64(smp->value, &shards) == 0 && shards <= UINT32_MAX ? (unsigned)shards
										  : 0;
	if (cpus && cpuset_parse_list(arena, cpus->value, &set) == 0)
		return cpuset_weight(&set);
	return 0;
}

const struct start_flag *hand_over_unread_shards(struct arena *arena,
						 const struct plan_request *request)
{
	const struct start_flag *smp = smp_flag(request);
	const struct start_flag *cpus = hand_over_flag(request, "--cpuset");
	struct cpuset set = {0};
	uint64_t shards;

	if (smp)
		return text_u64(smp->value, &shards) < 0 || shards > UINT32_MAX ? smp : NULL;
	if (cpus && (cpuset_parse_list(arena, cpus->value, &set) < 0 || !cpuset_weight(&set)))
		return cpus;
	return NULL;
}

unsigned hand_over_next_shards(struct arena *arena, const struct facts *facts,
			       const struct plan_request *request)
{
	unsigned asked = shards_asked_for(arena, request);

	if (!asked)
		asked = request->broker_cpus;
	return asked ? asked : cpuset_weight(&facts->topology.online);
}

unsigned hand_over_shards(struct arena *arena, const struct facts *facts,
			  const struct plan_request *request, const struct cpuset *allowed)
{
	const struct live *live = &facts->live;
	unsigned asked;

	if (live->broker_shards)
		return live->broker_shards;
	if (live->data_dir.shards)
		return live->data_dir.shards;
	if (request->broker_cpus)
		return request->broker_cpus;
	asked = shards_asked_for(arena, request);
	return asked ? asked : cpuset_weight(allowed);
}

static const char *too_many_shards(struct arena *arena, const struct start_flag *smp, unsigned cpus)
{
	uint64_t shards;

	if (text_u64(smp->value, &shards) < 0)
		return arena_printf(arena, "%s, which is not a number of shards",
				    hand_over_says(arena, smp));
	if (shards <= cpus)
		return NULL;
	return arena_printf(arena, "%s, but only %u CPU%s would be left for Redpanda: lower it",
			    hand_over_says(arena, smp), cpus, cpus == 1 ? "" : "s");
}

static const char *other_cpus(struct arena *arena, const struct start_flag *flag,
			      const struct cpuset *compute_cpus)
{
	struct cpuset set = {0}, outside;

	if (cpuset_parse_list(arena, flag->value, &set) < 0 || !cpuset_weight(&set))
		return arena_printf(arena, "%s, which is not a list of CPUs",
				    hand_over_says(arena, flag));
	outside = cpuset_minus(arena, &set, compute_cpus);
	if (!cpuset_weight(&outside))
		return NULL;
	return arena_printf(arena,
			    "%s, but only CPUs %s would be left for Redpanda: remove it, or list "
			    "other irq.interrupt-cpus in the profile",
			    hand_over_says(arena, flag), cpuset_list(arena, compute_cpus));
}

const char *hand_over_contradiction(struct arena *arena, const struct plan_request *request,
				    const struct cpuset *compute_cpus)
{
	static const char *const smp[] = {"--smp", RPK_SMP};
	const struct start_flag *cpus = hand_over_flag(request, "--cpuset");
	const char *why = cpus ? other_cpus(arena, cpus, compute_cpus) : NULL;

	for (size_t i = 0; !why && i < sizeof(smp) / sizeof(smp[0]); i++) {
		const struct start_flag *flag = hand_over_flag(request, smp[i]);

		if (flag)
			why = too_many_shards(arena, flag, cpuset_weight(compute_cpus));
	}
	return why;
}
