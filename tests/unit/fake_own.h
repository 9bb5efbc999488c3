/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for src/sys/own.c at link time: files in memory, for what reads the caller's files. */
#ifndef FAKE_OWN_H
#define FAKE_OWN_H

#include <stddef.h>

void fake_own_reset(void);
/* error: negative errno that reading it gives, 0: text. */
void fake_own_add(const char *path, const char *text, size_t length, int error);
void fake_own_text(const char *path, const char *text);

#endif
