/* SPDX-License-Identifier: Apache-2.0 */
/* Gives up capabilities; the only writer of this process's capability sets. */
#include "sys/rights.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

#define WRITING                                                                                    \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN) | BIT(CAP_DAC_OVERRIDE) |                         \
	 BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SETUID) | BIT(CAP_SETGID))

const uint64_t rights_ceiling = WRITING | BIT(CAP_PERFMON);
const uint64_t rights_writing = WRITING;
const uint64_t rights_of_owner = BIT(CAP_SETUID) | BIT(CAP_SETGID);
const uint64_t rights_reading = BIT(CAP_DAC_READ_SEARCH);
const uint64_t rights_reporting = BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_DAC_OVERRIDE);

/* Of the process, as its capabilities are. */
static struct {
	bool is_known;
	uint64_t held;
} at_start;

static void free_caps(cap_t *caps)
{
	if (*caps)
		(void)cap_free(*caps);
}

#define _cleanup_caps_ __attribute__((cleanup(free_caps)))

static uint64_t mask_of(cap_t caps, cap_flag_t flag)
{
	uint64_t mask = 0;

	for (cap_value_t cap = 0; cap < (cap_value_t)cap_max_bits() && cap < 64; cap++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (cap_get_flag(caps, cap, flag, &value) == 0 && value == CAP_SET)
			mask |= BIT(cap);
	}
	return mask;
}

/* Of what it has keeps these, in effect those of them that effective names. */
static int keep_rights(uint64_t keep, uint64_t effective, uint64_t *ret_kept, struct err *err)
{
	_cleanup_caps_ cap_t held = cap_get_proc();
	_cleanup_caps_ cap_t kept = cap_init();
	uint64_t mask;
	int r = 0;

	if (!held || !kept)
		return err_set(err, -ENOMEM, "cannot look at this process's capabilities");
	mask = mask_of(held, CAP_PERMITTED) & keep;
	for (cap_value_t cap = 0; cap < (cap_value_t)cap_max_bits(); cap++) {
		if (mask & BIT(cap))
			r |= cap_set_flag(kept, CAP_PERMITTED, 1, &cap, CAP_SET);
		if (mask & effective & BIT(cap))
			r |= cap_set_flag(kept, CAP_EFFECTIVE, 1, &cap, CAP_SET);
	}
	if (r < 0 || cap_set_proc(kept) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, err_errno(), "cannot give up capabilities: %s",
			       err_words(errno));
	*ret_kept = mask;
	return 0;
}

int rights_shrink(uint64_t keep, struct err *err)
{
	uint64_t kept = 0;
	int r = keep_rights(keep, keep, &kept, err);

	if (r == 0 && !at_start.is_known) {
		at_start.is_known = true;
		at_start.held = kept;
	}
	return r;
}

int rights_rest(uint64_t effective, struct err *err)
{
	uint64_t kept;

	return keep_rights(rights_ceiling, effective, &kept, err);
}

bool rights_at_start(uint64_t *ret)
{
	_cleanup_caps_ cap_t held = NULL;

	if (at_start.is_known) {
		*ret = at_start.held;
		return true;
	}
	held = cap_get_proc();
	if (held)
		*ret = mask_of(held, CAP_EFFECTIVE);
	return held;
}

/* Ambient capabilities are those that the caller had and passed on. The kernel clears them where a
 * file gives others. */
static bool has_more_than_ambient(void)
{
	_cleanup_caps_ cap_t held = cap_get_proc();
	uint64_t permitted = held ? mask_of(held, CAP_PERMITTED) : 0;

	for (cap_value_t cap = 0; cap < (cap_value_t)cap_max_bits() && cap < 64; cap++) {
		if (permitted & BIT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, (unsigned long)cap, 0, 0) != 1)
			return true;
	}
	return false;
}

bool rights_are_borrowed(void)
{
	if (!getauxval(AT_SECURE))
		return false;
	return getuid() != geteuid() || getgid() != getegid() ||
	       (getuid() != 0 && has_more_than_ambient());
}
