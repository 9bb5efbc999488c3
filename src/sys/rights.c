/* SPDX-License-Identifier: Apache-2.0 */
/* Gives up capabilities; the only writer of this process's capability sets. */
#include "sys/rights.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#define BIT(capability) (UINT64_C(1) << (capability))

const uint64_t rights_ceiling =
    BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH);

static void free_caps(cap_t *caps)
{
	if (*caps)
		(void)cap_free(*caps);
}

#define _cleanup_caps_ __attribute__((cleanup(free_caps)))

int rights_shrink(uint64_t keep, struct err *err)
{
	_cleanup_caps_ cap_t held = cap_get_proc();
	_cleanup_caps_ cap_t kept = cap_init();
	int r = 0;

	if (!held || !kept)
		return err_set(err, -ENOMEM, "cannot look at this process's capabilities");
	for (cap_value_t cap = 0; cap < (cap_value_t)cap_max_bits(); cap++) {
		cap_flag_value_t is_held = CAP_CLEAR;

		if (!(keep & BIT(cap)))
			continue;
		if (cap_get_flag(held, cap, CAP_PERMITTED, &is_held) == 0 && is_held == CAP_SET) {
			r |= cap_set_flag(kept, CAP_PERMITTED, 1, &cap, CAP_SET);
			r |= cap_set_flag(kept, CAP_EFFECTIVE, 1, &cap, CAP_SET);
		}
	}
	if (r < 0 || cap_set_proc(kept) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, err_errno(), "cannot give up capabilities: %s",
			       err_words(errno));
	return 0;
}
