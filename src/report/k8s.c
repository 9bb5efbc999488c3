/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least a pod needs for the plan at hand, as a pod template to merge into the broker's. All of
 * the node is mounted read-only, and writable only what the plan may write:
 *
 *   a sysctl of the node   its file alone, so that kernel.core_pattern and the like stay read-only
 *   a sysctl of a network  /proc/sys/net: a file bound there would be the node's and not the pod's
 *   an interrupt           /proc/irq
 *   a device               /sys/devices: the way to one device differs from node to node
 *   another file of sysfs  its directory
 */
#include "base/escape.h"
#include "base/yaml.h"
#include "plan/needs.h"
#include "report/layout.h"
#include "report/least.h"
#include "version.h"

#define HUGE_PAGES_DIR "/sys/kernel/mm/transparent_hugepage"

struct grant { /* one writable mount */
	const char *path;
	bool is_file;
	const char *volume;
	names settings;
};
typedef VEC(struct grant) grants;

enum { name_limit = 63 };

/* The kubelet owns the CPUs of a pod, so nothing is handed over there, and the node's systemd is
 * not reached from one. The data directory is mounted anyway. */
static bool takes_mount(const struct setting *setting)
{
	static const char *const not_in_pods[] = {"pinning", "fstrim"};

	for (size_t i = 0; i < sizeof(not_in_pods) / sizeof(not_in_pods[0]); i++) {
		if (text_equal(setting->wish->tuner, not_in_pods[i]))
			return false;
	}
	return least_writes(setting) && setting->wish->kind != KIND_SPACE;
}

static struct grant grant_for(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (text_starts(path, "/proc/sys/net/"))
		return (struct grant){.path = "/proc/sys/net"};
	if (text_starts(path, "/proc/sys/"))
		return (struct grant){.path = path, .is_file = true};
	if (text_starts(path, "/proc/irq/"))
		return (struct grant){.path = "/proc/irq"};
	if (text_starts(path, "/sys/devices/") || text_starts(path, "/sys/block/") ||
	    text_starts(path, "/sys/class/"))
		return (struct grant){.path = "/sys/devices"};
	/* What it holds for each size of page is below it. */
	if (text_starts(path, HUGE_PAGES_DIR "/"))
		return (struct grant){.path = HUGE_PAGES_DIR};
	return (struct grant){.path = arena_printf(arena, "%.*s", (int)(slash - path), path)};
}

/* A name as Kubernetes wants it, made of the path where it fits. */
static const char *volume_name(struct arena *arena, const char *path, size_t number)
{
	char *name = arena_printf(arena, "writable%s", path);

	for (char *at = name; *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
		else if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9'))
			*at = '-';
	}
	return strlen(name) <= name_limit && !text_ends(name, "-")
		   ? name
		   : arena_printf(arena, "writable-%zu", number);
}

static grants collect(struct arena *arena, const struct plan *plan)
{
	grants list = {0};

	vec_for_each (setting, &plan->settings) {
		struct grant *found = NULL;
		struct grant wanted;

		if (!takes_mount(setting))
			continue;
		wanted = grant_for(arena, setting->wish->path);
		vec_for_each (grant, &list) {
			if (text_equal(grant->path, wanted.path))
				found = grant;
		}
		if (!found) {
			wanted.volume = volume_name(arena, wanted.path, list.count);
			vec_push(arena, &list, wanted);
			found = &list.at[list.count - 1];
		}
		vec_push(arena, &found->settings, setting->wish->name);
	}
	return list;
}

/* The kubelet takes "$(" in an argument for a variable. */
static const char *quoted(struct arena *arena, const char *text, bool is_argument)
{
	struct str str = str_new(arena);

	for (; *text; text++)
		str_add_n(&str, *text == '$' && is_argument ? "$$" : text,
			  *text == '$' && is_argument ? 2 : 1);
	return yaml_quote(arena, str.text);
}

static void add_head(struct str *str, const struct report *report)
{
	const struct profile *profile = report->profile;
	const char *source = profile->sources.count ? profile->sources.at[0] : "";

	str_printf(str,
		   "# thintune " THINTUNE_VERSION ": the least that `thintune run` needs on this "
		   "node, profile %s.\n"
		   "# %s\n"
		   "# Part of a pod template: goes into the one of the broker.\n"
		   "# hostPath volumes need a namespace with\n"
		   "# pod-security.kubernetes.io/enforce: privileged.\n",
		   escape_text(str->arena, profile->name, ESCAPE_ALL),
		   layout_origin(str->arena, report));
	if (!text_ends(source, "(built in)"))
		str_add(str, "# The profile is a file: mount it below /etc/thintune/profiles, from "
			     "a ConfigMap.\n");
	str_add(str, least_gaps(str->arena, report->plan));
}

struct shown {
	const char *volume, *path, *type;
};

/* What is only read. The kubelet's directory is always among it, even if this audit does not see
 * it; not its file alone, which is replaced by another one of the same name. */
static struct shown kubelets_dir(const struct report *report)
{
	const char *dir = report->facts->kubelet.dir;

	return (struct shown){"node-kubelet-cpus", dir ? dir : KUBELET_DIR, "Directory"};
}

static void add_list(struct str *str, const char *option, const names *list)
{
	if (list->count)
		str_printf(str, "    - %s=%s\n", option, text_join(str->arena, list, ","));
}

static void add_arguments(struct str *str, const struct report *report, bool host_network)
{
	struct arena *arena = str->arena;
	const char *data_dir = report->facts->live.data_dir.path;

	str_add(str, "    args:\n"
		     "    - run\n"
		     "    - --root=/host\n");
	str_printf(str, "    - %s\n",
		   quoted(arena, arena_printf(arena, "--profile=%s", report->profile->name), true));
	if (data_dir)
		str_printf(str, "    - %s\n",
			   quoted(arena, arena_printf(arena, "--data-dir=%s", data_dir), true));
	if (!text_equal(kubelets_dir(report).path, KUBELET_DIR))
		str_printf(
		    str, "    - %s\n",
		    quoted(arena,
			   arena_printf(arena, "--kubelet-dir=%s", kubelets_dir(report).path),
			   true));
	if (!host_network)
		str_add(str, "    - --netns=broker\n");
	add_list(str, "--only", &report->plan->left_out.only);
	add_list(str, "--skip", &report->plan->left_out.skip);
	str_add(str, "    - --owner=broker:$(POD_NAMESPACE)/$(POD_NAME)\n"
		     "    env:\n"
		     "    - name: POD_NAMESPACE\n"
		     "      valueFrom:\n"
		     "        fieldRef:\n"
		     "          fieldPath: metadata.namespace\n"
		     "    - name: POD_NAME\n"
		     "      valueFrom:\n"
		     "        fieldRef:\n"
		     "          fieldPath: metadata.name\n");
}

/* A data directory that is closed to others is open to its group: no capability is needed. */
static unsigned group_of_data(const struct live_data_dir *dir)
{
	bool open_to_all = (dir->mode & 05) == 05, open_to_group = (dir->mode & 050) == 050;

	return dir->exists == TRI_YES && !open_to_all && open_to_group ? dir->gid : 0;
}

static void add_security_context(struct str *str, const struct report *report)
{
	const char *as_owner = least_as_owner(str->arena, report);
	bool adds = false;

	str_printf(str,
		   "    securityContext:\n"
		   "      runAsUser: 0 # only uid 0 may write settings\n"
		   "      runAsGroup: %u\n"
		   "      runAsNonRoot: false\n"
		   "      privileged: false\n"
		   "      allowPrivilegeEscalation: false\n"
		   "      readOnlyRootFilesystem: true\n"
		   "      seccompProfile:\n"
		   "        type: RuntimeDefault\n"
		   "      capabilities:\n"
		   "        drop:\n"
		   "        - ALL\n",
		   group_of_data(&report->facts->live.data_dir));
	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		const struct need_capability *one = &need_capabilities[i];
		names list = least_needing(str->arena, report->plan, one->need);

		/* The owner's are told further down: they are for the probe, too. */
		if (!list.count || one->need == NEED_OWNER)
			continue;
		if (!adds)
			str_add(str, "        add:\n");
		adds = true;
		str_printf(str, "        - %s # %s\n", one->name + strlen("CAP_"),
			   least_reasons(str->arena, &list));
	}
	if (!as_owner || !report->facts->live.data_dir.uid)
		return;
	str_printf(str,
		   "%s        - SETGID # with SETUID: %s\n"
		   "        - SETUID\n",
		   adds ? "" : "        add:\n", as_owner);
}

static const struct shown look_at[] = {
    {"node-sys", "/sys", "Directory"},
    {"node-proc-sys", "/proc/sys", "Directory"},
    {"node-proc-irq", "/proc/irq", "Directory"},
};
enum { shown_count = sizeof(look_at) / sizeof(look_at[0]) };

static void add_shown(struct str *str, const struct shown *part)
{
	const char *path = arena_printf(str->arena, "/host%s", part->path);
	bool is_plain = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789/_.-") == strlen(path);

	str_printf(str,
		   "    - name: %s\n"
		   "      mountPath: %s\n"
		   "      readOnly: true\n"
		   "      recursiveReadOnly: IfPossible\n",
		   part->volume, is_plain ? path : quoted(str->arena, path, false));
}

static void add_mounts(struct str *str, const grants *writable, const struct report *report)
{
	const char *data_dir = report->facts->live.data_dir.path;
	const struct shown kubelets = kubelets_dir(report);
	struct arena *arena = str->arena;

	str_add(str, "    volumeMounts:\n");
	for (const struct shown *part = look_at; part < look_at + shown_count; part++)
		add_shown(str, part);
	add_shown(str, &kubelets);
	vec_for_each (grant, writable)
		str_printf(str,
			   "    - name: %s # %s\n"
			   "      mountPath: %s\n",
			   grant->volume, least_reasons(arena, &grant->settings),
			   quoted(arena, arena_printf(arena, "/host%s", grant->path), false));
	str_add(str, "    - name: node-run-thintune # the journal\n"
		     "      mountPath: /host/run/thintune\n"
		     "    - name: node-var-lib-thintune # the last good profile, the ballast "
		     "file's journal\n"
		     "      mountPath: /host/var/lib/thintune\n");
	if (data_dir)
		str_printf(str,
			   "    - name: datadir # the broker's own volume\n"
			   "      mountPath: %s\n",
			   quoted(arena, data_dir, false));
}

static void add_volume(struct str *str, const char *name, const char *path, const char *type)
{
	str_printf(str, "  - name: %s\n    hostPath:\n      path: %s\n      type: %s\n", name,
		   quoted(str->arena, path, false), type);
}

static void add_volumes(struct str *str, const grants *writable, const struct report *report)
{
	const struct shown kubelets = kubelets_dir(report);

	str_add(str, "  volumes:\n");
	for (const struct shown *part = look_at; part < look_at + shown_count; part++)
		add_volume(str, part->volume, part->path, part->type);
	add_volume(str, kubelets.volume, kubelets.path, kubelets.type);
	vec_for_each (grant, writable)
		add_volume(str, grant->volume, grant->path, grant->is_file ? "File" : "Directory");
	add_volume(str, "node-run-thintune", "/run/thintune", "DirectoryOrCreate");
	add_volume(str, "node-var-lib-thintune", "/var/lib/thintune", "DirectoryOrCreate");
}

char *report_k8s(struct arena *arena, const struct report *report)
{
	names of_the_node = least_needing(arena, report->plan, NEED_INITIAL_NETNS);
	grants writable = collect(arena, report->plan);
	struct str str = str_new(arena);
	const char *resources;

	add_head(&str, report);
	str_add(&str, "spec:\n");
	if (of_the_node.count)
		str_printf(&str,
			   "  # For %s.\n"
			   "  # It moves the whole pod: only in a pod of its own (DaemonSet). With "
			   "--netns broker\n"
			   "  # this audit leaves these out.\n"
			   "  hostNetwork: true\n",
			   least_reasons(arena, &of_the_node));
	str_add(&str, "  initContainers:\n"
		      "  - name: thintune\n"
		      "    image: thintune:" THINTUNE_VERSION "\n"
		      "    imagePullPolicy: IfNotPresent\n");
	add_arguments(&str, report, of_the_node.count > 0);
	add_security_context(&str, report);
	/* A share of a CPU would throttle the probe and make its figures worthless. */
	resources =
	    least_probes(report) ? "{cpu: \"1\", memory: 256Mi}" : "{cpu: 100m, memory: 64Mi}";
	str_printf(&str,
		   "    resources: # requests as limits: the pod keeps its class Guaranteed\n"
		   "      requests: %s\n"
		   "      limits: %s\n",
		   resources, resources);
	add_mounts(&str, &writable, report);
	add_volumes(&str, &writable, report);
	return str.text;
}

/* Labels -------------------------------------------------------------------------------------- */

/* Node Feature Discovery reads one label a line, NAME=VALUE. Every version of its master takes this
 * name space. */
#define LABEL_PREFIX "feature.node.kubernetes.io/thintune-"

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Kubernetes wants at most 63 of these, the first and the last of them alphanumeric. */
static bool is_label_value(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > 63 || !is_alphanumeric(text[0]) ||
	    !is_alphanumeric(text[length - 1]))
		return false;
	for (; *text; text++) {
		if (!is_alphanumeric(*text) && !strchr("-_.", *text))
			return false;
	}
	return true;
}

static void add_label(struct str *str, const char *name, const char *value)
{
	if (value && is_label_value(value))
		str_printf(str, LABEL_PREFIX "%s=%s\n", name, value);
}

/* Labels and no comments: before 0.14 Node Feature Discovery takes every line for one
 * (source/local/local.go, parseFeatures()). */
char *report_nfd(struct arena *arena, const struct report *report, bool may_start)
{
	const struct host *host = &report->facts->host;
	const struct profile *profile = report->profile;
	struct str str = str_new(arena);

	add_label(&str, "ready", may_start ? "true" : "false");
	add_label(&str, "profile", profile ? profile->name : NULL);
	add_label(&str, "profile-sha256",
		  profile && profile->sha256
		      ? arena_printf(arena, "%.*s", LAYOUT_HASH_DIGITS, profile->sha256)
		      : NULL);
	add_label(&str, "version", THINTUNE_VERSION);
	add_label(&str, "hostname", host->hostname);
	add_label(&str, "node-id", host->node_id);
	if (report->run.started_unix)
		add_label(&str, "run-seconds",
			  arena_printf(arena, "%lld", (long long)report->run.started_unix));
	return str.text;
}
