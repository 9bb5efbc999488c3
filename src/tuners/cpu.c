/* SPDX-License-Identifier: Apache-2.0 */
/* Tuners of the CPU: frequency governor, idle states, clock source. */
#include <inttypes.h>

#include "base/text.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define CPUFREQ     "/sys/devices/system/cpu/cpufreq/"
#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

/* Governor ------------------------------------------------------------------------------------ */

/* A new governor drops the tunables of the old one and may move the limits. */
static names governor_resets(struct arena *arena, const struct cpufreq_policy *policy)
{
	static const char *const files[] = {"scaling_min_freq", "scaling_max_freq",
					    "scaling_setspeed", "energy_performance_preference"};
	names resets = {0};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		vec_push(arena, &resets,
			 arena_printf(arena, CPUFREQ "%s/%s", policy->name, files[i]));
	vec_for_each (governor, &policy->governors) {
		vec_push(arena, &resets,
			 arena_printf(arena, CPUFREQ "%s/%s/", policy->name, *governor));
		vec_push(arena, &resets, arena_printf(arena, CPUFREQ "%s/", *governor));
	}
	return resets;
}

/* intel_pstate refuses any preference but its own (EBUSY) while the governor is performance:
 * towards that governor the preference goes first, away from it the governor does. */
static bool is_to_performance(const struct value *governor)
{
	return governor && governor->operands.count &&
	       text_equal(governor->operands.at[0], "performance");
}

/* Not to be read or written now: the kernel gives the policy its governor back when a CPU is. */
static void say_offline(const struct tuning *tuning, const struct cpufreq_policy *policy,
			const struct value *value, const char *file, const char *why)
{
	struct wish wish = {.kind = KIND_MANUAL, .phase = PHASE_VALUES, .rpk_key = "tune_cpu"};

	if (!wish_take(&wish, value, why))
		return;
	wish.name = arena_printf(tuning->plan->arena, "%s %s", policy->name, file);
	wish_decide(&wish, STATE_UNSUPPORTED, "its CPUs are offline");
	wish_add(tuning, wish);
}

#define WHY_GOVERNOR "a core that has to speed up first answers late"
#define WHY_EPP      "the processor's own power choices follow it"

static void plan_policy(const struct tuning *tuning, const struct cpufreq_policy *policy,
			const struct value *governor, const struct value *epp)
{
	struct arena *arena = tuning->plan->arena;
	const char *epp_path =
	    arena_printf(arena, CPUFREQ "%s/energy_performance_preference", policy->name);
	const char *governor_path =
	    arena_printf(arena, CPUFREQ "%s/scaling_governor", policy->name);
	struct wish wish = {.kind = KIND_WORD_OF, .phase = PHASE_VALUES, .rpk_key = "tune_cpu"};

	if (policy->is_offline) {
		if (policy->has_epp)
			say_offline(tuning, policy, epp, "energy_performance_preference", WHY_EPP);
		say_offline(tuning, policy, governor, "scaling_governor", WHY_GOVERNOR);
		return;
	}
	if (policy->has_epp && wish_take(&wish, epp, WHY_EPP)) {
		wish.name = arena_printf(arena, "%s energy_performance_preference", policy->name);
		wish.path = epp_path;
		wish.offered_path = arena_printf(
		    arena, CPUFREQ "%s/energy_performance_available_preferences", policy->name);
		if (!is_to_performance(governor))
			vec_push(arena, &wish.after, governor_path);
		wish_add(tuning, wish);
	}
	wish.after = (names){0};
	if (!wish_take(&wish, governor, WHY_GOVERNOR))
		return;
	wish.name = arena_printf(arena, "%s scaling_governor", policy->name);
	wish.path = governor_path;
	wish.offered_path =
	    arena_printf(arena, CPUFREQ "%s/scaling_available_governors", policy->name);
	if (is_to_performance(governor))
		vec_push(arena, &wish.after, epp_path);
	wish.resets = governor_resets(arena, policy);
	wish_add(tuning, wish);
}

void tune_governor(const struct tuning *tuning)
{
	static const struct cpufreq_policy none = {.name = "policy0"};
	const struct value *governor = profile_get(tuning->profile, "cpu", "governor");
	const struct value *epp =
	    profile_get(tuning->profile, "cpu", "energy-performance-preference");

	vec_for_each (policy, &tuning->facts->policies)
		plan_policy(tuning, policy, governor, epp);
	/* Without frequency scaling (most virtual machines) the answer is "unsupported", not
	 * silence. */
	if (!tuning->facts->policies.count)
		plan_policy(tuning, &none, governor, NULL);
}

/* Idle states --------------------------------------------------------------------------------- */

/* A core can rest in it: known to be neither POLL nor switched off. */
static bool is_rest(const struct idle_state *state)
{
	return state->name && !text_equal(state->name, "POLL") && state->disabled == TRI_NO;
}

/* Whether a core has a shallower state left to rest in: without one it would spin, heat up and
 * starve its siblings. Somebody may have switched off the shallowest ones already. */
static bool may_go(const struct facts *facts, const struct idle_state *state)
{
	/* facts: by CPU, then by index */
	while (state > facts->idle_states.at && state[-1].cpu == state->cpu) {
		state--;
		if (is_rest(state))
			return true;
	}
	return false;
}

void tune_cstates(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	const struct value *value = profile_get(tuning->profile, "cpu", "max-cstate-latency");
	struct wish wish = {.kind = KIND_NUMBER, .phase = PHASE_VALUES, .needs = NEED_SYS_ADMIN};
	uint64_t limit_us;

	if (!wish_take(&wish, value, "waking from a deep idle state delays the next request") ||
	    text_u64(value->operands.at[0], &limit_us) < 0)
		return;
	wish.rule = RULE_EXACT;
	wish.operands = (names){0};
	vec_push(arena, &wish.operands, "1");
	vec_for_each (state, &tuning->facts->idle_states) {
		if (state->latency_us < 0 || (uint64_t)state->latency_us <= limit_us ||
		    !may_go(tuning->facts, state))
			continue;
		wish.name = arena_printf(
		    arena, "cpu%u %s disable", state->cpu,
		    state->name ? state->name : arena_printf(arena, "state%u", state->index));
		wish.path = arena_printf(arena, "%s/disable", state->dir);
		wish_add(tuning, wish);
	}
	if (tuning->facts->idle_states.count)
		return;
	wish.name = "cpu0 idle states";
	wish.path = "/sys/devices/system/cpu/cpu0/cpuidle/state0/disable";
	wish_add(tuning, wish);
}

/* Clock source -------------------------------------------------------------------------------- */

static bool has_word(const names *words, const char *word)
{
	vec_for_each (one, words) {
		if (text_equal(*one, word))
			return true;
	}
	return false;
}

/* Sources that cost a device access on every reading of the clock. */
static bool is_slow(const char *source)
{
	static const char *const slow[] = {"hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit"};

	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		if (text_equal(slow[i], source))
			return true;
	}
	return false;
}

/* Better sources for this node, best first. kvm-clock is right for a KVM guest: its host may move
 * it to a machine with another time stamp counter. The same goes for xen, even beside a steady tsc:
 * since Linux 6.3 the kernel itself rates tsc above it where Xen promises never to emulate it
 * (arch/x86/xen/time.c, xen_tsc_safe_clocksource), so where it still runs on xen there is no such
 * promise; and before 6.3 no file tells whether there is one. */
static names better_sources(struct arena *arena, const struct facts *facts)
{
	bool steady = has_word(&facts->host.cpu_flags, "constant_tsc") &&
		      has_word(&facts->host.cpu_flags, "nonstop_tsc");
	names better = {0};

	if (text_equal(facts->host.virtualization, "hyperv"))
		vec_push(arena, &better, "hyperv_clocksource_tsc_page");
	if (text_equal(facts->host.virtualization, "kvm"))
		vec_push(arena, &better, "kvm-clock");
	if (text_equal(facts->host.virtualization, "xen"))
		vec_push(arena, &better, "xen");
	if (text_equal(facts->host.arch, "aarch64"))
		vec_push(arena, &better, "arch_sys_counter");
	else if (steady)
		vec_push(arena, &better, "tsc");
	return better;
}

/* A slow clock that cannot be replaced must not be reported as right. */
static void say_no_better(const struct facts *facts, struct wish *wish)
{
	wish->kind = KIND_MANUAL;
	wish->path = NULL;
	wish->decided.have = facts->clocksource;
	wish_decide(wish, STATE_UNSUPPORTED,
		    "each reading of this clock asks a device, and the processor has no steady "
		    "time stamp counter to read instead");
}

void tune_clocksource(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	const struct value *value = profile_get(tuning->profile, "cpu", "clocksource");
	struct wish wish = {
	    .name = "clocksource",
	    .kind = KIND_WORD_OF,
	    .path = CLOCKSOURCE "current_clocksource",
	    .offered_path = CLOCKSOURCE "available_clocksource",
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_clocksource",
	};

	if (!wish_take(&wish, value, "Redpanda reads the clock on every request"))
		return;
	if (value->rule == RULE_AUTO) {
		bool slow = facts->clocksource && is_slow(facts->clocksource);

		wish.rule = RULE_FIRST_OF;
		wish.operands = (names){0};
		if (slow)
			wish.operands = better_sources(arena, facts);
		if (slow && !wish.operands.count)
			say_no_better(facts, &wish);
		else if (!slow)
			vec_push(arena, &wish.operands,
				 facts->clocksource ? facts->clocksource : "tsc");
	}
	wish_add(tuning, wish);
}
