/* SPDX-License-Identifier: Apache-2.0 */
/* irqbalance and systemd as the kernel in memory has them: they answer as they are told to. */
#include "base/text.h"
#include "fake_kernel.h"
#include "sys/irqbalance.h"
#include "sys/systemctl.h"

static struct arena *memory;
static const char *told;
static int listener, manager; /* irqbalance and systemctl */
static struct {
	const char *path, *value;
} moved;

void fake_services_reset(void)
{
	arena_free(memory);
	memory = arena_new();
	told = NULL;
	listener = manager = 0;
	moved.path = NULL;
}

/* Those who read these files. */
void fake_listener(int irqbalance, int systemctl)
{
	listener = irqbalance;
	manager = systemctl;
}

void fake_moved_until_told(const char *path, const char *value)
{
	moved.path = path;
	moved.value = value;
}

static void tell(const char *what)
{
	told = what;
	if (moved.path)
		fake_set(moved.path, moved.value);
	moved.path = NULL;
}

const char *fake_told(void)
{
	return told;
}

int irqbalance_ban(struct root *root, const char *socket, const unsigned *irqs, size_t count)
{
	const char *bans = arena_printf(memory, "%s:", socket);

	(void)root;
	for (size_t i = 0; i < count; i++)
		bans = arena_printf(memory, "%s %u", bans, irqs[i]);
	tell(bans);
	return listener;
}

const char *systemctl_command(enum systemctl_action action)
{
	return action == SYSTEMCTL_DAEMON_RELOAD ? "reload" : "restart";
}

int systemctl_run(const struct root *root, enum systemctl_action action)
{
	(void)root;
	tell(systemctl_command(action));
	return manager;
}
