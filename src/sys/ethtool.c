/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of network cards, by the ethtool ioctl. */
#include "sys/ethtool.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

/* An attribute: one field of a structure that is read and written as a whole. */
struct attribute {
	const char *name; /* "channels/combined" */
	uint32_t get, set;
	size_t offset;
	bool is_limit;
};

union counts {
	uint32_t cmd;
	struct ethtool_channels channels;
	struct ethtool_ringparam rings;
};

#define CHANNELS(label, field)                                                                     \
	{.name = "channels/" label,                                                                \
	 .get = ETHTOOL_GCHANNELS,                                                                 \
	 .set = ETHTOOL_SCHANNELS,                                                                 \
	 .offset = offsetof(struct ethtool_channels, field##_count)},                              \
	{                                                                                          \
		.name = "channels/" label "-max", .get = ETHTOOL_GCHANNELS,                        \
		.offset = offsetof(struct ethtool_channels, max_##field), .is_limit = true         \
	}
#define RINGS(label)                                                                               \
	{.name = "rings/" #label,                                                                  \
	 .get = ETHTOOL_GRINGPARAM,                                                                \
	 .set = ETHTOOL_SRINGPARAM,                                                                \
	 .offset = offsetof(struct ethtool_ringparam, label##_pending)},                           \
	{                                                                                          \
		.name = "rings/" #label "-max", .get = ETHTOOL_GRINGPARAM,                         \
		.offset = offsetof(struct ethtool_ringparam, label##_max_pending),                 \
		.is_limit = true                                                                   \
	}

static const struct attribute attributes[] = {
    CHANNELS("rx", rx),
    CHANNELS("tx", tx),
    CHANNELS("other", other),
    CHANNELS("combined", combined),
    RINGS(rx),
    RINGS(tx),
};

/* One NIC to talk to. */
struct talk {
	int fd;
	char name[IFNAMSIZ];
	const char *attribute; /* the part after the card's name */
};

#define FEATURES  "features/"
#define PERMANENT "permanent-address"

bool ethtool_is_path(const struct root *root, const char *path)
{
	return root->is_live && text_starts(path, ETHTOOL_DIR);
}

/* SIOCETHTOOL, or another question about the interface. */
static int ask(const struct talk *talk, unsigned long request, struct ifreq *ifr)
{
	memcpy(ifr->ifr_name, talk->name, sizeof(ifr->ifr_name));
	return ioctl(talk->fd, request, ifr) < 0 ? err_errno() : 0;
}

static int command(const struct talk *talk, void *data)
{
	struct ifreq ifr = {.ifr_data = data};

	return ask(talk, SIOCETHTOOL, &ifr);
}

/* Not through root_read(): a record does not need these files, since it holds the answers. */
static int sysfs_of(struct root *root, const struct talk *talk, const char *name, char *text,
		    size_t room)
{
	_cleanup_fd_ int fd = -1;
	struct str path = str_new(root->arena);
	ssize_t length;

	str_printf(&path, "/sys/class/net/%s/%s", talk->name, name);
	fd = root_open_below(root, path.text, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	length = read(fd, text, room - 1);
	if (length < 0)
		return err_errno();
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* sysfs shows the network namespace of whoever mounted it, the ioctl that of this process: a pod's
 * eth0 must not be taken for the node's. Index and address are never both equal by chance. */
static int check_namespace(struct root *root, const struct talk *talk)
{
	struct ifreq ifr = {0};
	char index[16], address[64];
	const unsigned char *bytes;
	struct str text = str_new(root->arena);
	uint64_t number;
	int r = sysfs_of(root, talk, "ifindex", index, sizeof(index));

	if (r == 0)
		r = sysfs_of(root, talk, "address", address, sizeof(address));
	if (r < 0)
		return err_is_absent(r) ? -ENODEV : r;
	r = ask(talk, SIOCGIFINDEX, &ifr);
	if (r < 0)
		return r == -ENODEV ? -EXDEV : r;
	if (text_u64(index, &number) < 0 || number != (uint64_t)ifr.ifr_ifindex)
		return -EXDEV;
	r = ask(talk, SIOCGIFHWADDR, &ifr);
	if (r < 0)
		return r;
	bytes = (const unsigned char *)ifr.ifr_hwaddr.sa_data;
	str_printf(&text, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3],
		   bytes[4], bytes[5]);
	/* Some interfaces have longer addresses, or none. */
	return text_starts(address, text.text) || !*address ? 0 : -EXDEV;
}

static int open_socket(struct talk *talk)
{
	talk->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return talk->fd < 0 ? err_errno() : 0;
}

static int start(struct root *root, const char *path, struct talk *talk)
{
	const char *name = path + strlen(ETHTOOL_DIR);
	size_t length = strcspn(name, "/");
	int r;

	*talk = (struct talk){.fd = -1};
	if (!length || length >= sizeof(talk->name) || name[length] != '/')
		return -ENOENT;
	memcpy(talk->name, name, length);
	talk->attribute = name + length + 1;
	r = open_socket(talk);
	return r < 0 ? r : check_namespace(root, talk);
}

static void stop(struct talk *talk)
{
	if (talk->fd >= 0)
		(void)close(talk->fd);
}

#define _cleanup_talk_ __attribute__((cleanup(stop)))

static const struct attribute *find(const char *name)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (text_equal(attributes[i].name, name))
			return &attributes[i];
	}
	return NULL;
}

static uint32_t *field_of(union counts *counts, const struct attribute *attribute)
{
	return (uint32_t *)(void *)((char *)counts + attribute->offset);
}

/* Features ------------------------------------------------------------------------------------ */

/* Enough for 256 features; Linux 6.18 has less than 70. */
enum { FEATURE_BLOCKS = 8, FEATURES_MOST = FEATURE_BLOCKS * 32 };

struct feature {
	unsigned block, blocks; /* of so many that this kernel has */
	uint32_t bit;
	bool is_on, is_changeable;
};

struct feature_names {
	struct ethtool_gstrings head;
	char at[FEATURES_MOST][ETH_GSTRING_LEN];
};

struct feature_set {
	struct ethtool_sset_info head;
	uint32_t count;
};

struct feature_states {
	struct ethtool_gfeatures head;
	struct ethtool_get_features_block blocks[FEATURE_BLOCKS];
};

struct feature_wish {
	struct ethtool_sfeatures head;
	struct ethtool_set_features_block blocks[FEATURE_BLOCKS];
};

static int feature_index(const struct talk *talk, const char *name, struct arena *arena)
{
	struct feature_set set = {
	    .head = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = UINT64_C(1) << ETH_SS_FEATURES}};
	struct feature_names *list = arena_alloc(arena, sizeof(*list));
	int r = command(talk, &set);

	if (r < 0)
		return r;
	if (!set.head.sset_mask || set.count > FEATURES_MOST)
		return -EOPNOTSUPP;
	list->head = (struct ethtool_gstrings){
	    .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES, .len = set.count};
	r = command(talk, list);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < set.count; i++) {
		if (strncmp(list->at[i], name, ETH_GSTRING_LEN) == 0)
			return (int)i;
	}
	return -ENOENT;
}

static int find_feature(struct root *root, const struct talk *talk, struct feature *ret)
{
	struct feature_states states = {.head = {.cmd = ETHTOOL_GFEATURES, .size = FEATURE_BLOCKS}};
	int index = feature_index(talk, talk->attribute + strlen(FEATURES), root->arena);
	int r = index < 0 ? index : command(talk, &states);

	if (r < 0)
		return r;
	ret->block = (unsigned)index / 32;
	ret->blocks = states.head.size;
	ret->bit = UINT32_C(1) << (unsigned)index % 32;
	ret->is_on = states.blocks[ret->block].active & ret->bit;
	ret->is_changeable = states.blocks[ret->block].available & ret->bit &&
			     !(states.blocks[ret->block].never_changed & ret->bit);
	return ret->is_on || ret->is_changeable ? 0 : -EOPNOTSUPP;
}

static int write_feature(struct root *root, const struct talk *talk, const char *text)
{
	struct feature_wish wish = {.head = {.cmd = ETHTOOL_SFEATURES}};
	struct feature feature = {0};
	int r = find_feature(root, talk, &feature);

	if (r < 0)
		return r;
	if (!text_equal(text, "on") && !text_equal(text, "off"))
		return -EINVAL;
	if (!feature.is_changeable)
		return -EOPNOTSUPP;
	/* It refuses any other number, though it answers one that is too large. */
	wish.head.size = feature.blocks;
	wish.blocks[feature.block].valid = feature.bit;
	wish.blocks[feature.block].requested = text_equal(text, "on") ? feature.bit : 0;
	/* A positive answer means that the driver chose otherwise; the read-back shows it. */
	return command(talk, &wish);
}

/* Address -------------------------------------------------------------------------------------- */

/* What the card came with, whatever a bond or a person has set since. */
static int read_permanent(const struct talk *talk, struct arena *arena, const char **ret)
{
	struct {
		struct ethtool_perm_addr head;
		unsigned char bytes[32]; /* MAX_ADDR_LEN */
	} answer = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = sizeof(answer.bytes)}};
	struct str text = str_new(arena);
	int r = command(talk, &answer);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < answer.head.size && i < sizeof(answer.bytes); i++)
		str_printf(&text, i ? ":%02x" : "%02x", answer.bytes[i]);
	*ret = text.length ? text.text : "";
	return 0;
}

/* SIOCGIFINDEX takes alternative names as well (net/core/dev.c, netdev_name_node_lookup()), and
 * udev keeps the old name as one. SIOCGIFNAME answers with the name that paths have. */
static int find_index(const struct talk *talk, unsigned *ret)
{
	struct ifreq ifr = {0};
	int r = ask(talk, SIOCGIFINDEX, &ifr);

	if (r < 0)
		return r;
	*ret = (unsigned)ifr.ifr_ifindex;
	r = ask(talk, SIOCGIFNAME, &ifr);
	if (r < 0)
		return r;
	return strncmp(ifr.ifr_name, talk->name, sizeof(talk->name)) == 0 ? 0 : -ENODEV;
}

/* Without check_namespace(): sysfs is not asked at all. */
int ethtool_interface(struct arena *arena, const char *name, unsigned *ret_index,
		      const char **ret_address)
{
	_cleanup_talk_ struct talk talk = {.fd = -1};
	int r;

	if (!*name || strlen(name) >= sizeof(talk.name))
		return -ENODEV;
	memcpy(talk.name, name, strlen(name));
	r = open_socket(&talk);
	if (r == 0)
		r = find_index(&talk, ret_index);
	if (r < 0)
		return r;
	if (read_permanent(&talk, arena, ret_address) < 0)
		*ret_address = NULL;
	return 0;
}

/* Attributes ---------------------------------------------------------------------------------- */

int ethtool_read(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	_cleanup_talk_ struct talk talk;
	const struct attribute *attribute;
	struct feature feature = {0};
	union counts counts = {0};
	int r = start(root, path, &talk);

	if (r < 0)
		return r;
	if (text_starts(talk.attribute, FEATURES)) {
		r = find_feature(root, &talk, &feature);
		if (r == 0)
			*ret = feature.is_on ? "on" : "off";
		return r;
	}
	if (text_equal(talk.attribute, PERMANENT))
		return read_permanent(&talk, arena, ret);
	attribute = find(talk.attribute);
	if (!attribute)
		return -ENOENT;
	counts.cmd = attribute->get;
	r = command(&talk, &counts);
	if (r == 0)
		*ret = arena_printf(arena, "%u", *field_of(&counts, attribute));
	return r;
}

int ethtool_may_write(struct root *root, const char *path)
{
	_cleanup_talk_ struct talk talk;
	const struct attribute *attribute;
	int r = start(root, path, &talk);

	if (r < 0 || text_starts(talk.attribute, FEATURES))
		return r;
	attribute = find(talk.attribute);
	if (!attribute)
		return -ENOENT;
	return attribute->is_limit ? -EACCES : 0;
}

int ethtool_write(struct root *root, const char *path, const char *text)
{
	_cleanup_talk_ struct talk talk;
	const struct attribute *attribute;
	union counts counts = {0};
	uint64_t number;
	int r = start(root, path, &talk);

	if (r < 0)
		return r;
	if (text_starts(talk.attribute, FEATURES))
		return write_feature(root, &talk, text);
	attribute = find(talk.attribute);
	if (!attribute)
		return -ENOENT;
	if (attribute->is_limit)
		return -EACCES;
	if (text_u64(text, &number) < 0 || number > UINT32_MAX)
		return -EINVAL;
	counts.cmd = attribute->get;
	r = command(&talk, &counts);
	if (r < 0)
		return r;
	*field_of(&counts, attribute) = (uint32_t)number;
	counts.cmd = attribute->set;
	return command(&talk, &counts);
}
