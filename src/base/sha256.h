/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) over any number of pieces: the identity of a profile's content. Why not a
 * library: none that is linked exports a hash function. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct sha256 {
	uint32_t state[8];
	uint64_t length_bytes;
	unsigned char block[64]; /* its first length_bytes % 64 bytes are pending */
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t length);
/* 64 lower-case hexadecimal digits. The hash cannot be used afterwards. */
char *sha256_hex(struct sha256 *hash, struct arena *arena);

#endif
