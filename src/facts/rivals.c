/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that write the same settings as we do. Whether one is running is seen from files, never
 * by asking a program: a run file of its own, systemd's link for the unit, or its control group. */
#include <errno.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/gap.h"
#include "facts/systemd.h"
#include "facts/unit.h"

/* A service by name, with files that exist while it works; or a script that a service runs at its
 * start. */
struct program {
	const char *what;
	const char *service; /* the unit, or the one that runs the script */
	const char *script;  /* NULL: not a script */
	const char *traces[3];
};

/* Google's agent runs its scripts when it starts (guest-agent,
 * google_guest_agent/instance_setup.go). */
#define GUEST_AGENT "google-guest-agent.service"

static const struct program programs[] = {
    {.what = "auto-cpufreq", .service = "auto-cpufreq.service"},
    {.what = "bpftune", .service = "bpftune.service"},
    {.what = "cpufrequtils", .service = "cpufrequtils.service"},
    {.what = "cpupower", .service = "cpupower.service"},
    {
	.what = "google_optimize_local_ssd",
	.service = GUEST_AGENT,
	.script = "/usr/bin/google_optimize_local_ssd",
    },
    {
	.what = "google_set_multiqueue",
	.service = GUEST_AGENT,
	.script = "/usr/bin/google_set_multiqueue",
    },
    {
	.what = "irqbalance",
	.service = "irqbalance.service",
	.traces = {"/run/irqbalance.pid", "/run/irqbalance"},
    },
    {
	/* The pod of OpenShift's Node Tuning Operator, which runs TuneD: it works in this
	 * directory of the node (cluster-node-tuning-operator, Dockerfile). */
	.what = "node-tuning-operator",
	.service = "ocp-tuned.service",
	.traces = {"/run/ocp-tuned"},
    },
    {.what = "numad", .service = "numad.service", .traces = {"/run/numad.pid"}},
    /* The same once at boot, before the kubelet. */
    {.what = "ocp-tuned-one-shot", .service = "ocp-tuned-one-shot.service"},
    {.what = "power-profiles-daemon", .service = "power-profiles-daemon.service"},
    {.what = "redpanda-tuner", .service = "redpanda-tuner.service"},
    {.what = "sapconf", .service = "sapconf.service", .traces = {"/run/sapconf/active"}},
    {.what = "saptune", .service = "saptune.service", .traces = {"/run/saptune/saved_state"}},
    {.what = "tlp", .service = "tlp.service", .traces = {"/run/tlp/last_pwr"}},
    {
	.what = "tuned",
	.service = "tuned.service",
	.traces = {"/run/tuned/tuned.pid"},
    },
};

/* A file, or a directory with something in it. Read, not only looked at: a record keeps it so. */
static bool is_there(struct root *root, struct arena *arena, const char *path, names *gaps)
{
	const char *text;
	names entries = {0};
	int r = root_list(root, arena, path, &entries);

	if (r == 0)
		return entries.count > 0;
	if (r == -ENOTDIR) {
		r = root_read(root, arena, path, &text);
		if (r == 0 || r == -EACCES || r == -EPERM)
			return true;
	}
	gap_add(arena, gaps, path, r);
	return false;
}

static const char *trace_of(struct root *root, struct arena *arena, const names *groups,
			    const struct program *program, names *gaps)
{
	for (const char *const *trace = program->traces; *trace; trace++) {
		if (is_there(root, arena, *trace, gaps))
			return *trace;
	}
	return systemd_trace(root, arena, groups, program->service, gaps);
}

/* NULL: not installed, or masked. */
static const char *unit_of(struct root *root, struct arena *arena, const struct program *program,
			   const struct systemd_units *units)
{
	return text_in(program->service, &units->installed)
		   ? unit_path(root, arena, program->service)
		   : NULL;
}

static names services(struct arena *arena)
{
	names list = {0};

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		vec_push(arena, &list, programs[i].service);
	return list;
}

/* A masked unit is started by nobody, whatever links to it. */
static void add_programs(struct root *root, struct arena *arena, struct facts *facts)
{
	names *gaps = &facts->rival_gaps;
	names all = services(arena), groups = systemd_groups(root, arena);
	struct systemd_units units = systemd_units(root, arena, &all, gaps);

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct program *program = &programs[i];
		const char *trace = trace_of(root, arena, &groups, program, gaps);
		const char *unit = unit_of(root, arena, program, &units), *installed = unit;

		if (program->script)
			installed =
			    is_there(root, arena, program->script, gaps) ? program->script : NULL;
		if (!installed && (!trace || program->script))
			continue;
		vec_push(arena, &facts->rivals,
			 (struct rival){
			     .what = program->what,
			     .where = installed ? installed : trace,
			     .active = trace != NULL,
			     .enabled = unit && text_in(program->service, &units.enabled),
			 });
	}
}

/* What cannot be read may say something. */
static bool has_rpk_state(struct root *root, struct arena *arena)
{
	const char *text;
	int r = root_read(root, arena, RPK_STATE_FILE, &text);

	return r < 0 ? r != -ENOENT && r != -ENOTDIR : *text != '\0';
}

void facts_rivals(struct root *root, struct arena *arena, struct facts *facts)
{
	add_programs(root, arena, facts);
	facts->has_rpk_state = has_rpk_state(root, arena);
}
