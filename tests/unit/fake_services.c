/* SPDX-License-Identifier: Apache-2.0 */
/* irqbalance and systemd as the kernel in memory has them: they answer as they are told to. */
#include "base/text.h"
#include "fake_kernel.h"
#include "sys/irqbalance.h"
#include "sys/systemctl.h"

static struct arena *memory;
static const char *told;
static int listener, manager; /* irqbalance and systemctl */

void fake_services_reset(void)
{
	arena_free(memory);
	memory = arena_new();
	told = NULL;
	listener = manager = 0;
}

/* Those who read these files. */
void fake_listener(int irqbalance, int systemctl)
{
	listener = irqbalance;
	manager = systemctl;
}

const char *fake_told(void)
{
	return told;
}

int irqbalance_ban(struct root *root, const char *socket, const unsigned *irqs, size_t count)
{
	(void)root;
	told = arena_printf(memory, "%s:", socket);
	for (size_t i = 0; i < count; i++)
		told = arena_printf(memory, "%s %u", told, irqs[i]);
	return listener;
}

const char *systemctl_command(enum systemctl_action action)
{
	return action == SYSTEMCTL_DAEMON_RELOAD ? "reload" : "restart";
}

int systemctl_run(const struct root *root, enum systemctl_action action)
{
	(void)root;
	told = systemctl_command(action);
	return manager;
}
