/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "facts/health.h"
#include "facts/identify.h"
#include "facts/record.h"
#include "facts/record_scrub.h"
#include "run_suite.h"
#include "sys_tree.h"

#define CARD "/sys/devices/pci0000:00/0000:01:00.0"

static const char *record(struct tree *tree, const struct facts *facts, const char *redpanda)
{
	char *text = NULL;

	ck_assert_int_eq(record_text(tree_open(tree), tree->arena, facts, redpanda, NULL, &text),
			 0);
	return text;
}

static const char *record_plain(struct tree *tree)
{
	const struct facts facts = {.live = {.uid = -1}};

	return record(tree, &facts, NULL);
}

/* The rest of the line that begins with path, blank included; NULL: there is none. */
static const char *line_of(struct tree *tree, const char *text, const char *path)
{
	const char *start = arena_printf(tree->arena, "\n%s ", path), *found;

	found = strstr(text, start);
	if (!found)
		return NULL;
	found += strlen(start);
	return arena_strndup(tree->arena, found, strcspn(found, "\n"));
}

static void read_file(struct tree *tree, const char *path)
{
	const char *text;

	(void)!root_read(tree_open(tree), tree->arena, path, &text);
}

static struct tree *recording(struct tree *tree)
{
	root_record_start(tree_open(tree), tree->arena);
	return tree;
}

/* The five forms ------------------------------------------------------------------------------ */

START_TEST(test_file)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/a", "one\ttwo \"three\" \\ \001\nfour\303\244\n\n");
	tree_file(tree, "/sys/with blank", "x");
	tree_file(tree, "/sys/empty", "");
	recording(tree);
	read_file(tree, "/sys/a");
	read_file(tree, "/sys/with blank");
	read_file(tree, "/sys/empty");
	read_file(tree, "/sys/absent");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/a"),
			 "= \"one\\ttwo \\\"three\\\" \\\\ \\x01\\nfour\\xc3\\xa4\"");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/with\\x20blank"), "= \"x\"");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/empty"), "= \"\"");
	ck_assert_ptr_null(line_of(tree, record_plain(tree), "/sys/absent"));
	ck_assert(text_starts(record_plain(tree), "# thintune-node/1\n/.thintune/live = "));
}
END_TEST

START_TEST(test_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	names list;

	tree_file(tree, "/sys/d/rx-10", "");
	tree_file(tree, "/sys/d/rx-2", "");
	tree_file(tree, "/sys/d/with blank", "");
	tree_dir(tree, "/sys/empty");
	tree_dir(tree, "/sys/read");
	recording(tree);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/d", &list), 0);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/empty", &list), 0);
	read_file(tree, "/sys/read");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/d/"),
			 ": rx-2 rx-10 with\\x20blank");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/empty/"), ":");
	ck_assert_ptr_nonnull(strstr(record_plain(tree), "\n/sys/read/\n"));
}
END_TEST

/* A file that is reached by two ways is one line, and the links are kept. */
START_TEST(test_links)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text, *target;

	tree_file(tree, CARD "/net/eth0/mtu", "1500");
	tree_link(tree, CARD "/net/eth0/device", "../../../0000:01:00.0");
	sys_link(tree, "/sys/class/net/eth0", CARD "/net/eth0");
	tree_file(tree, "/usr/lib/os-release", "NAME=x");
	tree_link(tree, "/etc/os-release", "/usr/lib/os-release");
	tree_link(tree, "/sys/loop", "loop");
	recording(tree);
	read_file(tree, "/sys/class/net/eth0/mtu");
	read_file(tree, "/sys/class/net/eth0/device/net/eth0/mtu");
	read_file(tree, CARD "/net/eth0/mtu");
	read_file(tree, "/etc/os-release");
	read_file(tree, "/sys/loop/x");
	ck_assert_int_eq(root_link(tree->root, tree->arena, "/sys/loop", &target), 0);
	text = record_plain(tree);
	ck_assert_str_eq(line_of(tree, text, CARD "/net/eth0/mtu"), "= \"1500\"");
	ck_assert_ptr_null(strstr(strstr(text, "/mtu = ") + 1, "/mtu = "));
	ck_assert_str_eq(line_of(tree, text, "/sys/class/net/eth0"),
			 "-> ../../devices/pci0000:00/0000:01:00.0/net/eth0");
	ck_assert_str_eq(line_of(tree, text, CARD "/net/eth0/device"), "-> ../../../0000:01:00.0");
	ck_assert_ptr_null(line_of(tree, text, "/sys/class/net/eth0/mtu"));
	ck_assert_str_eq(line_of(tree, text, "/etc/os-release"), "-> /usr/lib/os-release");
	ck_assert_str_eq(line_of(tree, text, "/usr/lib/os-release"), "= \"NAME=x\"");
	ck_assert_str_eq(line_of(tree, text, "/sys/loop"), "-> loop");
}
END_TEST

/* A link below a link, and links of /proc, which lead to whoever asks. */
START_TEST(test_links_below)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text, *target;

	tree_dir(tree, CARD);
	tree_link(tree, CARD "/driver", "../../../bus/pci/drivers/ena");
	sys_link(tree, "/sys/bus/pci/devices/0000:01:00.0", CARD);
	tree_file(tree, "/proc/of-mine/mounts", "x");
	tree_link(tree, "/proc/mounts", "of-mine/mounts");
	recording(tree);
	ck_assert_int_eq(
	    root_link(tree->root, tree->arena, "/sys/bus/pci/devices/0000:01:00.0/driver", &target),
	    0);
	read_file(tree, "/proc/mounts");
	text = record_plain(tree);
	ck_assert_str_eq(line_of(tree, text, CARD "/driver"), "-> ../../../bus/pci/drivers/ena");
	ck_assert_ptr_null(line_of(tree, text, "/sys/bus/pci/devices/0000:01:00.0/driver"));
	ck_assert_str_eq(line_of(tree, text, "/proc/mounts"), "= \"x\"");
	ck_assert_ptr_null(strstr(text, "of-mine"));
}
END_TEST

/* The error belongs to the path as it was asked for. */
START_TEST(test_error)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/.thintune/errors", "EINVAL /sys/class/net/eth0/speed");
	tree_file(tree, CARD "/net/eth0/speed", "");
	sys_link(tree, "/sys/class/net/eth0", CARD "/net/eth0");
	recording(tree);
	read_file(tree, "/sys/class/net/eth0/speed");
	ck_assert_str_eq(line_of(tree, record_plain(tree), "/sys/class/net/eth0/speed"),
			 "! EINVAL");
}
END_TEST

START_TEST(test_sorted_and_once)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	names lines;

	tree_file(tree, "/proc/cmdline", "quiet");
	tree_file(tree, "/sys/b", "2");
	tree_file(tree, "/sys/a", "1");
	recording(tree);
	read_file(tree, "/sys/b");
	read_file(tree, "/sys/a");
	read_file(tree, "/sys/b");
	lines = text_split(tree->arena, record_plain(tree), '\n');
	/* After the first line, and before the end. */
	for (size_t i = 1; i + 3 < lines.count; i++)
		ck_assert_int_lt(strcmp(lines.at[i], lines.at[i + 1]), 0);
}
END_TEST

/* What goes in and what does not -------------------------------------------------------------- */

START_TEST(test_left_out)
{
	static const char *const paths[] = {"/proc/1/comm",
					    "/proc/4711/task/1/stat",
					    "/proc/self/status",
					    "/run/thintune/journal",
					    "/proc/sys/kernel/hostname",
					    "/etc/hostname",
					    "/etc/redpanda/redpanda.yaml"};
	_cleanup_tree_ struct tree *tree = tree_new();
	names list;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		tree_file(tree, paths[i], arena_printf(tree->arena, "secret-%zu-of-mine", i));
	recording(tree);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/proc", &list), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		read_file(tree, paths[i]);
	ck_assert_ptr_null(strstr(record_plain(tree), "secret"));
	ck_assert_ptr_null(strstr(record_plain(tree), "host-"));
	ck_assert_ptr_null(strstr(record_plain(tree), "4711"));
}
END_TEST

START_TEST(test_own_lines)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts facts = {
	    .live = {.uid = 0, .data_dir = {.path = "/data", .exists = TRI_NO}}};
	const char *text;

	tree_file(tree, LIVE_FILE, "uid=7");
	tree_file(tree, "/etc/redpanda/redpanda.yaml", "password: x");
	recording(tree);
	read_file(tree, LIVE_FILE);
	read_file(tree, "/etc/redpanda/redpanda.yaml");
	text = record(tree, &facts, "redpanda:\n  data_directory: /data\n");
	ck_assert_str_eq(line_of(tree, text, "/etc/redpanda/redpanda.yaml"),
			 "= \"redpanda:\\n  data_directory: /data\"");
	ck_assert_str_eq(line_of(tree, text, LIVE_FILE),
			 "= \"data-dir.exists=no\\ndata-dir.path=/data\\nuid=0\"");
}
END_TEST

/* Makes it stand for something unknown, as tests/nodes/unpack does. */
static void make_unknown(struct tree *tree, const char *path)
{
	static const struct timespec times[2];
	const char *place = arena_printf(tree->arena, "%s%s", tree->dir, path);

	(void)!truncate(place, 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, place, times, 0), 0);
}

/* Of a node that is a record itself: what that one does not hold is no error and no empty file. */
START_TEST(test_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text;

	tree_file(tree, "/sys/d/read", "");
	tree_file(tree, "/sys/d/listed", "");
	make_unknown(tree, "/sys/d/listed");
	recording(tree);
	read_file(tree, "/sys/d/read");
	read_file(tree, "/sys/d/listed");
	text = record_plain(tree);
	ck_assert_str_eq(line_of(tree, text, "/sys/d/read"), "= \"\"");
	ck_assert_ptr_null(line_of(tree, text, "/sys/d/listed"));
}
END_TEST

/* What hwloc reads by itself is there, though this run read nothing. */
START_TEST(test_topology)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/devices/system/cpu/cpu1/topology/core_id", "1");
	tree_file(tree, "/sys/devices/system/cpu/cpu1/online", "1");
	recording(tree);
	ck_assert_str_eq(
	    line_of(tree, record_plain(tree), "/sys/devices/system/cpu/cpu1/topology/core_id"),
	    "= \"1\"");
	ck_assert_ptr_null(
	    line_of(tree, record_plain(tree), "/sys/devices/system/cpu/cpu1/online"));
}
END_TEST

/* The log of a controller is no file, so the facts say what became of it. */
START_TEST(test_health)
{
	static const struct {
		struct nvme_health health;
		const char *line;
	} rows[] = {
	    {{.disk = "nvme0", .smart_known = true, .smart = {.used_percent = 7}},
	     "= \"critical_warning=0 spare=0 threshold=0 used=7 kelvin=0 media=0\""},
	    {{.disk = "nvme0", .smart_error = -EACCES}, "! EACCES"},
	    {{.disk = "nvme0", .smart_error = -ENOENT}, NULL},
	    {{.disk = "nvme0"}, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {.live = {.uid = -1}};
		const char *line;

		vec_push(tree->arena, &facts.health, rows[i].health);
		line = line_of(tree, record(recording(tree), &facts, NULL), NVME_DIR "nvme0");
		ck_assert_msg(text_equal(line, rows[i].line), "%zu: %s", i,
			      line ? line : "no line");
	}
}
END_TEST

/* Nor is what a namespace says of itself. */
START_TEST(test_identity)
{
	static const struct {
		int error;
		const char *line;
	} rows[] = {{0, "= \"cache=1 atomic=4096 in_use=0 4096:0:0\""},
		    {-EACCES, "! EACCES"},
		    {-ENOENT, NULL}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {.live = {.uid = -1}};
		struct disk disk = {.name = "nvme0n1", .identity = {.error = rows[i].error}};

		if (!rows[i].error)
			ck_assert_int_eq(identify_parse(tree->arena,
							"cache=1 atomic=4096 in_use=0 4096:0:0",
							&disk.identity),
					 0);
		vec_push(tree->arena, &facts.disks, disk);
		ck_assert_pstr_eq(
		    line_of(tree, record(recording(tree), &facts, NULL), NVME_DIR "nvme0n1"),
		    rows[i].line);
	}
}
END_TEST

/* Scrubbing ----------------------------------------------------------------------------------- */

static const char *scrubbed(struct arena *arena, const char *path, const char *text)
{
	struct scrub *scrub = scrub_new(arena);

	scrub_learn(scrub, path, text);
	return scrub_text(scrub, path, text);
}

static const struct {
	const char *path, *before, *after;
} forms[] = {
    {"/sys/x/address", "52:54:00:12:34:56", "02:00:00:00:00:01"},
    {"/sys/x/address", "00:00:00:00:00:00", "00:00:00:00:00:00"},
    {"/sys/x/address", "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"},
    {"/sys/x/address", "00:00:10:29:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1f:2a:01",
     "02:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01"},
    {NULL, "/sys/class/net/enx525400123456", "/sys/class/net/enx020000000001"},
    {"/proc/cmdline", "root=UUID=0B1C2D3E-1111-2222-3333-444455556666 ro",
     "root=UUID=00000000-0000-0000-0000-000000000001 ro"},
    {"/proc/cmdline", "root=PARTUUID=1a2b3c4d-02 ro", "root=PARTUUID=00000000-01 ro"},
    {"/proc/cmdline", "rd.md.uuid=11111111:22222222:33333333:44444444",
     "rd.md.uuid=00000000:00000000:00000000:00000001"},
    {"/proc/cmdline", "systemd.machine_id=0123456789abcdef0123456789abcdef",
     "systemd.machine_id=00000000000000000000000000000001"},
    {"/sys/x/wwid", "eui.0025385b71b0a1c2", "eui.0000000000000001"},
    {"/sys/x/wwid", "naa.5000c500a1b2c3d4", "naa.0000000000000001"},
    {"/proc/sys/kernel/random/boot_id", "0b1c2d3e-1111-2222-3333-444455556666",
     "00000000-0000-0000-0000-000000000001"},
    {"/sys/x/serial", "S3R1A7", "serial-1"},
    {"/sys/x/serial", "S3R1A7              ", "serial-1"},
    {"/sys/x/serial", "", ""},
    {"/sys/class/dmi/id/chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77",
     "7783-7084-3265-9085-8269-3286-77"},
    {"/sys/class/dmi/id/chassis_asset_tag", "RACK-12", "serial-1"},
    /* What only looks a little like it. */
    {"/sys/x/local_cpus", "00000000,ffffffff", "00000000,ffffffff"},
    {"/sys/x/chip_name", "PCI-MSIX-0000:00:03.0", "PCI-MSIX-0000:00:03.0"},
    {"/sys/x/class", "0x010802", "0x010802"},
    {"/sys/x/features", "0010100001110000000000000000000010100001",
     "0010100001110000000000000000000010100001"},
    {"/etc/x", "12:34:56 52:54:00:12:34 1:52:54:00:12:34:56", NULL},
    {"/sys/x/model", "Samsung SSD 870", "Samsung SSD 870"},
    {NULL, "/sys/devices/pci0000:00/0000:00:03.0", "/sys/devices/pci0000:00/0000:00:03.0"},
};

START_TEST(test_forms)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *want = forms[i].after ? forms[i].after : forms[i].before;

		ck_assert_str_eq(scrubbed(arena, forms[i].path, forms[i].before), want);
		/* Again: nothing more happens. */
		ck_assert_str_eq(scrubbed(arena, forms[i].path, want), want);
	}
}
END_TEST

START_TEST(test_same_stays_same)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct scrub *scrub = scrub_new(arena);
	static const struct {
		const char *path, *before, *after;
	} texts[] = {
	    /* A replacement that is there already keeps its number. */
	    {"/sys/a/address", "02:00:00:00:00:01", "02:00:00:00:00:01"},
	    {"/sys/b/address", "52:54:00:12:34:56", "02:00:00:00:00:02"},
	    {"/sys/c/address", "52:54:00:12:34:57", "02:00:00:00:00:03"},
	    {NULL, "enx525400123456", "enx020000000002"},
	    {"/etc/x", "mac 52:54:00:12:34:57,52:54:00:12:34:56.",
	     "mac 02:00:00:00:00:03,02:00:00:00:00:02."},
	    {"/sys/a/serial", "S3R1A7XY", "serial-1"},
	    {"/sys/b/serial", "short", "serial-2"},
	    {"/proc/cmdline", "root=/dev/disk/by-id/nvme-Samsung_S3R1A7XY-part1 short",
	     "root=/dev/disk/by-id/nvme-Samsung_serial-1-part1 short"},
	    {"/sys/a/model", "S3R1A7XY", "S3R1A7XY"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		scrub_learn(scrub, texts[i].path, texts[i].before);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(scrub_text(scrub, texts[i].path, texts[i].before), texts[i].after);
}
END_TEST

START_TEST(test_host_name)
{
	static const struct {
		const char *path, *before, *after;
	} texts[] = {
	    {"/proc/cmdline", "ip=::::vm:eth0 root=/dev/mapper/vm-root x=vm",
	     "ip=::::host-1:eth0 root=/dev/mapper/host-1-root x=host-1"},
	    {"/etc/sysctl.d/99-x.conf", "vm.swappiness = 1\n# for vm",
	     "vm.swappiness = 1\n# for host-1"},
	    {"/etc/redpanda/redpanda.yaml", "address: vm\nadmin: vm:9644\nvm:\n  /vm/x: a-vm",
	     "address: host-1\nadmin: host-1:9644\nvm:\n  /vm/x: a-vm"},
	    {LIVE_FILE, "hypervisor=vm\ndata-dir.mount-source=/dev/vm/data",
	     "hypervisor=vm\ndata-dir.mount-source=/dev/host-1/data"},
	    {"/usr/lib/os-release", "ID=vm", "ID=vm"},
	    {"/sys/x/model", "vm", "vm"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct scrub *scrub = scrub_new(arena);

	scrub_learn_host(scrub, "vm");
	scrub_learn_host(scrub, "(none)");
	scrub_learn_host(scrub, "localhost");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(scrub_text(scrub, texts[i].path, texts[i].before), texts[i].after);
}
END_TEST

/* A record of a node that was made of a record is the same text; tests/nodes/test-unpack does it
 * with the unpacking in between. */
START_TEST(test_scrubbed_in_place)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text;
	names list;

	tree_file(tree, "/proc/sys/kernel/hostname", "db1.example.org");
	tree_file(tree, "/proc/cmdline", "host=db1.example.org short=db1");
	sys_nic(tree, CARD, "enx525400123456");
	sys_nic(tree, CARD, "eth9");
	tree_file(tree, CARD "/net/enx525400123456/address", "52:54:00:12:34:56");
	tree_file(tree, CARD "/net/eth9/address", "52:54:00:12:34:99");
	sys_nic(tree, CARD, "enx020000000007");
	recording(tree);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/class/net", &list), 0);
	read_file(tree, CARD "/net/enx525400123456/address");
	read_file(tree, CARD "/net/eth9/address");
	read_file(tree, "/proc/cmdline");
	text = record_plain(tree);
	ck_assert_ptr_null(strstr(text, "5254"));
	ck_assert_ptr_null(strstr(text, "52:54"));
	ck_assert_ptr_null(strstr(text, "db1"));
	ck_assert_str_eq(line_of(tree, text, "/sys/class/net/"),
			 ": enx020000000001 enx020000000007 eth9");
	ck_assert_str_eq(line_of(tree, text, CARD "/net/enx020000000001/address"),
			 "= \"02:00:00:00:00:01\"");
	ck_assert_str_eq(line_of(tree, text, CARD "/net/eth9/address"), "= \"02:00:00:00:00:02\"");
	ck_assert_str_eq(line_of(tree, text, "/sys/class/net/enx020000000001"),
			 "-> ../../devices/pci0000:00/0000:01:00.0/net/enx020000000001");
	ck_assert_str_eq(line_of(tree, text, "/proc/cmdline"), "= \"host=host-1 short=host-2\"");
}
END_TEST

RUN_SUITE("record", test_file, test_directory, test_links, test_links_below, test_error,
	  test_sorted_and_once, test_left_out, test_own_lines, test_unknown, test_topology,
	  test_health, test_identity, test_forms, test_same_stays_same, test_host_name,
	  test_scrubbed_in_place)
