/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs that the kubelet reserves for the system, which it gives to no container alone
 * (pkg/kubelet/cm/cpumanager/policy_static.go, NewStaticPolicy): its flag --reserved-cpus, else
 * reservedSystemCPUs in its configuration (cmd/kubelet/app/server.go: flags take precedence). A
 * running kubelet says which file that is. Only this value is kept: a record holds neither the
 * command line nor the file. What cannot be read is not the same as none: see kubelet_problem.
 */
#include <errno.h>

#include "base/text.h"
#include "base/yaml.h"
#include "live/live_impl.h"

#define RESERVED_KEY "reservedSystemCPUs"

/* The first is the kubelet's own default. */
const char *const live_kubelet_dirs[] = {
    KUBELET_DIR,
    "/var/lib/k0s/kubelet",                      /* k0s */
    "/var/snap/microk8s/common/var/lib/kubelet", /* MicroK8s */
    "/opt/rke/var/lib/kubelet",                  /* RKE on RancherOS and Flatcar */
    "/var/vcap/data/kubelet",                    /* Tanzu Kubernetes Grid Integrated */
    "/var/data/kubelet",                         /* IBM Cloud */
    "/mnt/paas/kubernetes/kubelet",              /* Huawei CCE */
    NULL,
};

static const struct yaml_limits limits = {.bytes = 256U * 1024, .depth = 16, .is_lenient = true};

/* "--NAME=VALUE" or "--NAME VALUE"; the last one counts. */
static const char *flag_of(const names *arguments, const char *name)
{
	size_t length = strlen(name);
	const char *found = NULL;

	for (size_t i = 0; i < arguments->count; i++) {
		const char *argument = arguments->at[i];

		if (!text_starts(argument, name))
			continue;
		if (argument[length] == '=')
			found = argument + length + 1;
		else if (!argument[length] && i + 1 < arguments->count)
			found = arguments->at[i + 1];
	}
	return found;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* It is root by all its users: a setuid program is so by one of them for anybody, and the owner of
 * its directory is no more than that one. */
static bool is_roots(const char *status)
{
	return strstr(status, "\nUid:\t0\t0\t0\t0\n");
}

/* In a namespace below this /proc it has a number there, too. */
static bool is_below(const char *status)
{
	const char *line = strstr(status, "\nNSpid:\t");
	const char *numbers = line ? line + strlen("\nNSpid:\t") : "\n";

	return numbers[strcspn(numbers, "\t\n")] == '\t';
}

/* Another map of users than the one of the node's init. */
static bool has_other_users(struct root *root, struct arena *arena, const char *process)
{
	const char *own = NULL, *inits = NULL;

	return root_peek_file(root, arena, arena_printf(arena, "%s/uid_map", process), &own) == 0 &&
	       root_peek_file(root, arena, "/proc/1/uid_map", &inits) == 0 &&
	       !text_equal(own, inits);
}

/* Anybody may call a process so, and start a setuid program by that name, and a container has a
 * root of its own. Which program it is may be for root alone to read. */
static bool is_the_nodes(struct root *root, struct arena *arena, const char *process)
{
	const char *status = NULL, *program = NULL;

	/* The files of a recorded node are whoever's unpacked them. */
	if (!root_is_live(root))
		return true;
	if (root_peek_file(root, arena, arena_printf(arena, "%s/status", process), &status) < 0 ||
	    !is_roots(status) || is_below(status) || has_other_users(root, arena, process))
		return false;
	/* "kubelet (deleted)" once it was updated. */
	return root_link(root, arena, arena_printf(arena, "%s/exe", process), &program) < 0 ||
	       text_starts(base_name(program), "kubelet");
}

/* The first process that is the node's kubelet, "/proc/PID"; NULL: it is not seen. */
static const char *find_kubelet(struct root *root, struct arena *arena, names *ret_arguments)
{
	names processes = {0};
	const char *name = NULL;

	if (root_list(root, arena, "/proc", &processes) < 0)
		return NULL;
	vec_for_each (number, &processes) {
		const char *process = arena_printf(arena, "/proc/%s", *number);

		if (is_number(*number) &&
		    root_read(root, arena, arena_printf(arena, "%s/comm", process), &name) == 0 &&
		    text_equal(name, "kubelet") && is_the_nodes(root, arena, process) &&
		    root_peek_arguments(root, arena, arena_printf(arena, "%s/cmdline", process),
					ret_arguments) == 0)
			return process;
	}
	return NULL;
}

static void unknown(struct arena *arena, struct live *live, const char *path, const char *why)
{
	live->kubelet_reserved = live->kubelet_reserved_from = NULL;
	live->kubelet_problem = arena_printf(
	    arena, "it is not known which CPUs the kubelet reserves: %s %s", path, why);
}

/* What one file says counts over those before it. must_be: the running kubelet has read it. */
static void read_config(struct root *root, struct arena *arena, const char *path, bool must_be,
			struct live *live)
{
	const struct node *tree = NULL, *value;
	const char *text;
	int r = root_peek_file(root, arena, path, &text);

	if (r == -ENODATA || (!must_be && err_is_absent(r)))
		return;
	if (r < 0) {
		unknown(arena, live, path,
			arena_printf(arena, "cannot be read: %s", root_words(r)));
		return;
	}
	if (yaml_parse(arena, path, text, strlen(text), &limits, &tree, NULL) < 0 ||
	    (tree && tree->kind != NODE_MAP)) {
		unknown(arena, live, path, "is no configuration of a kubelet");
		return;
	}
	value = tree ? yaml_get(tree, RESERVED_KEY) : NULL;
	if (!value)
		return;
	if (value->kind != NODE_SCALAR) {
		unknown(arena, live, path, "has no list of CPUs as " RESERVED_KEY);
		return;
	}
	if (!*value->text)
		return;
	live->kubelet_problem = NULL;
	live->kubelet_reserved = value->text;
	live->kubelet_reserved_from = arena_printf(arena, RESERVED_KEY " in %s", path);
}

/* NULL: it lies below a directory that is for root to know. */
static const char *full_path(struct root *root, struct arena *arena, const char *process,
			     const char *path)
{
	const char *dir = NULL;

	if (*path == '/')
		return path;
	if (root_link(root, arena, arena_printf(arena, "%s/cwd", process), &dir) < 0 || *dir != '/')
		return NULL;
	return arena_printf(arena, "%s/%s", text_equal(dir, "/") ? "" : dir, path);
}

/* Drop-ins count from the first to the last by name (loadDropinConfigFileIntoJSON). */
static void read_drop_ins(struct root *root, struct arena *arena, const char *dir,
			  struct live *live)
{
	names entries = {0};
	int r = root_list(root, arena, dir, &entries);

	if (r < 0) {
		unknown(arena, live, dir, arena_printf(arena, "cannot be read: %s", root_words(r)));
		return;
	}
	vec_for_each (entry, &entries) {
		if (text_ends(*entry, ".conf"))
			read_config(root, arena, arena_printf(arena, "%s/%s", dir, *entry), true,
				    live);
	}
}

/* What is there without being named. One that may not be looked at counts as there, so that its
 * configuration is told to be unreadable. */
static void read_default(struct root *root, struct arena *arena, const char *dir, struct live *live)
{
	for (const char *const *known = live_kubelet_dirs; !dir && *known; known++) {
		uint64_t identity;
		int r = root_identity(root, *known, &identity);

		if (r != -ENOENT && r != -ENOTDIR)
			dir = *known;
	}
	if (dir)
		read_config(root, arena, arena_printf(arena, "%s/config.yaml", dir), false, live);
}

static void read_named(struct root *root, struct arena *arena, const char *process,
		       const names *arguments, struct live *live)
{
	const char *config = flag_of(arguments, "--config"),
		   *dir = flag_of(arguments, "--config-dir");
	bool has_config = config && *config, has_dir = dir && *dir;

	if (has_config)
		config = full_path(root, arena, process, config);
	if (has_dir)
		dir = full_path(root, arena, process, dir);
	if ((has_config && !config) || (has_dir && !dir)) {
		unknown(arena, live, "its directory",
			"cannot be told, which its configuration is named from");
		return;
	}
	if (has_config)
		read_config(root, arena, config, true, live);
	else
		read_default(root, arena, live->kubelet_dir, live);
	if (has_dir)
		read_drop_ins(root, arena, dir, live);
}

/* Looking at a process costs microseconds: only where there is a kubelet. */
static bool has_kubelet(struct root *root, struct arena *arena)
{
	for (const char *const *dir = live_kubelet_dirs; *dir; dir++) {
		if (root_exists(root, *dir))
			return true;
	}
	return live_has_pods(root, arena);
}

/* The kubelet takes its own default where it is given none (cmd/kubelet/app/options/options.go,
 * NewKubeletFlags). NULL: below a directory that is for root to know. */
static const char *dir_of(struct root *root, struct arena *arena, const char *process,
			  const names *arguments)
{
	const char *dir = flag_of(arguments, "--root-dir");

	return dir && *dir ? full_path(root, arena, process, dir) : live_kubelet_dirs[0];
}

void live_ask_kubelet(struct root *root, struct arena *arena, const char *dir, struct live *live)
{
	names arguments = {0};
	const char *process = NULL, *flag;

	if (live->kubelet_reserved || live->kubelet_problem)
		return;
	if (!root_is_live(root) || dir || has_kubelet(root, arena))
		process = find_kubelet(root, arena, &arguments);
	if (process)
		live->kubelet_dir = dir_of(root, arena, process, &arguments);
	if (process && dir)
		live->kubelet_dir = dir;
	flag = process ? flag_of(&arguments, "--reserved-cpus") : NULL;
	if (flag && *flag) {
		live->kubelet_reserved = flag;
		live->kubelet_reserved_from = "--reserved-cpus of the running kubelet";
		return;
	}
	if (process)
		read_named(root, arena, process, &arguments, live);
	else
		read_default(root, arena, dir, live);
}
