/* SPDX-License-Identifier: Apache-2.0 */
/* How sysctl.d(5) and sysctl(8) write the names of files below /proc/sys. */
#ifndef BASE_SYSCTL_KEY_H
#define BASE_SYSCTL_KEY_H

#include <stdbool.h>

#include "base/arena.h"

/* Whichever of '.' and '/' comes first separates the parts; the other one is a '.' within a part.
 * Returned with dots between: "net/ipv4/conf/eth0.100/x" is "net.ipv4.conf.eth0/100.x". */
char *sysctl_key(struct arena *arena, const char *text);

/* The file of such a key below /proc/sys: "net/ipv4/conf/eth0.100/x". */
char *sysctl_key_file(struct arena *arena, const char *key);

/* It holds '*', '?' or '[', so that it may stand for many keys. */
bool sysctl_key_is_pattern(const char *key);

/* As glob(3) does it: a wildcard stays within its part. */
bool sysctl_key_matches(struct arena *arena, const char *pattern, const char *key);

#endif
