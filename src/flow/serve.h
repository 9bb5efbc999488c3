/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of serve: connections, their time, and how many there are. */
#ifndef FLOW_SERVE_H
#define FLOW_SERVE_H

#include "base/err.h"
#include "flow/serve_reply.h"

enum { SERVE_CONNECTIONS_MOST = 64 };

struct serve_loop;

/* What the loop needs of the kernel is open afterwards. */
_must_check_ int serve_new(struct arena *arena, int listener, const struct serve_site *site,
			   struct serve_loop **ret, struct err *err);
/* Until SIGTERM or SIGINT (0), or until it cannot go on. */
_must_check_ int serve_run(struct serve_loop *loop, struct err *err);

#endif
