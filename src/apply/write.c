/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one setting, reads it back, and says in plain words why a write failed. */
#include <errno.h>

#include "apply/ballast.h"
#include "apply/file.h"
#include "apply/look.h"
#include "apply/write.h"
#include "base/cpuset.h"
#include "base/text.h"
#include "plan/kind.h"
#include "plan/place.h"
#include "sys/systemctl.h"

struct refusal {
	int code;
	const char *hint;
};

/* The errno table: what a refused write means on procfs and sysfs, and what to do about it. */
static const struct refusal refusals[] = {
    {.code = EPERM, .hint = "the kernel requires a capability that this process lacks"},
    {.code = EACCES, .hint = "the file is not writable for this user: run as uid 0 of the node"},
    {.code = EROFS, .hint = "the mount is read-only: bind it writable below --root"},
    {.code = EINVAL, .hint = "the kernel does not accept this value"},
    {.code = ERANGE, .hint = "the value is outside the range that the kernel accepts"},
    {.code = EBUSY, .hint = "the device or driver is using the setting"},
    {.code = EIO, .hint = "the driver refuses it, as it does for what the kernel manages itself"},
    {.code = ENOENT, .hint = "it disappeared after the audit"},
    {.code = ENODEV, .hint = "the device disappeared after the audit"},
    {.code = EOPNOTSUPP, .hint = "the driver does not support it"},
    {.code = ENOSPC, .hint = "the processors have no interrupt vector left"},
    {.code = ENOMEM, .hint = "the kernel is out of memory"},
    {.code = ETIMEDOUT, .hint = "systemctl did not end in time"},
    {.code = EREMOTEIO, .hint = "systemctl failed: `systemctl status` on the node may say why"},
    {.code = EAGAIN, .hint = "it is being changed by someone else: try again"},
};

static const char *failure(struct arena *arena, const struct wish *wish, int code,
			   const struct err *err)
{
	const char *place = place_words(arena, wish->path);

	if (err->text[0])
		return arena_strdup(arena, err->text);
	if (wish->kind == KIND_SPACE)
		return ballast_words(arena, code);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].code == -code)
			return arena_printf(arena, "writing %s: %s (%s): %s", place,
					    err_words(code), err_name(code), refusals[i].hint);
	}
	return arena_printf(arena, "writing %s: %s (%s)", place, err_words(code), err_name(code));
}

/* What the kernel answers for interrupts that it manages (write_irq_affinity() in
 * kernel/irq/proc.c): EIO, since Linux 6.11 EPERM. The kernel checks no right after the open of
 * this file, so EPERM means nothing else here. Any other error is a failure. */
static bool is_managed_refusal(const struct setting *setting, int code)
{
	return (code == -EIO || code == -EPERM) && setting->wish->kind == KIND_CPULIST &&
	       text_starts(setting->wish->path, "/proc/irq/");
}

/* err: where there is more to say than its code does. */
static int write_value(struct root *root, struct arena *arena, struct setting *setting,
		       struct err *err)
{
	const struct wish *wish = setting->wish;

	if (wish->kind == KIND_SPACE)
		return ballast_write(arena, setting, setting->want, err);
	return kind_is_of_kernel(wish->kind)
		   ? root_write(root, wish->path, setting->want)
		   : file_write(root, wish->kind, wish->path, setting->want);
}

/* A changed file has no effect until its reader is told. If nobody can be told from here, the
 * report says what to do. */
static void announce(struct root *root, struct arena *arena, struct setting *setting)
{
	int r = file_announce(root, arena, setting->wish->path, setting->have, &setting->note);

	if (r == 0 || r == -EOPNOTSUPP)
		return;
	setting->state = STATE_FAILED;
	setting->code = r;
}

/* A mask from a time when more CPUs were online. The kernel refuses an interrupt's mask without any
 * online CPU (kernel/irq/proc.c, write_irq_affinity()) and drops those that are offline from a
 * queue's (net/core/dev.c, __netif_set_xps_queue()). */
static bool names_offline(struct root *root, struct arena *arena, struct setting *setting)
{
	enum kind kind = setting->wish->kind;
	const char *text;
	struct cpuset want, online;

	if ((kind != KIND_CPULIST && kind != KIND_CPUMASK) ||
	    root_read(root, arena, "/sys/devices/system/cpu/online", &text) < 0 ||
	    cpuset_parse_list(arena, text, &online) < 0 ||
	    (kind == KIND_CPULIST ? cpuset_parse_list(arena, setting->want, &want)
				  : cpuset_parse_mask(arena, setting->want, &want)) < 0 ||
	    cpuset_subset(&want, &online))
		return false;
	want = cpuset_minus(arena, &want, &online);
	setting->state = STATE_UNSUPPORTED;
	setting->note =
	    arena_printf(arena, "it names CPUs that are offline: %s", cpuset_list(arena, &want));
	return true;
}

void write_setting(struct root *root, struct arena *arena, struct setting *setting)
{
	const char *want = setting->want;
	struct err err = {0};
	int r;

	setting->before = setting->have;
	setting->note = NULL;
	r = write_value(root, arena, setting, &err);
	setting->code = r;
	if (!look_read(root, arena, setting)) {
		/* look_read() left the sentence: a write that cannot be read back is not applied.
		 */
		setting->state = STATE_FAILED;
		if (look_is_offline(setting->wish->path, setting->code)) {
			setting->state = STATE_UNSUPPORTED;
			setting->note = LOOK_OFFLINE;
		}
		return;
	}
	if (kind_equal(setting->wish->kind, setting->have, want)) {
		/* Some drivers report an error and still take the value: what reads back counts. */
		setting->state = STATE_CHANGED;
		setting->code = 0;
		setting->note =
		    setting->wish->managed
			? "expected to be managed by the kernel, but the write was accepted"
			: setting->wish->decided.note; /* what else comes of it */
		if (!kind_is_of_kernel(setting->wish->kind))
			announce(root, arena, setting);
		return;
	}
	if (is_managed_refusal(setting, r)) {
		setting->state = STATE_MANAGED;
		setting->code = 0;
		setting->note = arena_printf(
		    arena, "the kernel refused it (%s)%s%s", err_name(r),
		    setting->wish->managed ? ": " : "",
		    setting->wish->managed ? look_managed_note(arena, setting)
					   : ", as it does for interrupts that it places itself");
		return;
	}
	if (names_offline(root, arena, setting))
		return;
	setting->state = STATE_FAILED;
	setting->note =
	    r < 0 ? failure(arena, setting->wish, r, &err)
	    : !kind_is_of_kernel(setting->wish->kind)
		? "written, but it reads back as something else"
		: arena_printf(arena, "wrote %s, but %s kept %s", want,
			       text_starts(setting->wish->path, SYSTEMCTL_DIR) ? "systemd"
									       : "the kernel",
			       setting->have);
}

int write_unread(struct root *root, const char *path, const char *value)
{
	return root_write(root, path, value);
}
