/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only user of hwloc. It runs in a child process that hands its findings over a pipe as lines:
 * hwloc asserts on odd trees, obeys a dozen environment variables, and follows links out of a
 * recorded tree; in the child an abort is a sentence, the environment is empty, reading is confined
 * to the tree and nothing but the pipe is open. A tree may come from anybody, so the parent trusts
 * neither that the child ends nor what it says. The lines, between "begin" and "end":
 *   core OS-INDEX PACKAGE CPUS      node OS-INDEX BYTES CPUS       cache LEVEL BYTES
 *   packages N                      device NAME CPUS
 * CPUS is a list, "-" when empty. PCI objects are left out on purpose: for them hwloc reads the
 * configuration space of every device, 2 ms each on some virtual machines, and what they add to the
 * device's own entry (the CPUs near its PCI function) it has anyway.
 */
#include "facts/facts.h"

#include <errno.h>
#include <hwloc.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "facts/topology_nodes.h"
#include "facts/topology_tree.h"
#include "sys/confine.h"
#include "sys/rights.h"

#ifndef HWLOC_SECONDS
#define HWLOC_SECONDS 5
#endif
/* More than the lines of any node. */
#ifndef HWLOC_BYTES
#define HWLOC_BYTES (16U * 1024 * 1024)
#endif

enum { died_of_signal = 3, could_not_load = 4 };

static void give_up(int signal)
{
	(void)signal;
	_exit(died_of_signal);
}

/* ---- in the child ------------------------------------------------------------------------ */

static void add_set(struct str *out, hwloc_const_bitmap_t set)
{
	unsigned bit;
	struct cpuset cpus = {0};

	hwloc_bitmap_foreach_begin(bit, set)
	{
		if (bit < CPUSET_MAX)
			cpuset_add(out->arena, &cpus, bit);
	}
	hwloc_bitmap_foreach_end();
	str_printf(out, " %s\n", cpuset_weight(&cpus) ? cpuset_list(out->arena, &cpus) : "-");
}

static void add_cores(struct str *out, hwloc_topology_t topology, bool is_confined)
{
	hwloc_obj_t core = NULL, node = NULL;

	while ((core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, core))) {
		hwloc_obj_t package =
		    hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, core);

		str_printf(out, "core %d %d", (int)core->os_index,
			   package ? (int)package->os_index : -1);
		add_set(out, core->cpuset);
	}
	while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node))) {
		str_printf(out, "node %d %llu", (int)node->os_index,
			   is_confined ? (unsigned long long)node->attr->numanode.local_memory : 0);
		add_set(out, node->cpuset);
	}
	str_printf(out, "packages %d\n", hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PACKAGE));
}

static const hwloc_obj_type_t cache_types[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE,
					       HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE};
enum { cache_levels = sizeof(cache_types) / sizeof(cache_types[0]) };

static void add_caches_and_devices(struct str *out, hwloc_topology_t topology)
{
	hwloc_obj_t device = NULL;

	for (unsigned level = 1; level <= cache_levels; level++) {
		hwloc_obj_t cache = NULL;

		while (
		    (cache = hwloc_get_next_obj_by_type(topology, cache_types[level - 1], cache)))
			str_printf(out, "cache %u %llu\n", level,
				   (unsigned long long)cache->attr->cache.size);
	}
	while ((device = hwloc_get_next_osdev(topology, device))) {
		hwloc_obj_osdev_type_t type = device->attr->osdev.type;

		if (type != HWLOC_OBJ_OSDEV_BLOCK && type != HWLOC_OBJ_OSDEV_NETWORK)
			continue;
		str_printf(out, "device %s", device->name);
		add_set(out, hwloc_get_non_io_ancestor_obj(topology, device)->cpuset);
	}
}

static int load(bool with_caches, hwloc_topology_t *ret)
{
	hwloc_topology_t topology;

	if (hwloc_topology_init(&topology) < 0)
		return -1;
	/* x86 binds this process to every CPU in turn; a machine without it refuses the name. */
	(void)hwloc_topology_set_components(topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST,
					    "x86");
	if (hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
						   HWLOC_TOPOLOGY_FLAG_NO_DISTANCES |
						   HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS |
						   HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS) < 0 ||
	    hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE) < 0 ||
	    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_PACKAGE,
					   HWLOC_TYPE_FILTER_KEEP_ALL) < 0 ||
	    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL) <
		0 ||
	    /* What a NUMA node of half a package, or of several, hangs on: without it hwloc gives
	     * the node the CPUs of the next larger object. */
	    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_GROUP,
					   HWLOC_TYPE_FILTER_KEEP_STRUCTURE) < 0 ||
	    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_OS_DEVICE,
					   HWLOC_TYPE_FILTER_KEEP_IMPORTANT) < 0)
		return -1;
	for (size_t i = 0; with_caches && i < cache_levels; i++) {
		if (hwloc_topology_set_type_filter(topology, cache_types[i],
						   HWLOC_TYPE_FILTER_KEEP_ALL) < 0)
			return -1;
	}
	*ret = topology;
	return hwloc_topology_load(topology);
}

static _Noreturn void run_hwloc(const char *dir, bool is_live, bool with_caches, int out)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
	struct arena *arena = arena_new();
	struct str lines = str_new(arena);
	hwloc_topology_t topology;
	bool is_confined = true;
	size_t done = 0;

	/* Exiting from the handler leaves no core dump; what assert() printed is in the pipe. */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], give_up);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(HWLOC_SECONDS);
	(void)clearenv();
	if (rights_shrink(rights_reading, NULL) < 0 || confine_descriptors(&out, 1) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || setenv("HWLOC_PLUGINS_PATH", "", 1) < 0 ||
	    setenv("HWLOC_HIDE_ERRORS", "2", 1) < 0 ||
	    (!with_caches && setenv("THINTUNE_NO_CACHES", "1", 1) < 0))
		_exit(could_not_load);
	if (!text_equal(dir, "/")) {
		is_confined = confine_files(-1, dir) == 0 || is_live;
		if (setenv("HWLOC_FSROOT", dir, 1) < 0)
			_exit(could_not_load);
	}
	if (load(with_caches, &topology) < 0)
		_exit(could_not_load);
	str_add(&lines, "begin\n");
	add_cores(&lines, topology, is_confined);
	/* Cores and nodes are verified later, these are not. */
	if (is_confined)
		add_caches_and_devices(&lines, topology);
	str_add(&lines, "end\n");
	/* The parent may be busy, and the pipe smaller than a large node. */
	(void)alarm(0);
	while (done < lines.length) {
		ssize_t written = write(out, lines.text + done, lines.length - done);

		if (written < 0 && errno != EINTR)
			_exit(could_not_load);
		done += written > 0 ? (size_t)written : 0;
	}
	_exit(0);
}

/* ---- in the parent ----------------------------------------------------------------------- */

static int64_t seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* The child ends in time, or by its alarm, unless the tree makes hwloc misbehave. */
static int read_all(struct arena *arena, int fd, struct str *ret)
{
	int64_t until = seconds_now() + HWLOC_SECONDS + 2, left;
	struct pollfd input = {.fd = fd, .events = POLLIN};
	char buffer[8192];

	*ret = str_new(arena);
	while ((left = until - seconds_now()) > 0 && ret->length <= HWLOC_BYTES) {
		ssize_t got = poll(&input, 1, (int)left * 1000);

		if (got > 0)
			got = read(fd, buffer, sizeof(buffer));
		else if (got == 0)
			return -ETIMEDOUT;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno();
		if (got == 0)
			return 0;
		str_add_n(ret, buffer, (size_t)got);
	}
	return left > 0 ? -EFBIG : -ETIMEDOUT;
}

static int explain(const char *dir, struct arena *arena, const char *printed, struct err *err)
{
	names lines = text_split(arena, printed, '\n');

	return err_set(err, -EINVAL, "hwloc cannot read the CPU topology of root '%s'%s%s", dir,
		       *lines.at[0] ? ": " : "", lines.at[0]);
}

static int ask_hwloc(const struct root *root, bool with_caches, struct hwloc_child *ret,
		     struct err *err)
{
	int fds[2], r = 0;

	if (pipe(fds) < 0)
		return err_set(err, err_errno(), "cannot run hwloc: %s", err_words(errno));
	ret->pid = fork();
	if (ret->pid == 0) {
		(void)close(fds[0]);
		run_hwloc(root_dir(root), root_is_live(root), with_caches, fds[1]);
	}
	if (ret->pid < 0)
		r = err_set(err, err_errno(), "cannot run hwloc: %s", err_words(errno));
	(void)close(fds[1]);
	if (r < 0)
		(void)close(fds[0]);
	ret->out = fds[0];
	return r;
}

/* Most nodes are read in a tenth of that, and need not be searched. */
static bool is_slow(int fd)
{
	struct pollfd input = {.fd = fd, .events = POLLIN};

	return poll(&input, 1, 300) == 0;
}

/* What hwloc waits for until its time is over: it opens what it finds, and in a recorded tree that
 * may be anything. NULL: nothing. */
static const char *blocker(struct root *root, struct arena *arena)
{
	const char *found;

	if (root_is_live(root))
		return NULL;
	found = root_find_special(root, arena, "/proc", false);
	return found ? found : root_find_special(root, arena, "/sys", true);
}

static int hear_hwloc(struct root *root, struct arena *arena, const struct hwloc_child *child,
		      struct str *ret, struct err *err)
{
	const char *dir = root_name(root);
	const char *special = is_slow(child->out) ? blocker(root, arena) : NULL;
	int status = 0, r = special ? 0 : read_all(arena, child->out, ret);

	/* For one that closed the pipe and goes on. */
	(void)kill(child->pid, SIGKILL);
	(void)close(child->out);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (special)
		return err_set(err, -EINVAL,
			       "the CPU topology is not known: %s is no regular file, and hwloc "
			       "would wait for it",
			       special);
	if (r == -ETIMEDOUT || (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
		return err_set(err, -EINVAL,
			       "the CPU topology is not known: hwloc did not answer in %d s",
			       HWLOC_SECONDS);
	if (r == -EFBIG)
		return err_set(err, -EINVAL, "hwloc reports more about root '%s' than any node has",
			       dir);
	if (r < 0)
		return err_set(err, r, "cannot run hwloc: %s", err_words(r));
	return text_ends(ret->text, "end\n") ? 0 : explain(dir, arena, ret->text, err);
}

static int to_int(const char *text, int *ret)
{
	uint64_t value;

	*ret = -1;
	if (text_equal(text, "-1"))
		return 0;
	if (text_u64(text, &value) < 0 || value > INT_MAX)
		return -EINVAL;
	*ret = (int)value;
	return 0;
}

static int to_set(struct arena *arena, const char *text, struct cpuset *ret)
{
	*ret = (struct cpuset){0};
	return text_equal(text, "-") ? 0 : cpuset_parse_list(arena, text, ret);
}

static int add_cache(struct arena *arena, struct topology *topology, uint64_t level, uint64_t size)
{
	vec_for_each (cache, &topology->caches) {
		if (cache->level == level && cache->size_bytes == size) {
			cache->count++;
			return 0;
		}
	}
	vec_push(arena, &topology->caches,
		 (struct cache){.level = (unsigned)level, .size_bytes = size, .count = 1});
	return 0;
}

/* A device is listed before its node can be told: keep the CPUs until all nodes are known. */
struct near {
	const char *name;
	struct cpuset cpus;
};
typedef VEC(struct near) nears;

static int take_line(struct arena *arena, struct topology *topology, nears *devices,
		     const names *words)
{
	const char *const *word = words->at;
	struct cpuset cpus;
	int index, package;
	uint64_t number, size;

	if (words->count == 4 && to_set(arena, word[3], &cpus) == 0 &&
	    to_int(word[1], &index) == 0) {
		if (text_equal(word[0], "core") && to_int(word[2], &package) == 0)
			vec_push(
			    arena, &topology->cores,
			    (struct core){
				.pus = cpus, .package = package, .numa = -1, .os_index = index});
		else if (text_equal(word[0], "node") && text_u64(word[2], &size) == 0)
			vec_push(arena, &topology->nodes,
				 (struct numa_node){.os_index = index,
						    .memory_bytes = size,
						    .pus = cpus,
						    .free_bytes = -1});
		else
			return -EINVAL;
		return 0;
	}
	if (words->count == 3 && text_equal(word[0], "device") &&
	    to_set(arena, word[2], &cpus) == 0) {
		vec_push(arena, devices, (struct near){.name = word[1], .cpus = cpus});
		return 0;
	}
	if (words->count == 3 && text_equal(word[0], "cache") && text_u64(word[1], &number) == 0 &&
	    number <= UINT_MAX && text_u64(word[2], &size) == 0)
		return add_cache(arena, topology, number, size);
	if (words->count == 2 && text_equal(word[0], "packages") &&
	    text_u64(word[1], &number) == 0 && number <= UINT_MAX) {
		topology->packages = (unsigned)number;
		return 0;
	}
	return words->count == 1 && text_equal(word[0], "end") ? 0 : -EINVAL;
}

/* The one node with CPUs of this set, or -1. */
static int node_of(struct arena *arena, const struct topology *topology, const struct cpuset *cpus)
{
	int found = -1;

	vec_for_each (node, &topology->nodes) {
		struct cpuset common = cpuset_and(arena, &node->pus, cpus);

		if (cpuset_weight(&common) == 0)
			continue;
		if (found >= 0)
			return -1;
		found = node->os_index;
	}
	return found;
}

static int compare_cores(const void *a, const void *b)
{
	const struct core *left = a, *right = b;

	return cpuset_next(&left->pus, 0) - cpuset_next(&right->pus, 0);
}

static int compare_nodes(const void *a, const void *b)
{
	const struct numa_node *left = a, *right = b;

	return left->os_index - right->os_index;
}

static int compare_caches(const void *a, const void *b)
{
	const struct cache *left = a, *right = b;

	if (left->level != right->level)
		return left->level < right->level ? -1 : 1;
	return left->size_bytes < right->size_bytes ? -1 : left->size_bytes > right->size_bytes;
}

static int compare_nears(const void *a, const void *b)
{
	const struct near *left = a, *right = b;

	return text_natural_compare(left->name, right->name);
}

#define sort_vec(vec, compare)                                                                     \
	do {                                                                                       \
		if ((vec)->count > 1)                                                              \
			qsort((vec)->at, (vec)->count, sizeof(*(vec)->at), (compare));             \
	} while (0)

/* hwloc's order is that of its tree; facts are sorted by number and name. */
static void arrange(struct arena *arena, struct topology *topology, nears *devices)
{
	sort_vec(&topology->cores, compare_cores);
	sort_vec(&topology->nodes, compare_nodes);
	sort_vec(&topology->caches, compare_caches);
	sort_vec(devices, compare_nears);
	vec_for_each (core, &topology->cores) {
		core->numa = node_of(arena, topology, &core->pus);
		topology->smt |= cpuset_weight(&core->pus) > 1;
	}
	vec_for_each (device, devices)
		vec_push(arena, &topology->localities,
			 (struct locality){.name = device->name,
					   .numa = node_of(arena, topology, &device->cpus)});
}

struct model_search {
	struct arena *arena;
	const char *model;
};

static int find_model(void *context, char *line)
{
	struct model_search *search = context;
	const char *colon = strchr(line, ':');

	/* Blank: the end of the first CPU's block. */
	if (!colon)
		return 1;
	if (!text_starts(line, "model name"))
		return 0;
	search->model = text_trim(search->arena, colon + 1);
	return 1;
}

/* What comes before `begin` was printed by libraries on their own. */
static int take_lines(struct arena *arena, const char *dir, const char *text,
		      struct topology *topology, nears *devices, struct err *err)
{
	const char *begin = strstr(text, "begin\n");
	names lines = text_split(arena, begin ? begin + strlen("begin\n") : text, '\n');

	vec_for_each (line, &lines) {
		names words = text_words(arena, *line);

		if (words.count && take_line(arena, topology, devices, &words) < 0)
			return err_set(err, -EINVAL,
				       "hwloc cannot read the CPU topology of root '%s': %s", dir,
				       *line);
	}
	return 0;
}

int facts_topology_start(struct root *root, struct arena *arena,
			 const struct facts_request *request, struct facts *facts,
			 struct hwloc_child *ret, struct err *err)
{
	struct topology *topology = &facts->topology;
	int r = topology_tree_check(root, arena, topology, err);

	*ret = (struct hwloc_child){0};
	if (r < 0 || topology->problem)
		return r;
	ret->answer = request->hwloc ? request->hwloc : arena_alloc(arena, sizeof(*ret->answer));
	/* Other CPUs may be online after a while, and no others do as they did. */
	if (text_equal(ret->answer->online, cpuset_list(arena, &topology->online)))
		return 0;
	*ret->answer = (struct hwloc_answer){0};
	if (ask_hwloc(root, request->with_caches, ret, err) < 0)
		topology->problem = arena_strdup(arena, err->text);
	return 0;
}

/* The kernel shows one NUMA node, which has all CPUs then, or none. */
static bool is_lone(struct root *root, struct arena *arena, const struct topology *topology)
{
	struct cpuset nodes;

	return topology_nodes_list(root, arena, &nodes) < 0 ||
	       (cpuset_weight(&nodes) <= 1 &&
		cpuset_equal(&topology->nodes.at[0].pus, &topology->online));
}

/* Fills all but what every part of a node has. */
static void hear(struct root *root, struct arena *arena, const struct hwloc_child *child,
		 struct topology *topology, nears *devices)
{
	struct hwloc_answer *answer = child->answer;
	struct str found = {0};
	struct err err = {0};

	if (child->pid) {
		answer->online = cpuset_list(arena, &topology->online);
		if (hear_hwloc(root, arena, child, &found, &err) < 0)
			answer->problem = arena_strdup(arena, err.text);
		answer->text = found.text;
	}
	topology->problem = answer->problem;
	if (!topology->problem &&
	    take_lines(arena, root_name(root), answer->text, topology, devices, &err) < 0)
		topology->problem = arena_strdup(arena, err.text);
	if (!topology->problem)
		topology_tree_verify(root, arena, topology);
	/* hwloc then finds nothing, though everything is there. */
	if (topology->problem && root_access_is_filtered())
		topology->problem =
		    "cannot read the CPU topology: a seccomp filter forbids faccessat2 (EPERM), "
		    "where an up-to-date one lets it through or says ENOSYS; update the container "
		    "runtime and its libseccomp (2.5 or later)";
}

void facts_topology(struct root *root, struct arena *arena, const struct hwloc_child *child,
		    struct facts *facts)
{
	struct topology *topology = &facts->topology;
	struct model_search search = {.arena = arena};
	nears devices = {0};

	if (root_lines(root, "/proc/cpuinfo", ROOT_TABLE, find_model, &search) >= 0)
		topology->cpu_model = search.model;
	if (child->answer && !topology->problem)
		hear(root, arena, child, topology, &devices);
	if (topology->problem) {
		*topology = (struct topology){.possible = topology->possible,
					      .online = topology->online,
					      .cpu_model = topology->cpu_model,
					      .problem = topology->problem};
		return;
	}
	/* A lone node has all the memory; its own count grows while the kernel still initialises
	 * pages. Not so one of several that is left when the others cannot be used. */
	if (topology->nodes.count == 1 && is_lone(root, arena, topology) &&
	    facts->host.memory_bytes)
		topology->nodes.at[0].memory_bytes = facts->host.memory_bytes;
	arrange(arena, topology, &devices);
	topology_nodes_memory(root, arena, topology);
}
