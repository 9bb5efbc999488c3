/* SPDX-License-Identifier: Apache-2.0 */
/* Talks to a running irqbalance over its socket. */
#include "sys/irqbalance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

/* It does not answer while it looks at all interrupts, which takes a moment. After a change of its
 * bans it first reads the whole topology anew (need_rescan). */
enum { patience_seconds = 15 };

static int open_socket(struct root *root, const char *name)
{
	const struct timeval patience = {.tv_sec = patience_seconds};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct str path = str_new(root->arena);
	_cleanup_fd_ int dir = root_open_below(root, IRQBALANCE_DIR, O_PATH | O_DIRECTORY);
	int fd;

	if (dir < 0)
		return dir;
	/* Through the descriptor, so that no link leads out of the root. */
	str_printf(&path, "/proc/self/fd/%d/%s", dir, name);
	if (strchr(name, '/') || path.length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path.text, path.length + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno();
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int r = err_errno();

		(void)close(fd);
		return r;
	}
	return fd;
}

/* It checks who asks; some versions only see that if it comes with the request. */
static int send_with_credentials(int fd, char *request)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control = {0};
	const struct ucred self = {.pid = getpid(), .uid = getuid(), .gid = getgid()};
	struct iovec text = {.iov_base = request, .iov_len = strlen(request)};
	const struct msghdr message = {.msg_iov = &text,
				       .msg_iovlen = 1,
				       .msg_control = &control,
				       .msg_controllen = sizeof(control)};
	struct cmsghdr *credentials = CMSG_FIRSTHDR(&message);
	ssize_t sent;

	credentials->cmsg_level = SOL_SOCKET;
	credentials->cmsg_type = SCM_CREDENTIALS;
	credentials->cmsg_len = CMSG_LEN(sizeof(self));
	memcpy(CMSG_DATA(credentials), &self, sizeof(self));
	sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (sent < 0)
		return err_errno();
	return (size_t)sent == text.iov_len ? 0 : -EIO;
}

/* Some 100 bytes for each interrupt that it serves. */
enum { most_answer_bytes = 16 * 1024 * 1024 };

/* One request; the answer is everything until it hangs up. */
static int converse(struct root *root, const char *name, char *request, const char **ret)
{
	_cleanup_fd_ int fd = open_socket(root, name);
	struct str answer = str_new(root->arena);
	char part[4096];
	ssize_t got;
	int r = fd < 0 ? fd : send_with_credentials(fd, request);

	if (r < 0)
		return r;
	while ((got = recv(fd, part, sizeof(part), 0)) > 0 && answer.length <= most_answer_bytes)
		str_add_n(&answer, part, (size_t)got);
	if (got > 0)
		return -EMSGSIZE;
	if (got < 0 && errno == EAGAIN)
		return -ETIMEDOUT;
	/* It hangs up without reading what it does not need. */
	if (got < 0 && errno != ECONNRESET)
		return err_errno();
	*ret = answer.text;
	return 0;
}

int irqbalance_parse(struct arena *arena, const char *answer, number_list *ret)
{
	names words = text_words(arena, answer);
	number_list irqs = {0};

	if (!words.count || !text_equal(words.at[0], "SLEEP"))
		return -EPROTO;
	for (size_t i = 0; i + 1 < words.count; i++) {
		uint64_t number;

		if (!text_equal(words.at[i], "IRQ"))
			continue;
		if (text_u64(words.at[i + 1], &number) < 0 || number > UINT32_MAX)
			return -EPROTO;
		vec_push(arena, &irqs, (unsigned)number);
	}
	numbers_sort(&irqs);
	*ret = irqs;
	return 0;
}

static int check(struct root *root, const char *name, const unsigned *irqs, size_t count)
{
	number_list banned;
	char request[] = "setup";
	const char *answer;
	int r = converse(root, name, request, &answer);

	if (r == 0)
		r = irqbalance_parse(root->arena, answer, &banned);
	if (r < 0)
		return r;
	if (banned.count != count)
		return -EPROTO;
	for (size_t i = 0; i < count; i++) {
		if (banned.at[i] != irqs[i])
			return -EPROTO;
	}
	return 0;
}

int irqbalance_ban(struct root *root, const char *socket, const unsigned *irqs, size_t count)
{
	struct str request = str_new(root->arena);
	size_t head;
	const char *answer;
	int r;

	if (!root->is_live)
		return -EOPNOTSUPP;
	str_add(&request, "settings ban irqs ");
	head = request.length;
	for (size_t i = 0; i < count; i++)
		str_printf(&request, "%s%u", i ? " " : "", irqs[i]);
	if (request.length - head > IRQBALANCE_LIST_BYTES)
		return -EFBIG;
	if (!count)
		str_add(&request, "NONE");
	r = converse(root, socket, request.text, &answer);
	/* Asked only after a list was set: some old versions write past their buffer when they
	 * answer with an empty list. */
	return r == 0 && count ? check(root, socket, irqs, count) : r;
}
