/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as the kernel sends them, and cut at every byte. */
#include "sys/kernel_news.h"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "run_suite.h"

struct message {
	char bytes[512];
	size_t length;
};

static size_t add(struct message *message, unsigned short type, const void *value, size_t length)
{
	const struct rtattr attribute = {.rta_type = type,
					 .rta_len = (unsigned short)RTA_LENGTH(length)};
	size_t at = message->length;

	memcpy(message->bytes + at, &attribute, sizeof(attribute));
	memcpy(message->bytes + at + RTA_LENGTH(0), value, length);
	message->length += RTA_SPACE(length);
	return at;
}

/* kind: NULL: none, as of a card. */
static struct message link_of(int type, int family, int hardware, const char *kind)
{
	const struct ifinfomsg link = {.ifi_family = (unsigned char)family,
				       .ifi_type = (unsigned short)hardware,
				       .ifi_index = 7};
	struct message message = {.length = NLMSG_LENGTH(sizeof(link))}, nested = {0};
	struct nlmsghdr head = {.nlmsg_type = (unsigned short)type};

	memcpy(message.bytes + NLMSG_HDRLEN, &link, sizeof(link));
	(void)add(&message, IFLA_IFNAME, "eth0", sizeof("eth0"));
	if (kind)
		(void)add(&nested, IFLA_INFO_KIND, kind, strlen(kind) + 1);
	else
		(void)add(&nested, IFLA_INFO_SLAVE_KIND, "bond", sizeof("bond"));
	(void)add(&message, IFLA_LINKINFO | NLA_F_NESTED, nested.bytes, nested.length);
	head.nlmsg_len = (unsigned)message.length;
	memcpy(message.bytes, &head, sizeof(head));
	return message;
}

static bool is_hardware(struct message message)
{
	return kernel_news_is_hardware_link(message.bytes, message.length);
}

START_TEST(links_of_containers_are_software)
{
	static const char *const software[] = {"veth", "bridge", "vxlan", "netkit", "tun"};
	static const char *const others[] = {NULL, "bond", "ipoib", "dsa", "veth0", "vet", ""};

	for (size_t i = 0; i < sizeof(software) / sizeof(software[0]); i++) {
		ck_assert(!is_hardware(link_of(RTM_NEWLINK, 0, ARPHRD_ETHER, software[i])));
		ck_assert(!is_hardware(link_of(RTM_DELLINK, 0, ARPHRD_ETHER, software[i])));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(is_hardware(link_of(RTM_NEWLINK, 0, ARPHRD_ETHER, others[i])),
			      "row %zu", i);
	ck_assert(!is_hardware(link_of(RTM_NEWLINK, 0, ARPHRD_LOOPBACK, NULL)));
	ck_assert(!is_hardware(link_of(RTM_NEWLINK, AF_BRIDGE, ARPHRD_ETHER, NULL)));
	ck_assert(is_hardware(link_of(RTM_NEWADDR, 0, ARPHRD_ETHER, "veth")));
}
END_TEST

START_TEST(a_link_that_cannot_be_read_may_be_hardware)
{
	const struct message whole = link_of(RTM_NEWLINK, 0, ARPHRD_ETHER, "veth");
	struct message message;

	ck_assert(!is_hardware(whole));
	for (size_t length = 0; length < whole.length; length++)
		ck_assert_msg(kernel_news_is_hardware_link(whole.bytes, length), "%zu", length);
	/* Each length of an attribute, and each kind of one. */
	for (size_t at = NLMSG_LENGTH(sizeof(struct ifinfomsg)); at < whole.length; at++) {
		message = whole;
		message.bytes[at] = (char)0xff;
		(void)is_hardware(message);
		message.bytes[at] = 0;
		(void)is_hardware(message);
	}
	message = whole;
	memset(message.bytes + NLMSG_LENGTH(sizeof(struct ifinfomsg)), 0, 2);
	ck_assert(is_hardware(message));
}
END_TEST

START_TEST(devices_that_are_only_software)
{
	static const char *const software[] = {
	    "add@/devices/virtual/net/veth1a2b3c", "remove@/devices/virtual/net/veth1/queues/rx-0",
	    "add@/devices/virtual/bdi/0:55",       "add@/module/xt_comment",
	    "add@/kernel/slab/:0000192",           "change@/fs/xfs/nvme0n1"};
	static const char *const others[] = {"add@/devices/pci0000:00/0000:00:05.0/net/eth0",
					     "offline@/devices/system/cpu/cpu3",
					     "bind@/devices/vmbus/x",
					     "add@/devices/virtual",
					     "add@/bus/pci/drivers/ena",
					     "no event",
					     "",
					     "@",
					     "add/devices/virtual/net/veth1"};

	for (size_t i = 0; i < sizeof(software) / sizeof(software[0]); i++) {
		size_t length = strlen(software[i]);

		ck_assert(!kernel_news_is_hardware_device(software[i], length + 1));
		ck_assert(kernel_news_is_hardware_device(software[i], length));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(kernel_news_is_hardware_device(others[i], strlen(others[i]) + 1),
			      "%s", others[i]);
}
END_TEST

RUN_SUITE("kernel_news", links_of_containers_are_software,
	  a_link_that_cannot_be_read_may_be_hardware, devices_that_are_only_software)
