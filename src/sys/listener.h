/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP socket that others connect to, and the connections. Addresses are numbers: no name is ever
 * looked up. Nothing here waits. */
#ifndef SYS_LISTENER_H
#define SYS_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/* address: "127.0.0.1:17644", "[::1]:17644"; port 0 is any that is free. waiting: how many
 * connections the kernel keeps until they are accepted. */
_must_check_ int listener_open(const char *address, int waiting, int *ret_fd, struct err *err);
/* Where it listens, as above, with the port that it got. */
const char *listener_address(struct arena *arena, int fd);

/* A descriptor; -EAGAIN: nobody waits. -ECONNABORTED: the peer is gone. */
int listener_accept(int fd);
/* Whether that address ("10.0.0.1", "::1") is the one that the peer has connected to. */
bool listener_is_at(int connection, const char *address);

/* Bytes; 0: the peer has ended. -EAGAIN: nothing is there. */
ssize_t listener_receive(int connection, void *ret, size_t room);
/* Bytes taken. -EAGAIN: the peer has to read first. is_more: a file follows at once. */
ssize_t listener_send(int connection, const void *bytes, size_t length, bool is_more);
/* From *offset on, which moves. 0: the file ends there. */
ssize_t listener_send_file(int connection, int file, int64_t *offset, size_t length);
/* Nothing more will be sent; the peer may still send. */
void listener_finish(int connection);

#endif
