/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which machine and which cloud. Nothing here asks a network: firmware tables (DMI), the signature
 * of the hypervisor that live.c took from CPUID, and what the kernel says about its platform.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/sysfs.h"

#define DMI_LINK "/sys/class/dmi/id"

struct dmi {
	const char *sys_vendor, *product_name, *product_version;
	const char *bios_vendor, *bios_version, *board_vendor;
	const char *chassis_asset_tag;
};

/* Azure's mark on every machine it makes; Hyper-V elsewhere has the same vendor and product. */
#define AZURE_ASSET_TAG "7783-7084-3265-9085-8269-3286-77"

static struct dmi read_dmi(struct root *root, struct arena *arena)
{
	const char *dir = DMI_LINK;

	/* Through the link's target, so that a record holds link and files apart. A hand-made tree
	 * may have a directory in its place. */
	if (root_follow(root, arena, DMI_LINK, &dir) < 0)
		dir = DMI_LINK;
	return (struct dmi){
	    .sys_vendor = sysfs_text(root, arena, dir, "sys_vendor"),
	    .product_name = sysfs_text(root, arena, dir, "product_name"),
	    .product_version = sysfs_text(root, arena, dir, "product_version"),
	    .bios_vendor = sysfs_text(root, arena, dir, "bios_vendor"),
	    .bios_version = sysfs_text(root, arena, dir, "bios_version"),
	    .board_vendor = sysfs_text(root, arena, dir, "board_vendor"),
	    .chassis_asset_tag = sysfs_text(root, arena, dir, "chassis_asset_tag"),
	};
}

static bool has_prefix(const char *text, const char *prefix)
{
	return text && text_starts(text, prefix);
}

/* NULL where there are no firmware tables: a virtual machine without them may run anywhere. */
static const char *cloud_of(const struct dmi *dmi)
{
	if (text_equal(dmi->chassis_asset_tag, AZURE_ASSET_TAG))
		return "azure";
	/* Xen instances say "Xen" as vendor and Amazon in the version, as in "4.11.amazon". */
	if (has_prefix(dmi->sys_vendor, "Amazon") || has_prefix(dmi->board_vendor, "Amazon") ||
	    has_prefix(dmi->bios_vendor, "Amazon") ||
	    (dmi->bios_version && strstr(dmi->bios_version, "amazon")))
		return "aws";
	/* Google sells laptops, too. */
	if (text_equal(dmi->product_name, "Google Compute Engine"))
		return "gcp";
	return dmi->sys_vendor || dmi->product_name || dmi->bios_vendor ? "none" : NULL;
}

struct sign {
	const char *text, *name;
};

static const char *name_of_sign(const struct sign *signs, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++) {
		if (text_starts(text, signs[i].text))
			return signs[i].name;
	}
	return NULL;
}

static const char *by_signature(const char *signature)
{
	static const struct sign signs[] = {
	    {.text = "KVMKVMKVM", .name = "kvm"},       {.text = "Linux KVM Hv", .name = "kvm"},
	    {.text = "Microsoft Hv", .name = "hyperv"}, {.text = "XenVMMXenVMM", .name = "xen"},
	    {.text = "VMwareVMware", .name = "vmware"}, {.text = "TCGTCGTCGTCG", .name = "qemu"},
	};

	return name_of_sign(signs, sizeof(signs) / sizeof(signs[0]), signature);
}

/* Firmware that no real machine has, in any of these fields (systemd src/basic/virt.c,
 * detect_vm_dmi_vendor()). Not what clouds and Oracle write into real machines, too. */
static const char *by_vendor(const struct dmi *dmi)
{
	static const struct sign vendors[] = {
	    {.text = "KVM", .name = "kvm"},
	    {.text = "OpenStack", .name = "kvm"},
	    {.text = "KubeVirt", .name = "kvm"},
	    {.text = "QEMU", .name = "qemu"},
	    {.text = "VMware", .name = "vmware"},
	    {.text = "VMW", .name = "vmware"},
	    {.text = "innotek GmbH", .name = "virtualbox"},
	    {.text = "VirtualBox", .name = "virtualbox"},
	    {.text = "Xen", .name = "xen"},
	    {.text = "Bochs", .name = "bochs"},
	    {.text = "Parallels", .name = "parallels"},
	    {.text = "BHYVE", .name = "bhyve"},
	    {.text = "Hyper-V", .name = "hyperv"},
	    {.text = "Apple Virtualization", .name = "apple"},
	};
	const char *fields[] = {dmi->product_name, dmi->sys_vendor, dmi->board_vendor,
				dmi->bios_vendor, dmi->product_version};
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && !name; i++)
		name = name_of_sign(vendors, sizeof(vendors) / sizeof(vendors[0]), fields[i]);
	return name;
}

/* Who builds servers with ARM processors, and sells no guests under the same name. */
static bool is_maker(const char *vendor)
{
	static const char *const makers[] = {
	    "ADLINK",
	    "Ampere",
	    "ASRock",
	    "Cavium",
	    "Cray",
	    "Dell Inc.",
	    "Foxconn",
	    "FUJITSU",
	    "GIGA",
	    "Giga",
	    "HPE",
	    "Hewlett",
	    "Huawei Technologies",
	    "Lenovo",
	    "LENOVO",
	    "Marvell",
	    "NVIDIA",
	    "Quanta",
	    "Supermicro",
	    "WIWYNN",
	    "Wiwynn",
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (has_prefix(vendor, makers[i]))
			return true;
	}
	return false;
}

/* Where CPUID does not tell (ARM, or a record without a signature). */
static const char *by_platform(struct root *root, struct arena *arena, const struct dmi *dmi)
{
	static const struct sign compatible[] = {
	    {.text = "linux,kvm", .name = "kvm"},
	    {.text = "xen", .name = "xen"},
	    {.text = "vmware", .name = "vmware"},
	};

	if (has_prefix(dmi->sys_vendor, "Amazon") && dmi->product_name)
		return strstr(dmi->product_name, ".metal") ? "none" : "kvm";
	if (text_equal(dmi->product_name, "Google Compute Engine"))
		return "kvm";
	if (has_prefix(dmi->sys_vendor, "Microsoft") &&
	    text_equal(dmi->product_name, "Virtual Machine"))
		return "hyperv";
	return name_of_sign(compatible, sizeof(compatible) / sizeof(compatible[0]),
			    sysfs_text(root, arena, "/proc/device-tree/hypervisor", "compatible"));
}

static bool has_flag(const names *flags, const char *wanted)
{
	vec_for_each (flag, flags) {
		if (text_equal(*flag, wanted))
			return true;
	}
	return false;
}

static bool is_x86(const struct facts *facts)
{
	return text_equal(facts->host.arch, "x86_64") || has_flag(&facts->host.cpu_flags, "tsc");
}

/* No processor of it tells a program whether it is a guest's. */
static bool is_arm(const struct facts *facts)
{
	return text_equal(facts->host.arch, "aarch64") || has_flag(&facts->host.cpu_flags, "asimd");
}

static const char *virtualization_of(struct root *root, struct arena *arena,
				     const struct facts *facts, const struct dmi *dmi)
{
	const char *type = sysfs_text(root, arena, "/sys/hypervisor", "type");
	bool hinted = facts->live.hypervisor || has_flag(&facts->host.cpu_flags, "hypervisor");
	const char *name = by_signature(facts->live.hypervisor);

	if (name)
		return name;
	if (text_equal(type, "xen"))
		return "xen";
	name = by_vendor(dmi);
	if (name)
		return name;
	/* Clouds rent real machines under the same firmware: there the processor decides. */
	if (!hinted && is_x86(facts) && facts->host.cpu_flags.count)
		return "none";
	name = by_platform(root, arena, dmi);
	if (name && !(hinted && text_equal(name, "none")))
		return name;
	/* No flags of an x86 processor, so nobody can tell. */
	return !hinted && is_arm(facts) && is_maker(dmi->sys_vendor) ? "none" : "unknown";
}

/* ---- /proc and /etc ---------------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	struct host *host;
};

static int take_cpu_flags(void *context, char *line)
{
	struct reading *reading = context;
	names *flags = &reading->host->cpu_flags;
	const char *colon = strchr(line, ':');

	/* x86 and ARM; blank: the end of the first CPU's block. */
	if (colon && !text_starts(line, "flags") && !text_starts(line, "Features"))
		return 0;
	if (colon)
		*flags = text_words(reading->arena, colon + 1);
	text_natural_sort(flags);
	return 1;
}

/* A count of meminfo. */
struct count {
	uint64_t number;
	bool is_there, is_junk;
};

static void take_count(struct arena *arena, const char *text, struct count *count)
{
	names words = text_words(arena, text);

	count->is_there = words.count && text_u64(words.at[0], &count->number) == 0 &&
			  count->number <= INT64_MAX >> 10;
	count->is_junk = !count->is_there;
}

struct memory {
	struct arena *arena;
	struct count total, swap, hugetlb, pages, page; /* KiB, but for pages */
};

static int take_memory(void *context, char *line)
{
	struct memory *memory = context;
	const struct {
		const char *name;
		struct count *count;
	} rows[] = {
	    {"MemTotal:", &memory->total},    {"SwapTotal:", &memory->swap},
	    {"Hugetlb:", &memory->hugetlb},   {"HugePages_Total:", &memory->pages},
	    {"Hugepagesize:", &memory->page},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_starts(line, rows[i].name))
			take_count(memory->arena, line + strlen(rows[i].name), rows[i].count);
	}
	return 0;
}

/* In KiB; UINT64_MAX: not known. Hugetlb is all sizes together; kernels before 4.16 count the
 * default size alone (mm/hugetlb.c, hugetlb_report_meminfo()). A kernel without huge pages has
 * none of these lines. */
static uint64_t reserved_kib(const struct memory *memory)
{
	const struct count *pages = &memory->pages, *page = &memory->page;

	if (memory->hugetlb.is_junk || memory->hugetlb.is_there)
		return memory->hugetlb.is_there ? memory->hugetlb.number : UINT64_MAX;
	if (pages->is_junk)
		return UINT64_MAX;
	if (!pages->is_there || !pages->number)
		return 0;
	return page->is_there && page->number && pages->number <= UINT64_MAX / page->number
		   ? pages->number * page->number
		   : UINT64_MAX;
}

static void read_memory(struct root *root, struct arena *arena, struct host *host)
{
	struct memory memory = {.arena = arena};
	uint64_t reserved;

	(void)!root_lines(root, "/proc/meminfo", ROOT_TABLE, take_memory, &memory);
	host->swap_bytes = memory.swap.is_there ? (int64_t)(memory.swap.number << 10) : -1;
	if (!memory.total.is_there)
		return;
	host->memory_bytes = memory.total.number << 10;
	reserved = reserved_kib(&memory);
	if (reserved == UINT64_MAX)
		host->hugetlb_problem = "/proc/meminfo does not say how much memory is reserved as "
					"huge pages";
	else if (reserved && reserved >= memory.total.number)
		host->hugetlb_problem = "/proc/meminfo says that all memory and more is reserved "
					"as huge pages";
	else
		host->hugetlb_bytes = reserved << 10;
}

/* os-release holds shell assignments: NAME="some text". */
static int take_os(void *context, char *line)
{
	static const char key[] = "PRETTY_NAME=";
	struct reading *reading = context;
	char *value = text_trim(reading->arena, line);
	size_t length;

	if (!text_starts(value, key))
		return 0;
	value += strlen(key);
	length = strlen(value);
	if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
		value[length - 1] = '\0';
		value++;
	}
	reading->host->os = *value ? value : NULL;
	return 0;
}

/* "Linux version 6.1.0-31-amd64 (debian-kernel@...)": for trees that have no LIVE_FILE. */
static const char *release_of_version(struct root *root, struct arena *arena)
{
	const char *text;
	names words;

	if (root_read(root, arena, "/proc/version", &text) < 0)
		return NULL;
	words = text_words(arena, text);
	return words.count > 2 && text_equal(words.at[1], "version") ? words.at[2] : NULL;
}

static int take_config(void *context, char *line)
{
	struct host *host = context;

	if (text_equal(line, "CONFIG_NO_HZ_FULL=y"))
		host->no_hz_full = TRI_YES;
	else if (text_equal(line, "# CONFIG_NO_HZ_FULL is not set"))
		host->no_hz_full = TRI_NO;
	return host->no_hz_full != TRI_UNKNOWN;
}

/* Kernels since 6.8 have a file for each size, and that for a whole PMD decides where it does not
 * say "inherit" (mm/huge_memory.c, huge_anon_orders_always and its like). */
static const char *find_thp_pmd(struct root *root, struct arena *arena)
{
	static const char dir[] = "/sys/kernel/mm/transparent_hugepage";
	int64_t bytes = sysfs_signed(root, arena, dir, "hpage_pmd_size");
	const char *path;

	if (bytes < 1024)
		return NULL;
	path = arena_printf(arena, "%s/hugepages-%" PRId64 "kB/enabled", dir, bytes / 1024);
	return root_exists(root, path) ? path : NULL;
}

int facts_host(struct root *root, struct arena *arena, struct facts *facts)
{
	static const char *const os_release[] = {"/etc/os-release", "/usr/lib/os-release"};
	struct host *host = &facts->host;
	struct reading reading = {.arena = arena, .host = host};
	struct dmi dmi = read_dmi(root, arena);

	host->kernel_release = facts->live.kernel_release;
	if (!host->kernel_release)
		host->kernel_release = release_of_version(root, arena);
	host->arch = facts->live.machine;
	host->cmdline = sysfs_text(root, arena, "/proc", "cmdline");
	host->aio_nr = sysfs_signed(root, arena, "/proc/sys/fs", "aio-nr");
	host->aio_max_nr = sysfs_signed(root, arena, "/proc/sys/fs", "aio-max-nr");
	host->io_uring_disabled =
	    sysfs_signed(root, arena, "/proc/sys/kernel", "io_uring_disabled");
	host->has_no_io_uring_key =
	    host->io_uring_disabled < 0 && root_exists(root, "/proc/sys/kernel") &&
	    sysfs_is_absent(root, arena, "/proc/sys/kernel/io_uring_disabled");
	host->vendor = dmi.sys_vendor;
	host->product = dmi.product_name;
	host->cloud = cloud_of(&dmi);
	(void)!root_lines(root, "/proc/cpuinfo", ROOT_TABLE, take_cpu_flags, &reading);
	read_memory(root, arena, host);
	facts->thp_pmd = find_thp_pmd(root, arena);
	for (size_t i = 0; i < sizeof(os_release) / sizeof(os_release[0]) && !host->os; i++)
		(void)!root_lines(root, os_release[i], ROOT_TEXT, take_os, &reading);
	if (host->kernel_release)
		(void)!root_lines(root,
				  arena_printf(arena, "/boot/config-%s", host->kernel_release),
				  ROOT_TEXT, take_config, host);
	host->virtualization = virtualization_of(root, arena, facts, &dmi);
	return 0;
}
