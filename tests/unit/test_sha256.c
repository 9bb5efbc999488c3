/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of the NIST example document for FIPS 180-4, and pieces that cross block boundaries. */
#include "run_suite.h"

#include "base/sha256.h"

static const char *hash_of(struct arena *arena, const void *data, size_t length, size_t piece)
{
	const char *at = data;
	struct sha256 hash;

	sha256_start(&hash);
	for (size_t done = 0; done < length; done += piece)
		sha256_add(&hash, at + done, length - done < piece ? length - done : piece);
	return sha256_hex(&hash, arena);
}

START_TEST(published_vectors)
{
	static const struct {
		const char *text, *hex;
	} vectors[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
	     "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		ck_assert_str_eq(
		    hash_of(arena, vectors[i].text, strlen(vectors[i].text), SIZE_MAX / 2),
		    vectors[i].hex);
}
END_TEST

/* Test cases 1 and 2 of RFC 4231. */
START_TEST(keyed)
{
	static const struct {
		const char *key, *data;
		unsigned char first, last;
	} vectors[] = {
	    {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
	     "Hi There", 0xb0, 0xf7},
	    {"Jefe", "what do ya want for nothing?", 0x5b, 0x43},
	};
	unsigned char mac[sha256_bytes];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		sha256_hmac(vectors[i].key, strlen(vectors[i].key), vectors[i].data,
			    strlen(vectors[i].data), mac);
		ck_assert_uint_eq(mac[0], vectors[i].first);
		ck_assert_uint_eq(mac[sha256_bytes - 1], vectors[i].last);
	}
}
END_TEST

START_TEST(million_letters_in_odd_pieces)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char *text = arena_alloc(arena, 1000000);

	memset(text, 'a', 1000000);
	ck_assert_str_eq(hash_of(arena, text, 1000000, 61),
			 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(every_length_around_a_block_is_the_same_whole_or_in_bytes)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char text[130];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	for (size_t length = 1; length <= sizeof(text); length++)
		ck_assert_str_eq(hash_of(arena, text, length, length),
				 hash_of(arena, text, length, 1));
}
END_TEST

RUN_SUITE("sha256", published_vectors, keyed, million_letters_in_odd_pieces,
	  every_length_around_a_block_is_the_same_whole_or_in_bytes)
