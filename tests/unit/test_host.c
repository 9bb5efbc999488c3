/* SPDX-License-Identifier: Apache-2.0 */
#include "run_suite.h"
#include "tree.h"

#define DMI_DIR "/sys/class/dmi/id/"

static const struct host *read_host(struct tree *tree, const struct live *live)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	if (live)
		facts->live = *live;
	ck_assert_int_eq(facts_host(tree_open(tree), tree->arena, facts), 0);
	return &facts->host;
}

/* NULL: unknown. */
static void expect_text(const char *have, const char *want)
{
	if (want)
		ck_assert_str_eq(have, want);
	else
		ck_assert_ptr_null(have);
}

struct machine {
	const char *sys_vendor, *product_name, *bios_vendor, *bios_version, *chassis_asset_tag;
	const char *board_vendor, *product_version;
	const char *hypervisor, *flags, *arch;
	const char *cloud, *virtualization;
};

static const struct machine machines[] = {
    {
	.sys_vendor = "Amazon EC2",
	.product_name = "m5d.2xlarge",
	.bios_vendor = "Amazon EC2",
	.bios_version = "1.0",
	.hypervisor = "KVMKVMKVM",
	.flags = "fpu tsc hypervisor",
	.cloud = "aws",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "Amazon EC2",
	.product_name = "i3.metal",
	.flags = "fpu tsc",
	.cloud = "aws",
	.virtualization = "none",
    },
    /* Graviton: no CPUID, the firmware has to tell. */
    {
	.sys_vendor = "Amazon EC2",
	.product_name = "im4gn.xlarge",
	.cloud = "aws",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "Amazon EC2",
	.product_name = "c7g.metal",
	.cloud = "aws",
	.virtualization = "none",
    },
    {
	.sys_vendor = "Xen",
	.product_name = "HVM domU",
	.bios_vendor = "Xen",
	.bios_version = "4.11.amazon",
	.hypervisor = "XenVMMXenVMM",
	.flags = "fpu tsc hypervisor",
	.cloud = "aws",
	.virtualization = "xen",
    },
    {
	.sys_vendor = "Microsoft Corporation",
	.product_name = "Virtual Machine",
	.chassis_asset_tag = "7783-7084-3265-9085-8269-3286-77",
	.hypervisor = "Microsoft Hv",
	.flags = "fpu tsc hypervisor",
	.cloud = "azure",
	.virtualization = "hyperv",
    },
    /* The same without Azure's mark: somebody's own Hyper-V. */
    {
	.sys_vendor = "Microsoft Corporation",
	.product_name = "Virtual Machine",
	.chassis_asset_tag = "1234-5678",
	.hypervisor = "Microsoft Hv",
	.flags = "fpu tsc hypervisor",
	.cloud = "none",
	.virtualization = "hyperv",
    },
    {
	.sys_vendor = "Google",
	.product_name = "Google Compute Engine",
	.bios_vendor = "Google",
	.hypervisor = "KVMKVMKVM",
	.flags = "fpu tsc hypervisor",
	.cloud = "gcp",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "Google",
	.product_name = "Eve",
	.flags = "fpu tsc",
	.cloud = "none",
	.virtualization = "none",
    },
    {
	.sys_vendor = "QEMU",
	.product_name = "Standard PC (Q35 + ICH9, 2009)",
	.hypervisor = "TCGTCGTCGTCG",
	.flags = "fpu tsc hypervisor",
	.cloud = "none",
	.virtualization = "qemu",
    },
    {
	.sys_vendor = "Supermicro",
	.product_name = "SYS-1029U",
	.flags = "fpu tsc",
	.cloud = "none",
	.virtualization = "none",
    },
    /* A guest that hides its hypervisor, and a real machine of a cloud. */
    {
	.sys_vendor = "QEMU",
	.flags = "fpu tsc",
	.cloud = "none",
	.virtualization = "qemu",
    },
    {
	.sys_vendor = "Google",
	.product_name = "Google Compute Engine",
	.flags = "fpu tsc",
	.cloud = "gcp",
	.virtualization = "none",
    },
    /* A record of a guest without its signature. */
    {
	.sys_vendor = "Amazon EC2",
	.product_name = "m5d.2xlarge",
	.flags = "fpu tsc hypervisor",
	.cloud = "aws",
	.virtualization = "kvm",
    },
    /* A signature that nobody here knows, and a record without one. */
    {
	.sys_vendor = "Someone",
	.hypervisor = "bhyve bhyve ",
	.flags = "fpu tsc hypervisor",
	.cloud = "none",
	.virtualization = "unknown",
    },
    {.hypervisor = "KVMKVMKVM", .flags = "fpu tsc hypervisor", .virtualization = "kvm"},
    {.flags = "fpu tsc hypervisor", .virtualization = "unknown"},
    {.virtualization = "unknown"},
    /* ARM: no processor tells, so the firmware has to. A vendor that builds no machines may rent
     * out guests as well as real ones. */
    {
	.sys_vendor = "OpenStack Foundation",
	.product_name = "OpenStack Nova",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "KubeVirt",
	.product_name = "None",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "Apple Inc.",
	.product_name = "Apple Virtualization Generic Platform",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "apple",
    },
    {
	.sys_vendor = "Parallels International GmbH.",
	.product_name = "Parallels ARM Virtual Machine",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "parallels",
    },
    {
	.sys_vendor = "innotek GmbH",
	.product_name = "VirtualBox",
	.board_vendor = "Oracle Corporation",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "virtualbox",
    },
    {
	.sys_vendor = "Red Hat",
	.product_name = "KVM",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "QEMU",
	.product_name = "QEMU Virtual Machine",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "qemu",
    },
    {
	.sys_vendor = "VMware, Inc.",
	.product_name = "VMware20,1",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "vmware",
    },
    {
	.sys_vendor = "Microsoft Corporation",
	.product_name = "Virtual Machine",
	.product_version = "Hyper-V UEFI Release v4.1",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "hyperv",
    },
    {
	.sys_vendor = "Somebody",
	.product_name = "Server",
	.board_vendor = "BHYVE",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "bhyve",
    },
    {
	.sys_vendor = "Google",
	.product_name = "Google Compute Engine",
	.arch = "aarch64",
	.cloud = "gcp",
	.virtualization = "kvm",
    },
    {
	.sys_vendor = "HPE",
	.product_name = "ProLiant RL300 Gen11",
	.board_vendor = "HPE",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "none",
    },
    {
	.sys_vendor = "Supermicro",
	.product_name = "ARS-211M-NR",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "none",
    },
    {
	.sys_vendor = "Hetzner",
	.product_name = "vServer",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "unknown",
    },
    {
	.sys_vendor = "Oracle Corporation",
	.product_name = "ORACLE SERVER",
	.board_vendor = "Oracle Corporation",
	.arch = "aarch64",
	.cloud = "none",
	.virtualization = "unknown",
    },
    {
	.arch = "aarch64",
	.virtualization = "unknown",
    },
    /* Oracle's real servers: here the processor tells. */
    {
	.sys_vendor = "Oracle Corporation",
	.product_name = "ORACLE SERVER X9-2",
	.board_vendor = "Oracle Corporation",
	.flags = "fpu tsc",
	.cloud = "none",
	.virtualization = "none",
    },
};

static void dmi(struct tree *tree, const char *name, const char *text)
{
	if (text)
		tree_file(tree, arena_printf(tree->arena, DMI_DIR "%s", name), text);
}

START_TEST(clouds_and_hypervisors)
{
	const struct machine *machine = &machines[_i];
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct live live = {.hypervisor = machine->hypervisor, .machine = machine->arch};
	const struct host *host;

	dmi(tree, "sys_vendor", machine->sys_vendor);
	dmi(tree, "product_name", machine->product_name);
	dmi(tree, "bios_vendor", machine->bios_vendor);
	dmi(tree, "bios_version", machine->bios_version);
	dmi(tree, "board_vendor", machine->board_vendor);
	dmi(tree, "product_version", machine->product_version);
	dmi(tree, "chassis_asset_tag", machine->chassis_asset_tag);
	if (machine->flags)
		tree_file(
		    tree, "/proc/cpuinfo",
		    arena_printf(tree->arena, "processor\t: 0\nflags\t\t: %s\n", machine->flags));
	host = read_host(tree, &live);
	expect_text(host->cloud, machine->cloud);
	expect_text(host->virtualization, machine->virtualization);
	expect_text(host->vendor, machine->sys_vendor);
	expect_text(host->product, machine->product_name);
}
END_TEST

START_TEST(xen_by_its_own_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/hypervisor/type", "xen");
	ck_assert_str_eq(read_host(tree, NULL)->virtualization, "xen");
}
END_TEST

START_TEST(firmware_tables_through_their_link)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/devices/virtual/dmi/id/board_vendor", "Amazon EC2");
	tree_link(tree, "/sys/class/dmi/id", "../../devices/virtual/dmi/id");
	ck_assert_str_eq(read_host(tree, NULL)->cloud, "aws");
}
END_TEST

START_TEST(memory_flags_and_kernel)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct live live = {.kernel_release = "6.1.0", .machine = "x86_64"};
	const struct host *host;

	tree_file(tree, "/proc/meminfo",
		  "MemTotal:       16384 kB\nMemFree: 1 kB\nSwapTotal:        2048 kB\nX: 3 kB");
	tree_file(tree, "/proc/cpuinfo",
		  "processor\t: 0\nflags\t\t: tsc nonstop_tsc constant_tsc\n\nprocessor\t: 1\n"
		  "flags\t\t: other");
	tree_file(tree, "/proc/version", "Linux version 5.10.0-1-arm64 (someone) #1");
	tree_file(tree, "/proc/cmdline", "root=/dev/sda quiet");
	tree_file(tree, "/proc/sys/fs/aio-nr", "11264");
	host = read_host(tree, &live);
	ck_assert_uint_eq(host->memory_bytes, 16384 * 1024);
	ck_assert_uint_eq(host->swap_bytes, 2048 * 1024);
	ck_assert_uint_eq(host->cpu_flags.count, 3);
	ck_assert_str_eq(host->cpu_flags.at[0], "constant_tsc");
	ck_assert_str_eq(host->cpu_flags.at[2], "tsc");
	ck_assert_str_eq(host->kernel_release, "6.1.0");
	ck_assert_str_eq(host->arch, "x86_64");
	ck_assert_str_eq(host->cmdline, "root=/dev/sda quiet");
	ck_assert_uint_eq(host->aio_nr, 11264);
	ck_assert_str_eq(read_host(tree, NULL)->kernel_release, "5.10.0-1-arm64");
}
END_TEST

START_TEST(memory_that_is_reserved_as_huge_pages)
{
	static const struct {
		const char *lines;
		uint64_t hugetlb_mib;
		const char *problem; /* a part of the sentence */
	} rows[] = {
	    {"", 0, NULL},
	    {"HugePages_Total:  512\nHugepagesize:  2048 kB", 1024, NULL},
	    {"HugePages_Total:  512\nHugepagesize:  2048 kB\nHugetlb:  3145728 kB", 3072, NULL},
	    {"HugePages_Total:  0\nHugepagesize:  2048 kB\nHugetlb:  2097152 kB", 2048, NULL},
	    {"HugePages_Total:  512\nHugetlb:  0 kB", 0, NULL},
	    {"HugePages_Total:  0", 0, NULL},
	    {"Hugetlb:  4194303 kB", 4096, NULL},
	    {"HugePages_Total:  512", 0, "does not say"},
	    {"HugePages_Total:  512\nHugepagesize:  0 kB", 0, "does not say"},
	    {"HugePages_Total:  x\nHugepagesize:  2048 kB", 0, "does not say"},
	    {"HugePages_Total:  512\nHugepagesize:  2048 kB\nHugetlb:  x kB", 0, "does not say"},
	    {"Hugetlb:", 0, "does not say"},
	    {"Hugetlb:  4194304 kB", 0, "all memory and more"},
	    {"Hugetlb:  9999999 kB", 0, "all memory and more"},
	    {"HugePages_Total:  2048\nHugepagesize:  2048 kB", 0, "all memory and more"},
	    {"HugePages_Total:  9000000000000000\nHugepagesize:  9000000000000000 kB", 0,
	     "does not say"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct host *host;

		tree_file(tree, "/proc/meminfo",
			  arena_printf(tree->arena, "MemTotal: 4194304 kB\nSwapTotal: 0 kB\n%s",
				       rows[i].lines));
		host = read_host(tree, NULL);
		ck_assert_uint_eq(host->memory_bytes, UINT64_C(4) << 30);
		ck_assert_uint_eq((host->hugetlb_bytes + (1 << 20) - 1) >> 20, rows[i].hugetlb_mib);
		ck_assert(!host->hugetlb_problem == !rows[i].problem);
		if (rows[i].problem)
			ck_assert_ptr_nonnull(strstr(host->hugetlb_problem, rows[i].problem));
		ck_assert(!host_ordinary_bytes(host) == !!rows[i].problem);
		ck_assert_int_eq(host->swap_bytes, 0);
	}
}
END_TEST

START_TEST(names_of_the_system)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
	    {"NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"",
	     "Debian GNU/Linux 12 (bookworm)"},
	    {"PRETTY_NAME='Single Quotes'", "Single Quotes"},
	    {"PRETTY_NAME=Bare", "Bare"},
	    {"PRETTY_NAME=\"", "\""},
	    {"PRETTY_NAME=\"\"", NULL},
	    {"NAME=x", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/etc/os-release", cases[i].text);
		expect_text(read_host(tree, NULL)->os, cases[i].name);
	}
}
END_TEST

START_TEST(nothing_known_is_nothing_claimed)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct host *host = read_host(tree, NULL);

	ck_assert_ptr_null(host->kernel_release);
	ck_assert_ptr_null(host->arch);
	ck_assert_ptr_null(host->cmdline);
	ck_assert_ptr_null(host->cloud);
	ck_assert_ptr_null(host->os);
	ck_assert_uint_eq(host->memory_bytes, 0);
	ck_assert_uint_eq(host->cpu_flags.count, 0);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_loop_test(group, clouds_and_hypervisors, 0,
			    sizeof(machines) / sizeof(machines[0]));
}

RUN_SUITE_WITH("host", prepare, xen_by_its_own_directory, firmware_tables_through_their_link,
	       memory_flags_and_kernel, memory_that_is_reserved_as_huge_pages, names_of_the_system,
	       nothing_known_is_nothing_claimed)
