/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs that the kubelet reserves for the system, which it gives to no container alone
 * (pkg/kubelet/cm/cpumanager/policy_static.go, NewStaticPolicy): its flag --reserved-cpus, else
 * reservedSystemCPUs in its configuration (cmd/kubelet/app/server.go: flags take precedence). A
 * running kubelet says which file that is. Only this value is kept: a record holds neither the
 * command line nor the file.
 */
#include <errno.h>

#include "base/text.h"
#include "base/yaml.h"
#include "live/live_impl.h"

#define KUBELET_DIR    "/var/lib/kubelet"
#define KUBELET_CONFIG KUBELET_DIR "/config.yaml"
#define RESERVED_KEY   "reservedSystemCPUs"

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

/* Arguments of the first process called kubelet; none: it is not seen. */
static names kubelet_arguments(struct root *root, struct arena *arena)
{
	names processes = {0}, arguments = {0};
	const char *name = NULL;

	if (root_list(root, arena, "/proc", &processes) < 0)
		return arguments;
	vec_for_each (process, &processes) {
		if (!is_number(*process) ||
		    root_read(root, arena, arena_printf(arena, "/proc/%s/comm", *process), &name) <
			0 ||
		    !text_equal(name, "kubelet"))
			continue;
		if (root_peek_arguments(root, arena,
					arena_printf(arena, "/proc/%s/cmdline", *process),
					&arguments) == 0)
			return arguments;
	}
	return (names){0};
}

/* NULL: the file does not say. */
static const char *reserved_in(struct root *root, struct arena *arena, const char *path)
{
	const struct node *tree = NULL, *value;
	const char *text;

	if (root_peek_file(root, arena, path, &text) < 0 ||
	    yaml_parse(arena, path, text, strlen(text), &limits, &tree, NULL) < 0 || !tree ||
	    tree->kind != NODE_MAP)
		return NULL;
	value = yaml_get(tree, RESERVED_KEY);
	return value && value->kind == NODE_SCALAR && *value->text ? value->text : NULL;
}

/* Drop-ins count from the first to the last by name (loadDropinConfigFileIntoJSON). */
static void read_config(struct root *root, struct arena *arena, const names *arguments,
			struct live *live)
{
	const char *path = flag_of(arguments, "--config"),
		   *dir = flag_of(arguments, "--config-dir");
	names files = {0}, entries = {0};

	vec_push(arena, &files, path && *path == '/' ? path : KUBELET_CONFIG);
	if (dir && *dir == '/' && root_list(root, arena, dir, &entries) == 0) {
		vec_for_each (entry, &entries) {
			if (text_ends(*entry, ".conf"))
				vec_push(arena, &files, arena_printf(arena, "%s/%s", dir, *entry));
		}
	}
	vec_for_each (file, &files) {
		const char *reserved = reserved_in(root, arena, *file);

		if (!reserved)
			continue;
		live->kubelet_reserved = reserved;
		live->kubelet_reserved_from = arena_printf(arena, RESERVED_KEY " in %s", *file);
	}
}

void live_ask_kubelet(struct root *root, struct arena *arena, struct live *live)
{
	names arguments = {0};
	const char *flag;

	/* Looking at a process costs microseconds: only where there is a kubelet. */
	if (root_is_live(root) && !root_exists(root, KUBELET_DIR))
		return;
	arguments = kubelet_arguments(root, arena);
	flag = flag_of(&arguments, "--reserved-cpus");
	if (flag && *flag) {
		live->kubelet_reserved = flag;
		live->kubelet_reserved_from = "--reserved-cpus of the running kubelet";
		return;
	}
	read_config(root, arena, &arguments, live);
}
