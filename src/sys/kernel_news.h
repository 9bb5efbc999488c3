/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one message of the kernel is about. A driver that makes its device anew, or takes its link
 * down and up, may set attributes of it and of its interrupts anew; devices that are only software,
 * which come and go with every container, set nothing of a node's hardware. Pure. What cannot be
 * read may be about hardware.
 */
#ifndef SYS_KERNEL_NEWS_H
#define SYS_KERNEL_NEWS_H

#include <stdbool.h>
#include <stddef.h>

/* A datagram of rtnetlink's group of links. */
bool kernel_news_is_hardware_link(const char *bytes, size_t length);
/* A kobject's event: "add@/devices/pci0000:00/...", and what follows the first NUL. */
bool kernel_news_is_hardware_device(const char *bytes, size_t length);

#endif
