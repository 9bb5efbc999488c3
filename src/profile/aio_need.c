/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the linux-aio requests of a broker from its flags. */
#include "profile/aio_need.h"

#include "base/text.h"

enum { STORAGE = 1024, PREEMPTION = 2, NETWORK = 10000 };

/* Seastar reads these flags as 32-bit numbers, and refuses to start with anything else. */
static const struct start_flag *number_of(const start_flags *flags, const char *name, uint64_t *ret,
					  const struct start_flag **ret_unread)
{
	const struct start_flag *flag = flags ? start_flag_find(flags, name) : NULL;
	uint64_t number;

	if (!flag)
		return NULL;
	if (text_u64(flag->value, &number) < 0 || number > UINT32_MAX) {
		*ret_unread = flag;
		return NULL;
	}
	*ret = number;
	return flag;
}

struct aio_need aio_need_of(const start_flags *flags)
{
	uint64_t network = NETWORK, reserve = 0;
	const struct start_flag *unread = NULL;
	const struct start_flag *flag =
	    number_of(flags, "--max-networking-io-control-blocks", &network, &unread);

	(void)number_of(flags, "--reserve-io-control-blocks", &reserve, &unread);
	return (struct aio_need){.per_shard = STORAGE + PREEMPTION + network,
				 .once = reserve,
				 .network = flag,
				 .unread = unread};
}
