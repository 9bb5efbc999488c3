/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the files and links thintune may write, and how their readers are told. */
#include "apply/file.h"

#include <errno.h>

#include "base/text.h"
#include "facts/irqbalance.h"
#include "plan/hand_over.h"
#include "sys/irqbalance.h"
#include "sys/systemctl.h"

enum reader { READER_NOBODY, READER_IRQBALANCE, READER_SYSTEMD };

static const struct {
	const char *path;
	enum kind kind;
	enum reader reader;
} files[] = {
    {.path = "/etc/default/irqbalance", .kind = KIND_FILE, .reader = READER_IRQBALANCE},
    {.path = "/etc/sysconfig/irqbalance", .kind = KIND_FILE, .reader = READER_IRQBALANCE},
    {.path = "/etc/conf.d/irqbalance", .kind = KIND_FILE, .reader = READER_IRQBALANCE},
    {.path = PINNING_DROP_IN, .kind = KIND_FILE, .reader = READER_SYSTEMD},
    {.path = PINNING_STATE_FILE, .kind = KIND_FILE, .reader = READER_NOBODY},
    {.path = FSTRIM_LINK, .kind = KIND_LINK, .reader = READER_SYSTEMD},
};

static int find(const char *path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (text_equal(files[i].path, path))
			return (int)i;
	}
	return -ENOENT;
}

bool file_is_ours(enum kind kind, const char *path)
{
	int at = find(path);

	return at >= 0 && files[at].kind == kind;
}

int file_read(struct root *root, struct arena *arena, enum kind kind, const char *path,
	      const char **ret)
{
	int r = kind == KIND_LINK ? root_link(root, arena, path, ret)
				  : root_read_file(root, arena, path, ret);

	if (r != -ENOENT && r != -ENOTDIR)
		return r;
	*ret = FILE_ABSENT;
	return 0;
}

int file_write(struct root *root, enum kind kind, const char *path, const char *content)
{
	int r;

	if (!file_is_ours(kind, path))
		return -EPERM;
	if (!text_equal(content, FILE_ABSENT))
		return kind == KIND_LINK ? root_put_link(root, path, content)
					 : root_put_file(root, path, content);
	r = root_take_file(root, path);
	return r == -ENOENT ? 0 : r;
}

int file_may_write(struct root *root, enum kind kind, const char *path)
{
	return kind == KIND_LINK ? root_may_put_link(root, path) : root_may_put_file(root, path);
}

/* Telling ------------------------------------------------------------------------------------- */

static int by_systemctl(struct root *root, struct arena *arena, enum systemctl_action action,
			const char **ret_note)
{
	const char *command = systemctl_command(action);
	int r = systemctl_run(root, action);

	if (r == 0)
		*ret_note = arena_printf(arena, "ran `%s`", command);
	else if (r == -EOPNOTSUPP)
		*ret_note = arena_printf(arena, "takes effect with `%s`, run on the node", command);
	else
		*ret_note = arena_printf(arena, "`%s` %s", command,
					 r == -ETIMEDOUT   ? "did not end in time"
					 : r == -EREMOTEIO ? "failed"
							   : err_words(r));
	return r;
}

/* Told over its socket, it balances the rest without a pause; a restart reads the file again. */
static int tell_irqbalance(struct root *root, struct arena *arena, const char *path,
			   const char *content, const char **ret_note)
{
	number_list irqs = irqbalance_bans_in(root, arena, path, content);
	names sockets = irqbalance_sockets(root, arena);
	int by_socket = -EOPNOTSUPP, r;

	vec_for_each (socket, &sockets) {
		by_socket = irqbalance_ban(root, *socket, irqs.at, irqs.count);
		if (by_socket == 0) {
			*ret_note = "told irqbalance over its socket, without a restart";
			return 0;
		}
	}
	r = by_systemctl(root, arena, SYSTEMCTL_RESTART_IRQBALANCE, ret_note);
	if (r != -EOPNOTSUPP || by_socket == -EOPNOTSUPP)
		return r;
	*ret_note = arena_printf(arena, "irqbalance could not be told over its socket: %s",
				 err_words(by_socket));
	return by_socket;
}

int file_announce(struct root *root, struct arena *arena, const char *path, const char *content,
		  const char **ret_note)
{
	int at = find(path);

	*ret_note = NULL;
	if (at < 0 || files[at].reader == READER_NOBODY)
		return 0;
	if (files[at].reader == READER_SYSTEMD)
		return by_systemctl(root, arena, SYSTEMCTL_DAEMON_RELOAD, ret_note);
	return tell_irqbalance(root, arena, path, content, ret_note);
}
