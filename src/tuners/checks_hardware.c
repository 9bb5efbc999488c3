/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of drives, and of what slows disks, cards and CPUs down by itself: PCIe links, IOMMU
 * domains, queues with too few requests, a balloon, the scheduler's granularity, a CPU quota. */
#include "tuners/checks_hardware.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "plan/hand_over.h"
#include "profile/when.h"
#include "tuners/check.h"

/* What Seastar keeps in flight for each of a shard's queues (include/seastar/core/reactor.hh,
 * max_aio_per_queue). */
#define REQUESTS_OF_SHARD 128

/* 1 ms, which the kernel scales by 1 + log2 of at most 8 CPUs (kernel/sched/fair.c,
 * get_update_sysctl_factor), is never more than this. */
#define WAKEUP_MOST_NS 4000000

/* Drives -------------------------------------------------------------------------------------- */

/* What is wrong with a drive by its own log; NULL: nothing. Counters that grow are left out, so
 * that two audits are equal. */
static const char *complaint(struct arena *arena, const struct nvme_health *health)
{
	static const struct {
		unsigned bit;
		const char *text;
	} warnings[] = {
	    {.bit = 0, .text = "spare blocks are running out"},
	    {.bit = 1, .text = "too hot or too cold"},
	    {.bit = 2, .text = "no longer reliable"},
	    {.bit = 3, .text = "read-only"},
	    {.bit = 4, .text = "its power loss protection has failed"},
	    {.bit = 5, .text = "its persistent memory is unreliable"},
	};
	const struct nvme_smart *smart = &health->smart;
	names found = {0};

	if (health->state && !text_equal(health->state, "live"))
		return arena_printf(arena, "%s is %s", health->disk, health->state);
	if (!health->smart_known)
		return NULL;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		if (smart->critical_warning >> warnings[i].bit & 1)
			vec_push(arena, &found, warnings[i].text);
	}
	if (!(smart->critical_warning & 1) && smart->spare_percent < smart->spare_threshold_percent)
		vec_push(arena, &found, warnings[0].text);
	if (smart->used_percent >= 100)
		vec_push(arena, &found, "worn beyond the life its maker expects");
	return found.count
		   ? arena_printf(arena, "%s: %s", health->disk, text_join(arena, &found, ", "))
		   : NULL;
}

static const char *why_unread(int error)
{
	if (error == -EACCES || error == -EPERM)
		return "that needs CAP_SYS_ADMIN";
	if (error == -ENOENT)
		return "the node's /dev is not visible below --root, or the record is without it";
	return err_words(error);
}

static void check_nvme(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	struct check *check =
	    check_begin(tuning, "nvme-health", "live, no warning in the health log");
	const char *unknown = NULL;
	names bad = {0};

	if (!check)
		return;
	if (!facts->health.count) {
		check_end(check, CHECK_SKIPPED, NULL, "no NVMe drive on this node");
		check->is_moot = true;
		return;
	}
	vec_for_each (health, &facts->health) {
		const char *sentence = complaint(arena, health);

		if (sentence)
			vec_push(arena, &bad, sentence);
		else if (!health->state)
			unknown =
			    arena_printf(arena, "the state of %s could not be read", health->disk);
		else if (health->is_data && !health->smart_known && !unknown)
			unknown = arena_printf(arena, "the health log of %s was not read: %s",
					       health->disk, why_unread(health->smart_error));
	}
	if (bad.count)
		check_end(check, CHECK_FAIL, text_join(arena, &bad, "; "),
			  "look into the kernel log; replace the drive");
	else if (unknown)
		check_end(check, CHECK_UNKNOWN, NULL, unknown);
	else
		check_end(check, CHECK_PASS, arena_printf(arena, "%zu live", facts->health.count),
			  NULL);
}

/* PCI ----------------------------------------------------------------------------------------- */

/* Why not all disks of the data directory are known; NULL: they are. */
static const char *missing_disks(const struct facts *facts)
{
	return facts->data_problem ? facts->data_problem : facts->data_gap;
}

/* Ends the check where there is nothing to look at. */
static bool has_no_pci(const struct tuning *tuning, struct check *check)
{
	const char *missing = missing_disks(tuning->facts);

	if (tuning->facts->pci.count)
		return false;
	if (missing) {
		check_end(check, CHECK_UNKNOWN, NULL, missing);
		return true;
	}
	check_end(check, CHECK_SKIPPED, NULL,
		  "no disk below the data directory and no card is on PCI");
	check->is_moot = true;
	return true;
}

static void end_list(const struct tuning *tuning, struct check *check, const names *bad,
		     const names *unread, const char *good, const char *note)
{
	struct arena *arena = tuning->plan->arena;
	const char *missing = missing_disks(tuning->facts);

	if (bad->count)
		check_end(check, CHECK_FAIL, text_join(arena, bad, "; "), note);
	else if (unread->count)
		check_end(check, CHECK_UNKNOWN, NULL,
			  arena_printf(arena, "not told of %s", text_join(arena, unread, ", ")));
	else if (missing)
		check_end(check, CHECK_UNKNOWN, NULL, missing);
	else
		check_end(check, CHECK_PASS, good, NULL);
}

static void check_iommu(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "iommu", "DMA-FQ, identity, or no IOMMU");
	names bad = {0}, unread = {0}, types = {0};

	if (!check || has_no_pci(tuning, check))
		return;
	vec_for_each (function, &tuning->facts->pci) {
		if (function->is_unread || (function->has_iommu && !function->iommu)) {
			vec_push(arena, &unread, function->name);
		} else if (text_equal(function->iommu, "DMA")) {
			vec_push(arena, &bad, arena_printf(arena, "%s: DMA", function->name));
		} else {
			const char *type = text_or(function->iommu, "none");

			if (!text_in(type, &types))
				vec_push(arena, &types, type);
		}
	}
	end_list(
	    tuning, check, &bad, &unread, text_join(arena, &types, ", "),
	    "each request waits for the IOMMU's cache to be flushed: boot with iommu.strict=0");
}

/* It has a link, and not all of it is known. */
static bool is_half_told(const struct pci_function *function)
{
	return function->speed &&
	       (!function->max_speed || !function->width || !function->max_width);
}

/* "8.0 GT/s PCIe x2 of 16.0 GT/s PCIe x4"; NULL: it is as fast as it can be. */
static const char *slow_link(struct arena *arena, const struct pci_function *function)
{
	if (!function->speed || is_half_told(function))
		return NULL;
	if (text_equal(function->speed, function->max_speed) &&
	    function->width == function->max_width)
		return NULL;
	return arena_printf(arena, "%s: %s x%" PRIu64 " of %s x%" PRIu64, function->name,
			    function->speed, function->width, function->max_speed,
			    function->max_width);
}

static void check_pcie_link(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct check *check =
	    check_begin(tuning, "pcie-link", "full speed and width, no ASPM on data disks");
	names bad = {0}, unread = {0};
	bool has_link = false;

	if (!check || has_no_pci(tuning, check))
		return;
	vec_for_each (function, &tuning->facts->pci) {
		const char *slow = slow_link(arena, function);

		has_link |= function->speed != NULL;
		if (function->is_unread || is_half_told(function))
			vec_push(arena, &unread, function->name);
		if (slow)
			vec_push(arena, &bad, slow);
		if (function->is_data && function->aspm == TRI_YES)
			vec_push(arena, &bad, arena_printf(arena, "%s: ASPM", function->name));
	}
	end_list(tuning, check, &bad, &unread, has_link ? "as fast as it can be" : "no PCIe link",
		 "look at the slot, its lanes in the firmware, and pcie_aspm.policy=performance");
}

/* Queues -------------------------------------------------------------------------------------- */

static void check_queue_tags(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	unsigned shards = hand_over_next_shards(arena, tuning->facts, tuning->request);
	struct check *check = check_begin(tuning, "queue-tags", NULL);
	const char *missing = missing_disks(tuning->facts);
	uint64_t tags = 0;
	bool has_disk = false, knows_all = true;

	if (!check)
		return;
	check->required =
	    arena_printf(arena, ">= %u for each of %u shards", REQUESTS_OF_SHARD, shards);
	vec_for_each (disk, &tuning->facts->disks) {
		if (!disk->is_data || disk->is_stacked)
			continue;
		has_disk = true;
		knows_all = knows_all && disk->queue_requests && disk->queues;
		tags += disk->queue_requests * disk->queues;
	}
	if (!has_disk || missing)
		check_end(check, CHECK_UNKNOWN, NULL, text_or(missing, "no disk is known"));
	else if (!knows_all || !shards)
		check_end(check, CHECK_UNKNOWN, NULL,
			  "the disks' queues or the shards are not known");
	else if (tags / shards >= REQUESTS_OF_SHARD)
		check_end(check, CHECK_PASS, arena_printf(arena, "%" PRIu64, tags), NULL);
	else
		check_end(
		    check, CHECK_FAIL, arena_printf(arena, "%" PRIu64, tags),
		    "requests wait in the kernel for a free tag, where Redpanda's I/O scheduler "
		    "does not see them: disk.nr-requests, or a disk with more queues");
}

/* Node ---------------------------------------------------------------------------------------- */

static void check_balloon(const struct tuning *tuning)
{
	struct check *check = check_begin(tuning, "balloon", "no memory balloon");

	if (!check)
		return;
	if (tuning->facts->balloon == TRI_UNKNOWN)
		check_end(check, CHECK_UNKNOWN, NULL,
			  "the virtio driver's directory could not be read, or is not recorded");
	else if (tuning->facts->balloon == TRI_YES)
		check_end(
		    check, CHECK_FAIL, "virtio_balloon",
		    "the host may take memory that Redpanda counts on: remove the balloon, or "
		    "set its target to the whole memory");
	else
		check_end(check, CHECK_PASS, "none", NULL);
}

/* A task that has just woken up waits until the running one has had this much more, and the
 * kernel's threads that complete direct I/O wait for a reactor that never sleeps. */
static void check_sched(const struct tuning *tuning)
{
	const struct host *host = &tuning->facts->host;
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "sched", "wake-up granularity <= 4 ms");
	const char *have;

	if (!check)
		return;
	if (host->wakeup_granularity_ns < 0) {
		bool is_gone =
		    host->kernel_release && when_compare_version(host->kernel_release, "6.6") >= 0;

		check_end(check, is_gone ? CHECK_PASS : CHECK_UNKNOWN, is_gone ? "none" : NULL,
			  is_gone ? NULL
				  : "kernels from 5.13 to 6.5 keep it in debugfs, which is not "
				    "visible");
		return;
	}
	have = arena_printf(arena, "%" PRId64 " us", host->wakeup_granularity_ns / 1000);
	if (host->wakeup_granularity_ns > WAKEUP_MOST_NS)
		check_end(check, CHECK_FAIL, have,
			  "the kernel's threads that complete direct writes wait for Redpanda's: "
			  "find who raised it (TuneD on RHEL 8 does); see "
			  "https://github.com/scylladb/seastar/issues/2696");
	else
		check_end(check, CHECK_PASS, have, NULL);
}

/* What the control group says is in force now; what the unit says is so from the next start. */
static void check_quota(const struct tuning *tuning)
{
	static const char advice[] = "its reactors are stopped when the quota is used up: remove "
				     "CPUQuota= of the unit, AllowedCPUs= keeps it in its place";
	struct arena *arena = tuning->plan->arena;
	const char *quota = tuning->facts->service_quota;
	const struct unit_limit *unit = &tuning->facts->limits.quota;
	struct check *check = check_begin(tuning, "quota", "no CPU quota on redpanda.service");

	if (!check)
		return;
	if (unit->text && (!quota || text_starts(quota, "max"))) {
		check_end(check, CHECK_FAIL,
			  arena_printf(arena, "CPUQuota=%s in %s", unit->text, unit->where),
			  advice);
	} else if (unit->gap && (!quota || text_starts(quota, "max"))) {
		check_end(check, CHECK_UNKNOWN, NULL, unit->gap);
	} else if (tuning->facts->quota_is_unread) {
		check_end(check, CHECK_UNKNOWN, NULL,
			  "its control group could not be read, or is not recorded");
	} else if (!quota) {
		check_end(check, CHECK_SKIPPED, NULL, "redpanda.service has no control group here");
		check->is_moot = true;
	} else if (text_starts(quota, "max")) {
		check_end(check, CHECK_PASS, "none", NULL);
	} else {
		check_end(check, CHECK_FAIL, arena_printf(arena, "cpu.max %s", quota), advice);
	}
}

void checks_hardware(const struct tuning *tuning)
{
	check_nvme(tuning);
	check_sched(tuning);
	check_queue_tags(tuning);
	check_iommu(tuning);
	check_pcie_link(tuning);
	check_balloon(tuning);
	check_quota(tuning);
}
