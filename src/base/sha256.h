/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) over any number of pieces, and HMAC (RFC 2104) with it: identities of
 * profiles and nodes. Why not a library: none that is linked exports a hash function. */
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

enum { sha256_bytes = 32 };

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t length);
/* The hash cannot be used afterwards. */
void sha256_end(struct sha256 *hash, unsigned char ret[sha256_bytes]);
/* The same as 64 lower-case hexadecimal digits. */
char *sha256_hex(struct sha256 *hash, struct arena *arena);

/* A key of at most 64 bytes. */
void sha256_hmac(const void *key, size_t key_length, const void *data, size_t length,
		 unsigned char ret[sha256_bytes]);

#endif
