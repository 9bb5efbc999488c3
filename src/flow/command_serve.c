/* SPDX-License-Identifier: Apache-2.0 */
/* The command `serve`: what watch publishes, for others over the network, by a process that has no
 * right but to read it. */
#include <errno.h>

#include "apply/journal.h"
#include "base/text.h"
#include "flow/commands.h"
#include "flow/serve.h"
#include "report/html_page.h"
#include "sys/become.h"
#include "sys/fd.h"
#include "sys/listener.h"
#include "sys/notify.h"
#include "sys/published.h"
#include "sys/root.h"
#include "sys/server_sandbox.h"

/* Of a connection its socket and the file that it gets; and what the process has besides. */
enum { descriptors_most = 2 * SERVE_CONNECTIONS_MOST + 32 };

static int take_names(struct session *session, struct serve_site *site)
{
	vec_for_each (name, &session->options->host_names) {
		const char *host = serve_host_name(session->arena, *name);

		if (!host)
			return err_set(
			    &session->err, -EINVAL,
			    "option --host-name: '%s' is not the name of a host, without "
			    "a port",
			    *name);
		vec_push(session->arena, &site->hosts, host);
	}
	return 0;
}

/* What the kernel lacks is told: a person may want to know why. */
static void tell_sandbox(const struct outcome *outcome, const struct server_sandbox *sandbox)
{
	struct arena *arena = outcome->session.arena;

	if (sandbox->files < 0)
		outcome->tell(
		    OUTCOME_WARNING,
		    arena_printf(arena,
				 "files are not confined (Landlock: %s): it can read what "
				 "every user can",
				 err_words(sandbox->files)));
	if (sandbox->calls < 0)
		outcome->tell(OUTCOME_WARNING,
			      arena_printf(arena, "system calls are not filtered (seccomp: %s)",
					   err_words(sandbox->calls)));
}

/* Whoever waits may come from here on: the kernel keeps them until the loop runs. */
static void tell_address(const struct outcome *outcome, const char *publish, int listener)
{
	const struct session *session = &outcome->session;

	if (!session->options->quiet)
		outcome->tell(OUTCOME_NOTE,
			      arena_printf(session->arena, "serves %s at http://%s/", publish,
					   listener_address(session->arena, listener)));
	(void)!notify_send(outcome->supervisor.socket, "READY=1\n");
}

/* Read before the sandbox, in which nothing can be opened. NULL: unknown. */
static const char *this_boot(struct arena *arena)
{
	_cleanup_root_ struct root *root = NULL;
	const char *boot = NULL;
	struct err err = {0};

	if (root_open(arena, "/", &root, &err) < 0 || journal_boot_id(root, arena, &boot) < 0)
		return NULL;
	return boot;
}

enum exit_code command_serve(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	struct serve_site site = {.policy = html_policy(session->arena), .is_at = listener_is_at};
	const char *publish = text_or(options->publish, "/run/thintune/public");
	_cleanup_fd_ int listener = -1, directory = -1;
	struct server_sandbox sandbox;
	struct serve_loop *loop;
	int r = take_names(session, &site);

	if (r == 0)
		r = listener_open(options->listen, SERVE_CONNECTIONS_MOST, &listener,
				  &session->err);
	if (r == -EINVAL)
		return EXIT_USAGE;
	if (r == 0) {
		site.boot = this_boot(session->arena);
		r = become_server(&session->err);
	}
	if (r == 0)
		r = published_directory(publish, &directory, &session->err);
	site.directory = directory;
	if (r == 0)
		r = serve_new(session->arena, listener, &site, &loop, &session->err);
	if (r == 0) {
		tell_address(outcome, publish, listener);
		r = server_sandbox_enter(directory, descriptors_most, &sandbox, &session->err);
	}
	if (r == 0) {
		tell_sandbox(outcome, &sandbox);
		r = serve_run(loop, &session->err);
	}
	return r < 0 ? EXIT_ERROR : EXIT_MATCH;
}
