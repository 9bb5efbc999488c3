/* SPDX-License-Identifier: Apache-2.0 */
/* Which cards carry what redpanda.yaml listens on. */
#include <arpa/inet.h>

#include "base/text.h"
#include "live/live.h"
#include "run_suite.h"

static void hold(struct arena *arena, held_addresses *held, const char *interface, int family,
		 const char *text)
{
	struct held_address address = {
	    .interface = interface, .family = family, .is_loopback = text_equal(interface, "lo")};

	ck_assert_int_eq(inet_pton(family, text, address.bytes), 1);
	vec_push(arena, held, address);
}

static const char *listeners(struct arena *arena, const char *addresses)
{
	names list = text_words(arena, addresses);
	held_addresses held = {0};
	const char *found;

	hold(arena, &held, "lo", AF_INET, "127.0.0.1");
	hold(arena, &held, "eth10", AF_INET, "10.0.0.5");
	hold(arena, &held, "eth2", AF_INET, "10.0.1.5");
	hold(arena, &held, "eth2", AF_INET6, "fd00::5");
	found = live_listeners(arena, &list, &held);
	return found ? found : "any";
}

START_TEST(addresses_name_their_cards)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(listeners(arena, "10.0.0.5"), "eth10");
	ck_assert_str_eq(listeners(arena, "10.0.0.5 10.0.1.5 10.0.0.5"), "eth2 eth10");
	ck_assert_str_eq(listeners(arena, "fd00:0:0::5"), "eth2");
	/* The admin API on loopback chooses nothing. */
	ck_assert_str_eq(listeners(arena, "127.0.0.1 10.0.0.5"), "eth10");
}
END_TEST

START_TEST(what_does_not_tell_chooses_nothing)
{
	static const char *const addresses[] = {
	    "",         "127.0.0.1", "0.0.0.0", "10.0.0.5 0.0.0.0", "::", "10.0.0.5 broker.example",
	    "10.0.0.6", "fd00::6",   "10.0.0",  "::ffff:10.0.0.5",
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		ck_assert_str_eq(listeners(arena, addresses[i]), "any");
}
END_TEST

/* In another network namespace an address says nothing of the node's cards. */
START_TEST(only_in_the_nodes_own_network)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	names list = text_words(arena, "127.0.0.1");
	struct live live = {.initial_netns = TRI_NO};

	live_ask_listeners(arena, &list, &live);
	ck_assert_ptr_null(live.listens_on);
	live.initial_netns = TRI_YES;
	live_ask_listeners(arena, &list, &live);
	ck_assert_ptr_null(live.listens_on);
}
END_TEST

RUN_SUITE("live_listen", addresses_name_their_cards, what_does_not_tell_chooses_nothing,
	  only_in_the_nodes_own_network)
