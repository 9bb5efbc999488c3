/* SPDX-License-Identifier: Apache-2.0 */
/* Computes fs.aio-max-nr and net.ipv4.tcp_mem. */
#include "tuners/sysctl_auto.h"

#include <inttypes.h>

#include "base/text.h"
#include "plan/hand_over.h"
#include "profile/aio_need.h"
#include "profile/redpanda.h"

/* linux-aio ----------------------------------------------------------------------------------- */

#define AIO_FLOOR UINT64_C(1048576)

/* What a running broker holds is not counted twice. Where none can be seen (a pod), all that is in
 * use counts as that of others. */
static uint64_t aio_of_others(const struct facts *facts, uint64_t per_shard,
			      const char **ret_origin)
{
	uint64_t in_use = facts->host.aio_nr > 0 ? (uint64_t)facts->host.aio_nr : 0;
	uint64_t broker = facts->live.broker_shards * per_shard;

	if (facts->host.aio_nr < 0)
		*ret_origin = "fs.aio-nr could not be read";
	else if (facts->live.broker_running == TRI_UNKNOWN)
		*ret_origin = "in use now, by whomever: a running broker cannot be seen from here";
	else
		*ret_origin = "others use them now";
	return in_use > broker ? in_use - broker : 0;
}

/* " + 500 in reserve", "" for none. */
static const char *aio_once(struct arena *arena, const struct aio_need *need)
{
	return need->once ? arena_printf(arena, " + %" PRIu64 " in reserve", need->once) : "";
}

/* The default in its place would be a guess. NULL: no number. */
static const char *cannot_read(const struct tuning *tuning, const struct start_flag *flag,
			       const char *what, struct wish *wish)
{
	struct arena *arena = tuning->plan->arena;

	wish->decided.note =
	    arena_printf(arena, "unknown: %s, which is not %s", hand_over_says(arena, flag), what);
	return NULL;
}

static const char *aio_max(const struct tuning *tuning, struct wish *wish)
{
	struct arena *arena = tuning->plan->arena;
	const struct plan_request *request = tuning->request;
	struct aio_need need = aio_need_of(request->redpanda ? &request->redpanda->flags : NULL);
	unsigned shards = hand_over_next_shards(arena, tuning->facts, request);
	const struct start_flag *unread = hand_over_unread_shards(arena, request);
	const char *origin;
	uint64_t others = aio_of_others(tuning->facts, need.per_shard, &origin);
	uint64_t own = shards * need.per_shard + need.once, sum = others + own;

	if (need.unread)
		return cannot_read(tuning, need.unread, "a number of requests", wish);
	if (unread)
		return cannot_read(tuning, unread,
				   text_equal(unread->name, "--cpuset") ? "a list of CPUs"
									: "a number of shards",
				   wish);
	if (!shards) {
		wish->decided.note = "unknown: it is not known how many CPUs are online; pass "
				     "--broker-cpus";
		return NULL;
	}
	wish->why = arena_printf(
	    arena,
	    "%s (the larger of %" PRIu64 " and what others use + %u shards x %" PRIu64 "%s%s)",
	    wish->why ? wish->why : "asynchronous I/O events", AIO_FLOOR, shards, need.per_shard,
	    aio_once(arena, &need),
	    need.network ? arena_printf(arena, "; %s", hand_over_says(arena, need.network)) : "");
	wish->measured = arena_printf(arena, "%" PRIu64 " (%s) + %" PRIu64 " = %" PRIu64, others,
				      origin, own, sum);
	return arena_printf(arena, "%" PRIu64, sum > AIO_FLOOR ? sum : AIO_FLOOR);
}

/* TCP ----------------------------------------------------------------------------------------- */

/* What one peer needs where it is in another cloud. */
#define PEER_BYTES (UINT64_C(64) << 20)

/* "8GiB", "512M": Seastar's src/util/conversions.cc, parse_memory_size. */
static bool parse_memory(struct arena *arena, const char *text, uint64_t *ret)
{
	static const char *const units[] = {"iB", "i", "B"}, suffixes[] = "kMGT";
	char *copy = arena_strdup(arena, text);
	size_t length = strlen(copy);
	const char *suffix;
	uint64_t number;
	unsigned shift = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!text_ends(copy, units[i]))
			continue;
		length -= strlen(units[i]);
		copy[length] = '\0';
		break;
	}
	suffix = length ? strchr(suffixes, copy[length - 1] == 'K' ? 'k' : copy[length - 1]) : NULL;
	if (suffix) {
		shift = 10U * (unsigned)(suffix - suffixes + 1);
		copy[length - 1] = '\0';
	}
	if (text_u64(copy, &number) < 0 || number > UINT64_MAX >> shift)
		return false;
	*ret = number << shift;
	return true;
}

static bool flag_bytes(const struct tuning *tuning, const char *name, uint64_t *ret)
{
	const struct start_flag *flag = hand_over_flag(tuning->request, name);

	return flag && parse_memory(tuning->plan->arena, flag->value, ret);
}

/* The flag that would say what the broker takes, if its value could be read; NULL: none. */
static const struct start_flag *unread_memory(const struct tuning *tuning)
{
	static const char *const flags[] = {"--memory", "--reserve-memory"};
	uint64_t bytes;

	for (size_t i = 0; !tuning->request->broker_memory_bytes && i < 2; i++) {
		const struct start_flag *flag = hand_over_flag(tuning->request, flags[i]);

		if (flag)
			return flag_bytes(tuning, flags[i], &bytes) ? NULL : flag;
	}
	return NULL;
}

/* What the broker leaves to the node; false where nobody says how much it takes, or what is said
 * cannot be. */
static bool memory_left(const struct tuning *tuning, uint64_t memory, uint64_t *ret)
{
	uint64_t broker = tuning->request->broker_memory_bytes;

	if (!broker && !flag_bytes(tuning, "--memory", &broker) &&
	    flag_bytes(tuning, "--reserve-memory", ret))
		return *ret > 0 && *ret < memory;
	*ret = memory - broker;
	return broker > 0 && broker < memory;
}

/* Told, and never a reason to take more: the memory is not there. NULL: it is enough. */
static const char *too_little_for_peers(const struct tuning *tuning, uint64_t bytes)
{
	struct arena *arena = tuning->plan->arena;
	const struct value *value = profile_get(tuning->profile, "net", "peers");
	uint64_t peers = 0;

	if (value && value->rule == RULE_EXACT)
		(void)!text_u64(value->operands.at[0], &peers);
	if (peers * PEER_BYTES <= bytes)
		return NULL;
	return arena_printf(
	    arena,
	    "warning: TCP gets %s, less than the %s that %" PRIu64 " peers may need, 64 MiB each",
	    text_human_size(arena, bytes), text_human_size(arena, peers * PEER_BYTES), peers);
}

/* What the kernel takes for itself on the smallest node, in pages (net/ipv4/tcp.c, tcp_init_mem()).
 */
enum { KERNEL_LEAST = 192 };

/* One peer's worth, or what a small node gives when nobody says what the broker takes. With less, a
 * node whose broker is said to take nearly all memory would not answer anybody. */
static uint64_t tcp_floor(uint64_t untold)
{
	return untold < PEER_BYTES ? untold : PEER_BYTES;
}

/* Half of what the broker leaves. */
static const char *why_half(struct arena *arena, uint64_t left, uint64_t floor)
{
	const char *half = arena_printf(arena, "half of the %s that the broker leaves",
					text_human_size(arena, left));

	return left / 2 < floor ? arena_printf(arena, "%s, and no less than %s", half,
					       text_human_size(arena, floor))
				: half;
}

/* NULL: there is enough for everybody. */
static const char *tcp_remark(const struct tuning *tuning, uint64_t left, uint64_t share)
{
	struct arena *arena = tuning->plan->arena;
	const char *peers = too_little_for_peers(tuning, share);

	if (left / 2 >= share)
		return peers;
	return arena_printf(arena,
			    "warning: half of the %s that the broker leaves would starve TCP, so "
			    "it keeps %s%s%s",
			    text_human_size(arena, left), text_human_size(arena, share),
			    peers ? "; " : "", peers ? peers : "");
}

/*
 * As long as nobody says what the broker takes, perftune's rule: 3 % of memory, since Seastar
 * leaves 7 %. Else TCP may have half of what the broker leaves, so the kernel's own share (9 %)
 * stays where that is less; but it is not lowered below a floor. In pages, as 1/2, 2/3 and the
 * whole of it, rounded up.
 */
static const char *tcp_mem(const struct tuning *tuning, struct wish *wish)
{
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	uint64_t page = facts->live.page_bytes ? facts->live.page_bytes : 4096;
	uint64_t memory = host_ordinary_bytes(&facts->host), least = KERNEL_LEAST * page;
	uint64_t share = memory / 100 * 3 > least ? memory / 100 * 3 : least, left = 0;
	uint64_t floor = tcp_floor(share);
	bool is_known = memory_left(tuning, memory, &left);
	const struct start_flag *unread = unread_memory(tuning);

	if (!memory) {
		wish->decided.note = arena_printf(arena, "unknown: %s",
						  text_or(facts->host.hugetlb_problem,
							  "/proc/meminfo does not say how "
							  "much memory the node has"));
		return NULL;
	}
	if (unread)
		return cannot_read(tuning, unread, "a size", wish);
	if (is_known) {
		share = left / 2 < floor ? floor : left / 2;
		wish->rule = RULE_AT_MOST;
	}
	wish->decided.note =
	    is_known ? tcp_remark(tuning, left, share) : too_little_for_peers(tuning, share);
	wish->why = arena_printf(
	    arena, "%s (%s)", wish->why ? wish->why : "memory of all TCP sockets",
	    is_known ? why_half(arena, left, floor)
	    : share == least
		? "3 % of memory, and no less than the kernel's own least; with "
		  "--broker-memory half of what the broker leaves"
		: "3 % of memory; with --broker-memory half of what the broker leaves");
	return arena_printf(arena, "%" PRIu64 " %" PRIu64 " %" PRIu64,
			    (share + 2 * page - 1) / (2 * page),
			    (2 * share + 3 * page - 1) / (3 * page), (share + page - 1) / page);
}

bool sysctl_auto(const struct tuning *tuning, const struct value *value, struct wish *wish)
{
	const char *number = NULL;

	if (value->rule != RULE_AUTO && !value->auto_operand)
		return true;
	if (text_equal(wish->name, "fs.aio-max-nr")) {
		wish->rule = RULE_AT_LEAST;
		number = aio_max(tuning, wish);
	} else if (text_equal(wish->name, "net.ipv4.tcp_mem")) {
		wish->rule = RULE_EXACT;
		number = tcp_mem(tuning, wish);
	}
	if (value->auto_operand)
		wish->rule = value->rule;
	wish->operands = (names){0};
	if (number)
		vec_push(tuning->plan->arena, &wish->operands, number);
	return number;
}
