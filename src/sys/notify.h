/* SPDX-License-Identifier: Apache-2.0 */
/* Tells systemd the state of a service, by its datagrams (sd_notify(3)). */
#ifndef SYS_NOTIFY_H
#define SYS_NOTIFY_H

#include "base/err.h"

/* socket: what $NOTIFY_SOCKET names, NULL: nobody wants to know. Lines of "NAME=VALUE". */
_must_check_ int notify_send(const char *socket, const char *lines);

#endif
