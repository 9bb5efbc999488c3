/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 as FIPS 180-4 defines it; constants and names are those of its sections 4.1.2 to 5.3.3.
 */
#include "base/sha256.h"

#include "base/text.h"

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t initial_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate_right(uint32_t word, unsigned by)
{
	return word >> by | word << (32 - by);
}

static void expand(const unsigned char *block, uint32_t schedule[64])
{
	for (unsigned t = 0; t < 16; t++)
		schedule[t] = (uint32_t)block[t * 4] << 24 | (uint32_t)block[t * 4 + 1] << 16 |
			      (uint32_t)block[t * 4 + 2] << 8 | (uint32_t)block[t * 4 + 3];
	for (unsigned t = 16; t < 64; t++) {
		uint32_t early = schedule[t - 15], late = schedule[t - 2];

		schedule[t] = (rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10) +
			      schedule[t - 7] +
			      (rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3) +
			      schedule[t - 16];
	}
}

/* One round. What it makes takes the places of d and h, so that no word moves: the next round is
 * called with all of them one place further. */
__attribute__((always_inline)) static inline void one_round(uint32_t a, uint32_t b, uint32_t c,
							    uint32_t *d, uint32_t e, uint32_t f,
							    uint32_t g, uint32_t *h, uint32_t added)
{
	uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
	uint32_t choose = (e & f) ^ (~e & g);
	uint32_t first = *h + sum1 + choose + added;
	uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
	uint32_t majority = (a & b) ^ (a & c) ^ (b & c);

	*d += first;
	*h = first + sum0 + majority;
}

static void compress(struct sha256 *hash, const unsigned char *block)
{
	uint32_t *state = hash->state, schedule[64];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	expand(block, schedule);
	for (unsigned t = 0; t < 64; t++)
		schedule[t] += round_constants[t];
	for (unsigned t = 0; t < 64; t += 8) {
		const uint32_t *added = schedule + t;

		one_round(a, b, c, &d, e, f, g, &h, added[0]);
		one_round(h, a, b, &c, d, e, f, &g, added[1]);
		one_round(g, h, a, &b, c, d, e, &f, added[2]);
		one_round(f, g, h, &a, b, c, d, &e, added[3]);
		one_round(e, f, g, &h, a, b, c, &d, added[4]);
		one_round(d, e, f, &g, h, a, b, &c, added[5]);
		one_round(c, d, e, &f, g, h, a, &b, added[6]);
		one_round(b, c, d, &e, f, g, h, &a, added[7]);
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d;
	state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void sha256_start(struct sha256 *hash)
{
	hash->length_bytes = 0;
	memcpy(hash->state, initial_state, sizeof(hash->state));
}

void sha256_add(struct sha256 *hash, const void *data, size_t length)
{
	const unsigned char *at = data;

	while (length) {
		size_t used = hash->length_bytes % sizeof(hash->block);
		size_t part = sizeof(hash->block) - used;

		if (part > length)
			part = length;
		memcpy(hash->block + used, at, part);
		hash->length_bytes += part;
		at += part;
		length -= part;
		if (used + part == sizeof(hash->block))
			compress(hash, hash->block);
	}
}

void sha256_end(struct sha256 *hash, unsigned char ret[sha256_bytes])
{
	static const unsigned char padding[64] = {0x80};
	uint64_t length_bits = hash->length_bytes * 8;
	size_t used = hash->length_bytes % sizeof(hash->block);
	unsigned char tail[8];

	sha256_add(hash, padding, used < 56 ? 56 - used : 120 - used);
	for (unsigned i = 0; i < 8; i++)
		tail[i] = (unsigned char)(length_bits >> (56 - i * 8));
	sha256_add(hash, tail, sizeof(tail));
	for (unsigned i = 0; i < sha256_bytes; i++)
		ret[i] = (unsigned char)(hash->state[i / 4] >> (24 - i % 4 * 8));
}

char *sha256_hex(struct sha256 *hash, struct arena *arena)
{
	unsigned char bytes[sha256_bytes];
	struct str hex = str_new(arena);

	sha256_end(hash, bytes);
	for (unsigned i = 0; i < sha256_bytes; i++)
		str_printf(&hex, "%02x", bytes[i]);
	return hex.text;
}

void sha256_hmac(const void *key, size_t key_length, const void *data, size_t length,
		 unsigned char ret[sha256_bytes])
{
	unsigned char inner[sizeof(((struct sha256 *)0)->block)], outer[sizeof(inner)];
	struct sha256 hash;

	memset(inner, 0, sizeof(inner));
	memcpy(inner, key, key_length < sizeof(inner) ? key_length : sizeof(inner));
	for (size_t i = 0; i < sizeof(inner); i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	sha256_start(&hash);
	sha256_add(&hash, inner, sizeof(inner));
	sha256_add(&hash, data, length);
	sha256_end(&hash, ret);
	sha256_start(&hash);
	sha256_add(&hash, outer, sizeof(outer));
	sha256_add(&hash, ret, sha256_bytes);
	sha256_end(&hash, ret);
}
