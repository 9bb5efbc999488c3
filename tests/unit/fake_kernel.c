/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_kernel.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "live/live.h"
#include "sys/ethtool.h"
#include "sys/root_log.h"
#include "sys/tracepoint.h"

struct file {
	const char *path;
	const char *value;         /* NULL: reading says EINVAL */
	int refuse, protect, mute; /* mute: what reading and writing it say */
	bool ignore, stays;
	int refuse_once;
};

static struct arena *memory;
static VEC(struct file) files;
static unsigned changes, attribute_writes, death;
static struct {
	unsigned first, last; /* numbers of changes */
	int code;
} failing;
static unsigned until_signal; /* 0: none comes */
static int signal_number;
static unsigned replaces_left; /* until one fails; 0: none does */
static enum fake_storage storage;
static bool is_plain;
static names replaced;         /* devices that came in the place of another, once an entry */
static struct network network; /* that this process is in */
jmp_buf fake_death;

struct root *fake_root(void)
{
	static char stand_in;

	return (struct root *)(void *)&stand_in;
}

bool root_is_live(const struct root *root)
{
	(void)root;
	return !is_plain;
}

void fake_plain(bool plain)
{
	is_plain = plain;
}

static struct file *find(const char *path)
{
	vec_for_each (file, &files) {
		if (text_equal(file->path, path))
			return file;
	}
	return NULL;
}

const char *fake_get(const char *path)
{
	const struct file *file = find(path);

	return file ? file->value : NULL;
}

void fake_set(const char *path, const char *value)
{
	struct file *file = find(path);

	if (!file) {
		vec_push(memory, &files, (struct file){.path = arena_strdup(memory, path)});
		file = &files.at[files.count - 1];
	}
	file->value = value ? arena_strdup(memory, value) : NULL;
}

void fake_drop(const char *path)
{
	struct file *file = find(path);

	if (file)
		*file = files.at[--files.count];
}

static void drop_below(const char *dir)
{
	for (size_t i = files.count; i-- > 0;) {
		if (text_starts(files.at[i].path, dir))
			files.at[i] = files.at[--files.count];
	}
}

void fake_refuse(const char *path, int code)
{
	find(path)->refuse = code;
}

void fake_refuse_once(const char *path, int code)
{
	find(path)->refuse_once = code;
}

void fake_mute(const char *dir, int code)
{
	vec_for_each (file, &files) {
		if (text_starts(file->path, dir))
			file->mute = code;
	}
}

void fake_ignore(const char *path)
{
	find(path)->ignore = true;
}

void fake_keep(const char *path)
{
	find(path)->stays = true;
}

void fake_protect(const char *path, int code)
{
	find(path)->protect = code;
}

void fake_die_at(unsigned n)
{
	death = n;
}

void fake_fail(unsigned first, unsigned count, int code)
{
	failing.first = changes + first;
	failing.last = count ? failing.first + count - 1 : UINT_MAX;
	failing.code = code;
}

void fake_signal_at(unsigned n, int number)
{
	until_signal = n;
	signal_number = number;
}

void fake_pull(const char *dir)
{
	drop_below(dir);
}

void fake_replace(const char *dir)
{
	vec_push(memory, &replaced, arena_strdup(memory, dir));
}

void fake_storage(enum fake_storage state)
{
	storage = state;
}

void fake_fail_replace(unsigned n)
{
	replaces_left = n;
}

unsigned fake_changes(void)
{
	return changes;
}

unsigned fake_attribute_writes(void)
{
	return attribute_writes;
}

void fake_reset(void)
{
	arena_free(memory);
	memory = arena_new();
	files.count = files.room = 0;
	replaced = (names){0};
	network = (struct network){.inode = 1};
	storage = FAKE_ROOM;
	failing.code = 0;
	is_plain = false;
	changes = attribute_writes = death = replaces_left = until_signal = 0;
	fake_services_reset();
	fake_set("/proc/sys/kernel/random/boot_id", "boot-1");
	fake_set("/proc/sys/vm/swappiness", "60");
	fake_set("/proc/sys/fs/aio-max-nr", "65536");
	fake_set("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456");
	fake_set("/proc/sys/net/core/somaxconn", "128");
	fake_set(FAKE_QUEUE "scheduler", "none [mq-deadline] bfq");
	fake_set(FAKE_QUEUE "nr_requests", "99");
	fake_set(FAKE_QUEUE "nomerges", "0");
	fake_set(FAKE_QUEUE "wbt_lat_usec", "2000");
	fake_set(FAKE_QUEUE "io_timeout", "30000");
	fake_set(FAKE_QUEUE "iosched/fifo_batch", "7");
	fake_set(FAKE_QUEUE "iosched/read_expire", "450");
	fake_set(FAKE_POLICY "scaling_governor", "schedutil");
	fake_set(FAKE_POLICY "scaling_available_governors", "performance schedutil powersave");
	fake_set(FAKE_POLICY "energy_performance_preference", "balance_power");
	fake_set(FAKE_POLICY "energy_performance_available_preferences",
		 "default performance balance_power");
	fake_set(FAKE_POLICY "scaling_min_freq", "1200000");
	fake_set(FAKE_POLICY "schedutil/rate_limit_us", "777");
	fake_set(FAKE_CHANNELS "combined", "4");
	for (unsigned queue = 0; queue < 4; queue++) {
		fake_set(arena_printf(memory, FAKE_NIC "rx-%u/rps_cpus", queue), "f");
		fake_set(arena_printf(memory, FAKE_NIC "tx-%u/xps_cpus", queue),
			 arena_printf(memory, "%x", 1U << queue));
	}
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

char *fake_state(struct arena *arena)
{
	struct str text = str_new(arena);

	qsort(files.at, files.count, sizeof(*files.at), compare_files);
	vec_for_each (file, &files) {
		if (!text_starts(file->path, "/run/"))
			str_printf(&text, "%s = %s\n", file->path,
				   file->value ? file->value : "(EINVAL)");
	}
	return text.text;
}

/* The error of a change that fails, else 0. */
static int count_change(void)
{
	changes++;
	if (until_signal && --until_signal == 0)
		(void)raise(signal_number);
	if (death && --death == 0)
		longjmp(fake_death, 1);
	return changes >= failing.first && changes <= failing.last ? failing.code : 0;
}

/* What the kernel does ------------------------------------------------------------------------- */

static int set_scheduler(const char *value)
{
	bool known = text_equal(value, "none") || text_equal(value, "mq-deadline") ||
		     text_equal(value, "bfq");

	if (!known)
		return -EINVAL;
	if (strstr(fake_get(FAKE_QUEUE "scheduler"), arena_printf(memory, "[%s]", value)))
		return 0;
	drop_below(FAKE_QUEUE "iosched/");
	fake_set(FAKE_QUEUE "nr_requests", text_equal(value, "none") ? "1023" : "256");
	fake_set(FAKE_QUEUE "wbt_lat_usec", text_equal(value, "bfq") ? NULL : "75000");
	fake_set(FAKE_QUEUE "scheduler", text_equal(value, "none")  ? "[none] mq-deadline bfq"
					 : text_equal(value, "bfq") ? "none mq-deadline [bfq]"
								    : "none [mq-deadline] bfq");
	if (text_equal(value, "mq-deadline")) {
		fake_set(FAKE_QUEUE "iosched/fifo_batch", "16");
		fake_set(FAKE_QUEUE "iosched/read_expire", "500");
	} else if (text_equal(value, "bfq")) {
		fake_set(FAKE_QUEUE "iosched/slice_idle", "8");
	}
	return 0;
}

static int set_governor(const char *value)
{
	drop_below(FAKE_POLICY "schedutil/");
	fake_set(FAKE_POLICY "scaling_governor", value);
	if (text_equal(value, "schedutil"))
		fake_set(FAKE_POLICY "schedutil/rate_limit_us", "1000");
	if (text_equal(value, "performance"))
		fake_set(FAKE_POLICY "energy_performance_preference", "performance");
	return 0;
}

/* Queues come and go, and those that stay forget who uses them. */
static int set_channels(const char *value)
{
	uint64_t count;

	if (text_u64(value, &count) < 0 || !count || count > 8)
		return -EINVAL;
	drop_below(FAKE_NIC);
	for (unsigned queue = 0; queue < count; queue++) {
		fake_set(arena_printf(memory, FAKE_NIC "rx-%u/rps_cpus", queue), "0");
		fake_set(arena_printf(memory, FAKE_NIC "tx-%u/xps_cpus", queue), "0");
	}
	fake_set(FAKE_CHANNELS "combined", value);
	return 0;
}

/* The kernel keeps one of two, and refuses most zeroes. */
static int set_memory(const char *path, const char *value)
{
	static const char *const pairs[][2] = {
	    {"dirty_bytes", "dirty_ratio"},
	    {"dirty_background_bytes", "dirty_background_ratio"},
	    {"overcommit_kbytes", "overcommit_ratio"},
	};
	const char *base = path + strlen(FAKE_VM);

	for (unsigned i = 0; i < 6; i++) {
		const char *other = pairs[i / 2][(i + 1) % 2];
		bool is_changed = !text_equal(fake_get(path), value);

		if (!text_equal(base, pairs[i / 2][i % 2]))
			continue;
		if (text_ends(base, "_bytes") && text_equal(value, "0"))
			return -EINVAL;
		fake_set(path, value);
		if (is_changed || i > 1)
			fake_set(arena_printf(memory, FAKE_VM "%s", other), "0");
		return 0;
	}
	return 1;
}

static void set_below(const char *dir, const char *base, const char *value)
{
	vec_for_each (file, &files) {
		if (text_starts(file->path, dir) && text_ends(file->path, base))
			file->value = arena_strdup(memory, value);
	}
}

/* Forwarding is that of all interfaces, and decides on redirects. */
static int set_forwarding(const char *value)
{
	if (text_equal(fake_get(FAKE_IPV4 "ip_forward"), value))
		return 0;
	fake_set(FAKE_IPV4 "ip_forward", value);
	set_below(FAKE_IPV4 "conf/", "/forwarding", value);
	fake_set(FAKE_IPV4 "conf/all/accept_redirects", text_equal(value, "0") ? "1" : "0");
	return 0;
}

static int take(struct file *file, const char *value)
{
	uint64_t number = 0;

	if (text_starts(file->path, FAKE_VM)) {
		int r = set_memory(file->path, value);

		if (r <= 0)
			return r;
	}
	if (text_ends(file->path, "ip_forward") || text_ends(file->path, "all/forwarding"))
		return set_forwarding(value);
	if (text_ends(file->path, "channels/combined"))
		return set_channels(value);
	if (text_ends(file->path, "queue/scheduler"))
		return set_scheduler(value);
	if (text_ends(file->path, "scaling_governor"))
		return set_governor(value);
	if (text_ends(file->path, "energy_performance_preference") &&
	    text_equal(fake_get(FAKE_POLICY "scaling_governor"), "performance"))
		return -EBUSY;
	if (text_ends(file->path, "swappiness") && (text_u64(value, &number) < 0 || number > 200))
		return -EINVAL;
	if (text_ends(file->path, "somaxconn") && text_u64(value, &number) == 0 && number > 65535)
		value = "65535";
	if (text_ends(file->path, "io_timeout") && text_u64(value, &number) == 0)
		value = arena_printf(memory, "%llu", (unsigned long long)(number / 8 * 8));
	/* The kernel prints lists with tabs, whatever was between them when written. */
	if (text_ends(file->path, "tcp_rmem")) {
		names words = text_words(memory, value);

		value = text_join(memory, &words, "\t");
	}
	fake_set(file->path, value);
	return 0;
}

/* The functions of sys/root.h that run/ uses ----------------------------------------------------
 */

/* As in Linux 6.1 a read overwrites what was set with what is in force. */
static void read_watchdog(struct file *file)
{
	bool soft = text_equal(fake_get(FAKE_SOFT), "1"), nmi = text_equal(fake_get(FAKE_NMI), "1");
	bool is_on = text_equal(file->path, FAKE_SOFT)  ? soft
		     : text_equal(file->path, FAKE_NMI) ? nmi
							: soft || nmi;

	if (!is_on || !text_equal(fake_get(FAKE_WATCHDOG), "1"))
		file->value = arena_strdup(memory, "0");
}

int root_read(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	struct file *file = find(path);

	(void)root;
	if (!file)
		return -ENOENT;
	if (file->mute)
		return file->mute;
	if (!file->value)
		return -EINVAL;
	if (text_ends(path, "watchdog"))
		read_watchdog(file);
	*ret = arena_strdup(arena, file->value);
	return 0;
}

int root_lines(struct root *root, const char *path, enum root_size size, root_line_fn line,
	       void *context)
{
	const char *text;
	int r = root_read(root, memory, path, &text);
	names lines;

	(void)size;
	if (r < 0)
		return r;
	lines = text_split(memory, text, '\n');
	for (size_t i = 0; i < lines.count && r == 0; i++) {
		/* A final newline ends the last line, it does not begin another. */
		if (i + 1 == lines.count && !*lines.at[i])
			break;
		r = line(context, arena_strdup(memory, lines.at[i]));
	}
	return r;
}

/* Files of people: the same list, to the last byte. */
int root_read_file(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	return root_read(root, arena, path, ret);
}

int root_put_file(struct root *root, const char *path, const char *text)
{
	struct file *file = find(path);

	(void)root;
	count_change();
	if (file && file->refuse)
		return file->refuse;
	fake_set(path, text);
	return 0;
}

int root_take_file(struct root *root, const char *path)
{
	return root_remove(root, path);
}

int root_may_put_file(struct root *root, const char *path)
{
	const struct file *file = find(path);

	(void)root;
	return file ? file->protect : 0;
}

bool root_is_container_layer(struct root *root, const char *dir)
{
	(void)root;
	return find("/var/lib/in-container") && text_starts(dir, "/var/lib");
}

static void add_once(struct arena *arena, names *list, const char *name)
{
	vec_for_each (known, list) {
		if (text_equal(*known, name))
			return;
	}
	vec_push(arena, list, name);
}

int root_list(struct root *root, struct arena *arena, const char *dir, names *ret)
{
	names list = {0};

	(void)root;
	vec_for_each (file, &files) {
		const char *name = file->path + strlen(dir);

		if (!text_starts(file->path, dir))
			continue;
		name += *name == '/';
		if (*name)
			add_once(arena, &list, arena_strndup(arena, name, strcspn(name, "/")));
	}
	text_natural_sort(&list);
	*ret = list;
	return list.count ? 0 : -ENOENT;
}

static bool is_dir(const char *path)
{
	vec_for_each (file, &files) {
		if (text_starts(file->path, path) && file->path[strlen(path)] == '/')
			return true;
	}
	return false;
}

bool root_exists(struct root *root, const char *path)
{
	(void)root;
	return find(path) || is_dir(path);
}

bool root_may_exist(struct root *root, const char *path)
{
	return root_exists(root, path);
}

bool root_is_same(struct root *root, const char *one, const char *other)
{
	(void)root;
	return text_equal(one, other);
}

bool root_is_unrecorded(struct root *root, const char *path)
{
	(void)root;
	(void)path;
	return false;
}

bool root_is_absent(struct root *root, struct arena *arena_of_caller, const char *path)
{
	(void)root;
	(void)arena_of_caller;
	(void)path;
	return true;
}

/* It has no links but those of units. */
int root_link(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	if (strstr(path, ".wants/"))
		return root_read(root, arena, path, ret);
	return root_exists(root, path) ? -EINVAL : -ENOENT;
}

/* It has no tracefs. */
int root_open_tracepoint(const struct root *root, const char *name, unsigned cpu)
{
	(void)root;
	(void)name;
	(void)cpu;
	return -ENOENT;
}

int root_put_link(struct root *root, const char *path, const char *target)
{
	return root_put_file(root, path, target);
}

int root_may_put_link(struct root *root, const char *path)
{
	return root_may_put_file(root, path);
}

int root_follow(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	return root_link(root, arena, path, ret);
}

int root_identity(struct root *root, const char *path, uint64_t *ret)
{
	if (!root_exists(root, path))
		return -ENOENT;
	*ret = 1;
	vec_for_each (dir, &replaced)
		*ret += text_starts(arena_printf(memory, "%s/", path), *dir);
	return 0;
}

struct network live_network(struct root *root)
{
	(void)root;
	return network;
}

/* Each name has a number of its own, unless a test or sysfs gives it one. */
int ethtool_interface(struct arena *arena, const char *name, unsigned *ret_index,
		      const char **ret_address)
{
	const char *given = fake_get(arena_printf(arena, FAKE_INTERFACES "%s", name));
	uint64_t number = 0;

	if (!given)
		given = fake_get(arena_printf(arena, "/sys/class/net/%s/ifindex", name));
	*ret_address = NULL;
	for (const char *at = name; *at; at++)
		number = number * 31 % 65521 + (unsigned char)*at;
	if (given && text_u64(given, &number) < 0)
		return *given ? -EMFILE : -ENODEV;
	if (!root_exists(fake_root(), arena_printf(arena, FAKE_IPV4 "conf/%s", name)))
		return -ENODEV;
	*ret_index = (unsigned)number;
	return 0;
}

void fake_enter_network(uint64_t inode, uint64_t cookie)
{
	network = (struct network){.inode = inode, .cookie = cookie};
}

int root_may_write(struct root *root, const char *path)
{
	const struct file *file = find(path);

	(void)root;
	return file ? file->protect : -ENOENT;
}

int root_write(struct root *root, const char *path, const char *text)
{
	struct file *file = find(path);
	int r;

	(void)root;
	if (!file)
		return -ENOENT;
	r = count_change();
	attribute_writes++;
	if (r < 0)
		return r;
	if (file->mute)
		return file->mute;
	if (file->refuse_once) {
		int code = file->refuse_once;

		file->refuse_once = 0;
		return code;
	}
	if (file->refuse == FAKE_MUTE) {
		file->value = NULL;
		return 0;
	}
	if (file->refuse)
		return file->refuse;
	return file->ignore ? 0 : take(file, text);
}

static bool is_read_only(const char *path)
{
	return storage == FAKE_READ_ONLY && text_starts(path, "/run/");
}

/* Atomic as the real one: killed before it, or done. */
int root_replace(struct root *root, const char *path, const char *text)
{
	int r = count_change();

	(void)root;
	if (r < 0)
		return r;
	if (replaces_left && --replaces_left == 0)
		return -ENOSPC;
	if (storage == FAKE_FULL)
		return -ENOSPC;
	if (is_read_only(path))
		return -EROFS;
	if (!find(path) || !find(path)->ignore)
		fake_set(path, text);
	return 0;
}

/* As one write, whose end a kill leaves whole. */
int root_log_append(struct root *root, const char *path, const char *text)
{
	const char *there = fake_get(path);
	int r = count_change();

	(void)root;
	if (r < 0)
		return r;
	if (storage == FAKE_FULL)
		return -ENOSPC;
	fake_set(path, arena_printf(memory, "%s%s", there ? there : "", text));
	return 0;
}

int root_log_read(struct root *root, struct arena *arena, const char *path, const char **ret,
		  size_t *ret_length)
{
	const struct file *file = find(path);

	(void)root;
	if (!file || file->protect)
		return file ? file->protect : -ENOENT;
	*ret = arena_strdup(arena, file->value);
	*ret_length = strlen(*ret);
	return 0;
}

int root_log_rename(struct root *root, const char *path, const char *name)
{
	const char *dir = arena_strndup(memory, path, (size_t)(strrchr(path, '/') + 1 - path));
	const char *text = fake_get(path);
	int r = count_change();

	(void)root;
	if (r < 0)
		return r;
	fake_set(arena_printf(memory, "%s%s", dir, name), text);
	fake_drop(path);
	return 0;
}

int root_overwrite(struct root *root, const char *path, size_t offset, const char *text)
{
	const struct file *file = find(path);
	char *value;
	int r;

	(void)root;
	if (!file || offset + strlen(text) > strlen(file->value))
		return file ? -EINVAL : -ENOENT;
	r = count_change();
	if (r < 0)
		return r;
	if (is_read_only(path))
		return -EROFS;
	value = arena_strdup(memory, file->value);
	memcpy(value + offset, text, strlen(text));
	fake_set(path, value);
	return 0;
}

int root_remove(struct root *root, const char *path)
{
	int r = count_change();

	(void)root;
	if (r < 0)
		return r;
	if (!find(path))
		return -ENOENT;
	if (is_read_only(path) || find(path)->stays)
		return -EROFS;
	fake_drop(path);
	return 0;
}

/* A file of this name stands for what the directory answers. */
int root_is_our_dir(struct root *root, const char *dir)
{
	(void)root;
	return find(dir) ? find(dir)->protect : 0;
}

int root_is_ours(struct root *root, const char *path)
{
	(void)root;
	return find(path) ? find(path)->protect : -ENOENT;
}

int root_mkdir(struct root *root, const char *dir)
{
	(void)root;
	return find("/run/read-only") && text_starts(dir, "/run") ? -EROFS : 0;
}
