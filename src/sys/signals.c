/* SPDX-License-Identifier: Apache-2.0 */
/* Notes the signals that ask a process to end. */
#include "sys/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static const struct {
	int number;
	const char *name;
} known[] = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}};

enum { count = sizeof(known) / sizeof(known[0]) };

static void note(int number)
{
	if (!caught)
		caught = number;
}

/* SA_RESTART: a read or write in hand is finished. poll() and nanosleep() end all the same. */
void signals_catch(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART}, before;

	for (size_t i = 0; i < count; i++) {
		if (sigaction(known[i].number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(known[i].number, &action, NULL);
	}
}

void signals_leave_to_parent(void)
{
	for (size_t i = 0; i < count; i++)
		(void)signal(known[i].number, SIG_IGN);
}

const char *signals_caught(void)
{
	for (size_t i = 0; i < count; i++) {
		if (known[i].number == caught)
			return known[i].name;
	}
	return NULL;
}
