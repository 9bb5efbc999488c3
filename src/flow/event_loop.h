/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of libevent that serve and watch wait in. */
#ifndef FLOW_EVENT_LOOP_H
#define FLOW_EVENT_LOOP_H

#include <event2/event.h>

/* Of one thread, deaf to the environment; the library prints nothing by itself. NULL: there is no
 * memory, or the kernel has no way to wait. Ended by event_base_free(). */
struct event_base *event_loop_new(void);

#endif
