/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the network cards that hold the addresses on which Redpanda listens. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#include "base/text.h"
#include "live/live.h"

static size_t bytes_of(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

/* False: it is a name. */
static bool parse(const char *text, struct held_address *ret)
{
	*ret = (struct held_address){.family = AF_INET};
	if (inet_pton(AF_INET, text, ret->bytes) == 1)
		return true;
	ret->family = AF_INET6;
	return inet_pton(AF_INET6, text, ret->bytes) == 1;
}

static const struct held_address *find(const held_addresses *held,
				       const struct held_address *wanted)
{
	vec_for_each (one, held) {
		if (one->family == wanted->family &&
		    memcmp(one->bytes, wanted->bytes, bytes_of(wanted->family)) == 0)
			return one;
	}
	return NULL;
}

/* No interface holds the wildcard. */
const char *live_listeners(struct arena *arena, const names *addresses, const held_addresses *held)
{
	names interfaces = {0};

	vec_for_each (address, addresses) {
		struct held_address wanted;
		const struct held_address *found =
		    parse(*address, &wanted) ? find(held, &wanted) : NULL;
		bool is_known = false;

		if (!found)
			return NULL;
		vec_for_each (name, &interfaces)
			is_known |= text_equal(*name, found->interface);
		if (!is_known && !found->is_loopback)
			vec_push(arena, &interfaces, found->interface);
	}
	text_natural_sort(&interfaces);
	return interfaces.count ? text_join(arena, &interfaces, " ") : NULL;
}

void live_ask_listeners(struct arena *arena, const names *addresses, struct live *live)
{
	held_addresses held = {0};
	struct ifaddrs *list;

	if (!addresses->count || live->initial_netns != TRI_YES || getifaddrs(&list) < 0)
		return;
	for (const struct ifaddrs *one = list; one; one = one->ifa_next) {
		int family = one->ifa_addr ? one->ifa_addr->sa_family : AF_UNSPEC;
		/* "eth0:1" is the old way to give eth0 a second address. */
		size_t length = strcspn(one->ifa_name, ":");
		struct held_address address = {.interface =
						   arena_strndup(arena, one->ifa_name, length),
					       .is_loopback = one->ifa_flags & IFF_LOOPBACK,
					       .family = family};

		if (family == AF_INET)
			memcpy(address.bytes,
			       &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr,
			       bytes_of(family));
		else if (family == AF_INET6)
			memcpy(
			    address.bytes,
			    &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)->sin6_addr,
			    bytes_of(family));
		else
			continue;
		vec_push(arena, &held, address);
	}
	freeifaddrs(list);
	live->listens_on = live_listeners(arena, addresses, &held);
}
