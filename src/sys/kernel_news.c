/* SPDX-License-Identifier: Apache-2.0 */
/* Tells software from what may be hardware. */
#include "sys/kernel_news.h"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* Kinds of links that no hardware is behind (IFLA_INFO_KIND; those of container networks). A card
 * has none, but for a few drivers that are not listed here. */
static const char *const software[] = {
    "bareudp",   "bridge", "dummy",     "erspan",      "geneve",    "gre",    "gretap", "ifb",
    "ip6erspan", "ip6gre", "ip6gretap", "ip6tnl",      "ipip",      "ipvlan", "ipvtap", "macvlan",
    "macvtap",   "netkit", "nlmon",     "openvswitch", "sit",       "tun",    "veth",   "vlan",
    "vrf",       "vti",    "vti6",      "vxlan",       "wireguard", "xfrm",
};

/* Of kobjects: software, modules and caches, whose drivers tell of their devices by themselves. */
static const char *const places[] = {"/devices/virtual/", "/module/", "/kernel/slab/", "/fs/"};

/* The attribute of that type among these bytes; false: there is none, or they cannot be read. */
static bool find(const char *bytes, size_t length, unsigned short type, const char **ret,
		 size_t *ret_length)
{
	struct rtattr attribute;

	while (length >= sizeof(attribute)) {
		size_t whole;

		memcpy(&attribute, bytes, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > length)
			return false;
		if ((attribute.rta_type & NLA_TYPE_MASK) == type) {
			*ret = bytes + RTA_LENGTH(0);
			*ret_length = attribute.rta_len - RTA_LENGTH(0);
			return true;
		}
		whole = RTA_ALIGN((size_t)attribute.rta_len);
		if (whole > length)
			return false;
		bytes += whole;
		length -= whole;
	}
	return false;
}

static bool is_software(const char *kind, size_t length)
{
	for (size_t i = 0; i < sizeof(software) / sizeof(software[0]); i++) {
		size_t wanted = strlen(software[i]);

		/* The kernel ends it with a NUL byte. */
		if ((length == wanted || (length == wanted + 1 && !kind[wanted])) &&
		    memcmp(kind, software[i], wanted) == 0)
			return true;
	}
	return false;
}

bool kernel_news_is_hardware_link(const char *bytes, size_t length)
{
	const size_t start = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct ifinfomsg)));
	struct ifinfomsg link;
	struct nlmsghdr head;
	const char *info, *kind;
	size_t info_length, kind_length;

	if (length < start)
		return true;
	memcpy(&head, bytes, sizeof(head));
	memcpy(&link, bytes + NLMSG_HDRLEN, sizeof(link));
	/* Another message may follow. */
	if (head.nlmsg_len != length ||
	    (head.nlmsg_type != RTM_NEWLINK && head.nlmsg_type != RTM_DELLINK))
		return true;
	/* Of a bridge's port: a card that is one tells of itself in a message of its own. */
	if (link.ifi_family == AF_BRIDGE || link.ifi_type == ARPHRD_LOOPBACK)
		return false;
	return !find(bytes + start, length - start, IFLA_LINKINFO, &info, &info_length) ||
	       !find(info, info_length, IFLA_INFO_KIND, &kind, &kind_length) ||
	       !is_software(kind, kind_length);
}

bool kernel_news_is_hardware_device(const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\0', length), *at = end ? strchr(bytes, '@') : NULL;

	for (size_t i = 0; at && i < sizeof(places) / sizeof(places[0]); i++) {
		if (strncmp(at + 1, places[i], strlen(places[i])) == 0)
			return false;
	}
	return true;
}
