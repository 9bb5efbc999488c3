/* SPDX-License-Identifier: Apache-2.0 */
/* Who started a process, by the control group that it is in. */
#include "live/caller.h"

#include "run_suite.h"

static struct arena *arena;

static struct live_caller of(const char *text)
{
	struct live_caller caller = {.loginuid = -1};

	live_caller_groups(arena, text, &caller);
	return caller;
}

static void assert_is(const char *text, const char *unit, const char *pod)
{
	const struct live_caller caller = of(text);

	ck_assert_pstr_eq(caller.unit, unit);
	ck_assert_pstr_eq(caller.pod, pod);
}

START_TEST(the_group_names_unit_and_pod)
{
	arena = arena_new();
	assert_is("0::/system.slice/thintune.service\n", "thintune.service", NULL);
	assert_is("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", NULL);
	assert_is("12:cpu:/x.service\n1:name=systemd:/system.slice/a.service\n0::/b.service\n",
		  "a.service", NULL);
	assert_is("0::/kubepods.slice/kubepods-burstable.slice/"
		  "kubepods-burstable-pod0f1e_2d3c.slice/cri-containerd-abc.scope\n",
		  NULL, "0f1e-2d3c");
	assert_is("0::/kubepods/besteffort/pod0f1e-2d3c/abc\n", NULL, "0f1e-2d3c");
	/* A namespace of its own hides both. */
	assert_is("0::/\n", NULL, NULL);
	assert_is("", NULL, NULL);
	assert_is("0::/kubepods/pod/abc\n", NULL, NULL);
	assert_is("no group at all", NULL, NULL);
	arena_free(arena);
}
END_TEST

START_TEST(this_process_can_be_asked)
{
	struct live_caller caller;

	arena = arena_new();
	caller = live_caller_read(arena);
	ck_assert_int_ge(caller.loginuid, -1);
	ck_assert_ptr_null(caller.sudo);
	arena_free(arena);
}
END_TEST

RUN_SUITE("caller", the_group_names_unit_and_pod, this_process_can_be_asked)
