/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the stretches of time that handlers ran, and finds whose an interval was. */
#include "probe/handlers.h"

#include <stddef.h>

/* The handler on top has run until now. */
static void note(struct handlers *handlers, uint64_t at_ns)
{
	if (handlers->depth && at_ns > handlers->since_ns) {
		unsigned place = handlers->next++ % HANDLERS_KEPT;

		handlers->stretches[place].handler = handlers->running[handlers->depth - 1];
		handlers->stretches[place].from_ns = handlers->since_ns;
		handlers->stretches[place].to_ns = at_ns;
	}
	handlers->since_ns = at_ns;
}

void handlers_begin(struct handlers *handlers, struct handler handler, uint64_t at_ns)
{
	note(handlers, at_ns);
	if (handlers->depth < HANDLERS_NESTED)
		handlers->running[handlers->depth++] = handler;
}

void handlers_end(struct handlers *handlers, struct handler handler, uint64_t at_ns)
{
	unsigned depth = handlers->depth;

	while (depth && !handler_is(&handlers->running[depth - 1], &handler))
		depth--;
	if (!depth)
		return;
	note(handlers, at_ns);
	handlers->depth = depth - 1;
}

void handlers_none(struct handlers *handlers)
{
	handlers->depth = 0;
}

struct share {
	struct handler handler;
	uint64_t ns;
};

/* Of those that are listed, or a new one; there is room for as many as there are stretches. */
static struct share *share_of(struct share *shares, unsigned *count, const struct handler *handler)
{
	unsigned i = 0;

	while (i < *count && !handler_is(&shares[i].handler, handler))
		i++;
	if (i == *count)
		shares[(*count)++] = (struct share){.handler = *handler};
	return &shares[i];
}

bool handlers_took(const struct handlers *handlers, uint64_t from_ns, uint64_t to_ns,
		   struct handler *ret)
{
	/* To fill it with zeros after each gap would take as long as a short gap. */
	__attribute__((uninitialized)) struct share shares[HANDLERS_KEPT];
	struct share *most = NULL;
	uint64_t all = 0, length = to_ns - from_ns;
	unsigned count = 0;

	/* The latest first: what ended before the interval is not looked through after each gap. */
	for (unsigned i = 1; i <= HANDLERS_KEPT && i <= handlers->next; i++) {
		unsigned place = (handlers->next - i) % HANDLERS_KEPT;
		uint64_t from = handlers->stretches[place].from_ns;
		uint64_t to = handlers->stretches[place].to_ns;
		struct share *share;

		if (to <= from_ns)
			break;
		if (from < from_ns)
			from = from_ns;
		if (to > to_ns)
			to = to_ns;
		if (to <= from)
			continue;
		share = share_of(shares, &count, &handlers->stretches[place].handler);
		share->ns += to - from;
		all += to - from;
		if (!most || share->ns > most->ns)
			most = share;
	}
	if (!most || (length > HANDLERS_AROUND_NS && 2 * all < length - HANDLERS_AROUND_NS))
		return false;
	*ret = most->handler;
	return true;
}
