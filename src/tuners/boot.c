/* SPDX-License-Identifier: Apache-2.0 */
/* Advice about the kernel command line. Nothing is written, and no boot loader is touched. */
#include "base/text.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* The value of a boot parameter ("isolcpus"), the parameter itself when it has none, or NULL. */
static const char *boot_parameter(struct arena *arena, const char *cmdline, const char *name)
{
	names words = text_words(arena, cmdline ? cmdline : "");
	size_t length = strlen(name);
	const char *found = NULL;

	vec_for_each (word, &words) {
		if (!text_starts(*word, name))
			continue;
		if ((*word)[length] == '=')
			found = *word + length + 1;
		else if (!(*word)[length])
			found = *word;
	}
	return found;
}

static void advise(const struct tuning *tuning, const char *name, const char *want,
		   const struct value *value, const char *why, const char *instruction)
{
	const char *have = boot_parameter(tuning->plan->arena, tuning->facts->host.cmdline, name);

	wish_add(tuning, (struct wish){
			     .name = name,
			     .kind = KIND_MANUAL,
			     .phase = PHASE_VALUES,
			     .why = why,
			     .source = value->source,
			     .merged = value->merged,
			     .decided = {.state = STATE_MANUAL,
					 .have = have ? have : "not set",
					 .want = want,
					 .note = instruction},
			 });
}

static bool wants(const struct value *value, const char *word)
{
	return value && value->rule == RULE_EXACT && text_equal(value->operands.at[0], word);
}

/* A clock source that the command line forbids cannot be chosen at run time. */
static void advise_clock(const struct tuning *tuning)
{
	const struct value *value = profile_get(tuning->profile, "cpu", "clocksource");
	const char *cmdline = tuning->facts->host.cmdline;
	struct arena *arena = tuning->plan->arena;

	if (!value || value->rule == RULE_LEAVE)
		return;
	if (boot_parameter(arena, cmdline, "notsc"))
		advise(tuning, "notsc", "not set", value,
		       "the kernel may not use the time stamp counter as a clock",
		       "remove notsc from the kernel command line, unless this processor needs it");
	if (text_equal(boot_parameter(arena, cmdline, "tsc"), "unstable"))
		advise(tuning, "tsc", "not set", value,
		       "the time stamp counter is declared unstable",
		       "remove tsc=unstable from the kernel command line, unless this processor "
		       "needs it");
}

void tune_boot(const struct tuning *tuning)
{
	const struct value *placement = profile_get(tuning->profile, "irq", "placement");
	const struct value *latency = profile_get(tuning->profile, "cpu", "max-cstate-latency");
	struct arena *arena = tuning->plan->arena;
	const char *cmdline = tuning->facts->host.cmdline;

	if (wants(placement, "dedicated") && !boot_parameter(arena, cmdline, "nohz_full") &&
	    !cpuset_weight(&tuning->facts->isolated.tickless) &&
	    tuning->facts->host.no_hz_full != TRI_NO)
		advise(tuning, "nohz_full", "CPUS", placement,
		       "the periodic tick interrupts a busy reactor for nothing",
		       "add nohz_full=LIST to the kernel command line, LIST being the CPUs of "
		       "Redpanda, and reboot");
	if (latency && latency->rule != RULE_LEAVE && !tuning->facts->idle_states.count &&
	    boot_parameter(arena, cmdline, "intel_idle.max_cstate") == NULL)
		advise(tuning, "intel_idle.max_cstate", "1", latency,
		       "this kernel shows no idle states that could be switched off at run time",
		       "on Intel processors add intel_idle.max_cstate=1 to the kernel command line "
		       "and reboot; in a virtual machine the host decides");
	advise_clock(tuning);
}
