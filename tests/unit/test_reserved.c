/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that a kubelet keeps for the system, wherever it was told. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "own_mounts.h"
#include "run_suite.h"
#include "tree.h"

#define CONFIG "/var/lib/kubelet/config.yaml"

static struct facts_request request;

/* "0-1 (where)"; "none"; or what is wrong. */
static const char *reserved(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	const struct kubelet *kubelet = &facts->kubelet;
	struct err err;

	ck_assert_int_eq(live_read(tree->root ? tree->root : tree_open(tree), tree->arena, NULL,
				   &facts->live, &err),
			 0);
	live_ask_kubelet(tree->root, tree->arena, request.kubelet_dir, &facts->live);
	facts_kubelet(tree->root, tree->arena, &request, facts);
	if (kubelet->reserved_problem)
		return kubelet->reserved_problem;
	if (!kubelet->reserved_from)
		return "none";
	return arena_printf(tree->arena, "%s (%s)", cpuset_list(tree->arena, &kubelet->reserved),
			    kubelet->reserved_from);
}

/* Words end with NUL, which tree_file() cannot write. */
static void start(struct tree *tree, unsigned pid, const char *name, const char *arguments,
		  size_t length)
{
	FILE *file;

	tree_file(tree, arena_printf(tree->arena, "/proc/%u/comm", pid), name);
	file = fopen(arena_printf(tree->arena, "%s/proc/%u/cmdline", tree->dir, pid), "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(arguments, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}
#define START(tree, pid, name, arguments) start(tree, pid, name, arguments, sizeof(arguments))

START_TEST(by_its_configuration)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(reserved(tree), "none");
	tree_file(tree, CONFIG, "kind: KubeletConfiguration\ncpuManagerPolicy: static\n");
	ck_assert_str_eq(reserved(tree), "none");
	tree_file(
	    tree, CONFIG,
	    "kind: KubeletConfiguration\nclusterDNS: [10.96.0.10]\nreservedSystemCPUs: 0-1,8\n");
	ck_assert_str_eq(reserved(tree), "0-1,8 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "reservedSystemCPUs: \"0\"\n");
	ck_assert_str_eq(reserved(tree), "0 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "{\"reservedSystemCPUs\": \"2-3\"}");
	ck_assert_str_eq(reserved(tree), "2-3 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "reservedSystemCPUs: \"\"\n");
	ck_assert_str_eq(reserved(tree), "none");
	tree_file(tree, CONFIG, "reservedSystemCPUs: two\n");
	ck_assert_str_eq(reserved(tree),
			 "reservedSystemCPUs in " CONFIG " is 'two', which is not a list of CPUs");
}
END_TEST

START_TEST(by_the_running_kubelet)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, CONFIG, "reservedSystemCPUs: 0-1\n");
	tree_file(tree, "/etc/kubernetes/k.yaml", "reservedSystemCPUs: 0-2\n");
	tree_file(tree, "/etc/kubernetes/k.d/20-b.conf", "reservedSystemCPUs: 4\n");
	tree_file(tree, "/etc/kubernetes/k.d/10-a.conf", "reservedSystemCPUs: 5\n");
	tree_file(tree, "/etc/kubernetes/k.d/30-c.yaml", "reservedSystemCPUs: 6\n");
	START(tree, 70, "bash", "bash\0--reserved-cpus=7");
	ck_assert_str_eq(reserved(tree), "0-1 (reservedSystemCPUs in " CONFIG ")");
	START(tree, 800, "kubelet", "/usr/bin/kubelet\0--config=/etc/kubernetes/k.yaml");
	ck_assert_str_eq(reserved(tree), "0-2 (reservedSystemCPUs in /etc/kubernetes/k.yaml)");
	START(tree, 800, "kubelet",
	      "/usr/bin/kubelet\0--config\0/etc/kubernetes/k.yaml\0--config-dir\0/etc/kubernetes/"
	      "k.d");
	ck_assert_str_eq(reserved(tree), "4 (reservedSystemCPUs in /etc/kubernetes/k.d/20-b.conf)");
	START(tree, 800, "kubelet",
	      "/usr/bin/kubelet\0--config=/etc/kubernetes/k.yaml\0--reserved-cpus\0"
	      "3");
	ck_assert_str_eq(reserved(tree), "3 (--reserved-cpus of the running kubelet)");
	START(tree, 800, "kubelet", "/usr/bin/kubelet\0--reserved-cpus=0,4");
	ck_assert_str_eq(reserved(tree), "0,4 (--reserved-cpus of the running kubelet)");
}
END_TEST

START_TEST(in_another_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new(), *given = tree_new();

	tree_file(tree, "/var/lib/k0s/kubelet/config.yaml", "reservedSystemCPUs: 0-1\n");
	ck_assert_str_eq(reserved(tree),
			 "0-1 (reservedSystemCPUs in /var/lib/k0s/kubelet/config.yaml)");
	tree_file(tree, "/data/config.yaml", "reservedSystemCPUs: 2\n");
	START(tree, 800, "kubelet", "/usr/bin/kubelet\0--root-dir=/data");
	ck_assert_str_eq(reserved(tree), "2 (reservedSystemCPUs in /data/config.yaml)");

	tree_file(given, "/data/config.yaml", "reservedSystemCPUs: 2\n");
	tree_file(given, CONFIG, "reservedSystemCPUs: 1\n");
	request.kubelet_dir = "/data";
	ck_assert_str_eq(reserved(given), "2 (reservedSystemCPUs in /data/config.yaml)");
	START(given, 800, "kubelet", "/usr/bin/kubelet");
	ck_assert_str_eq(reserved(given), "2 (reservedSystemCPUs in /data/config.yaml)");
	request.kubelet_dir = NULL;
	ck_assert_str_eq(reserved(given), "1 (reservedSystemCPUs in " CONFIG ")");
}
END_TEST

/* A record holds the value, not where it came from. */
START_TEST(from_a_record)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIVE_FILE, "kubelet.reserved-cpus=0-3\nkubelet.reserved-from=a flag");
	ck_assert_str_eq(reserved(tree), "0-3 (a flag)");
}
END_TEST

#define UNKNOWN "it is not known which CPUs the kubelet reserves: "

/* None of this is "none". */
START_TEST(what_cannot_be_read)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char *large = malloc(70000);

	tree_file(tree, "/.thintune/errors", "EACCES /etc/k.yaml\nEACCES /etc/k.d");
	tree_dir(tree, "/var/lib/kubelet");
	tree_file(tree, "/etc/k.d/10.conf", "reservedSystemCPUs: 5\n");
	tree_file(tree, "/etc/ok.d/10.conf", "reservedSystemCPUs: 4\n");
	tree_file(tree, "/etc/bad.d/20.conf", "reservedSystemCPUs: [5\n");
	tree_file(tree, "/etc/bad.d/10.conf", "reservedSystemCPUs: 4\n");
	ck_assert_str_eq(reserved(tree), "none");
	tree_file(tree, CONFIG, "reservedSystemCPUs: [0\n");
	ck_assert_str_eq(reserved(tree), UNKNOWN CONFIG " is no configuration of a kubelet");
	tree_file(tree, CONFIG, "- reservedSystemCPUs\n");
	ck_assert_str_eq(reserved(tree), UNKNOWN CONFIG " is no configuration of a kubelet");
	tree_file(tree, CONFIG, "reservedSystemCPUs: [0, 1]\n");
	ck_assert_str_eq(reserved(tree),
			 UNKNOWN CONFIG " has no list of CPUs as reservedSystemCPUs");
	ck_assert_ptr_nonnull(large);
	for (size_t i = 0; i < 70000; i++)
		large[i] = i % 2 ? '\n' : '#';
	large[69999] = '\0';
	tree_file(tree, CONFIG, large);
	free(large);
	ck_assert_str_eq(reserved(tree),
			 UNKNOWN CONFIG " cannot be read: larger than 64 KiB: not read");
	tree_file(tree, CONFIG, "reservedSystemCPUs: 0-1\n");
	START(tree, 800, "kubelet", "kubelet\0--config=/etc/k.yaml");
	ck_assert_str_eq(reserved(tree), UNKNOWN "/etc/k.yaml cannot be read: Permission denied");
	/* It did not start without the file that it names. */
	START(tree, 800, "kubelet", "kubelet\0--config=/etc/absent.yaml");
	ck_assert_str_eq(reserved(tree),
			 UNKNOWN "/etc/absent.yaml cannot be read: No such file or directory");
	START(tree, 800, "kubelet", "kubelet\0--config=k.yaml");
	ck_assert_str_eq(reserved(tree), UNKNOWN "its directory cannot be told, which its "
						 "configuration is named from");
	START(tree, 800, "kubelet", "kubelet\0--config-dir=k.d");
	ck_assert_str_eq(reserved(tree), UNKNOWN "its directory cannot be told, which its "
						 "configuration is named from");
	START(tree, 800, "kubelet", "kubelet\0--config-dir=/etc/k.d");
	ck_assert_str_eq(reserved(tree), UNKNOWN "/etc/k.d cannot be read: Permission denied");
	START(tree, 800, "kubelet", "kubelet\0--config-dir=/etc/bad.d");
	ck_assert_str_eq(reserved(tree),
			 UNKNOWN "/etc/bad.d/20.conf is no configuration of a kubelet");
	/* The last word is what counts. */
	START(tree, 800, "kubelet", "kubelet\0--config=/etc/k.yaml\0--config-dir=/etc/ok.d");
	ck_assert_str_eq(reserved(tree), "4 (reservedSystemCPUs in /etc/ok.d/10.conf)");
}
END_TEST

/* Whether it has a configuration cannot be told. */
START_TEST(a_directory_that_may_not_be_looked_at)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_link(tree, "/var/lib/k0s", "k0s");
	ck_assert_ptr_nonnull(strstr(reserved(tree), "/config.yaml cannot be read: Too many"));
}
END_TEST

/* A record keeps the sentence. */
START_TEST(a_problem_from_a_record)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIVE_FILE, "kubelet.reserved-problem=it is not known");
	ck_assert_str_eq(reserved(tree), "it is not known");
}
END_TEST

/* Processes that are called kubelet --------------------------------------------------------- */

enum who { ROOT, NOBODY, NOBODYS_SETUID, OTHER_USERS, OTHER_NUMBERS, OTHER_PROGRAM };

struct process {
	pid_t pid;
	int input;
};

static bool become(enum who who)
{
	uid_t real = who == NOBODY || who == NOBODYS_SETUID ? 65534 : 0;
	uid_t effective = who == NOBODY ? 65534 : 0;

	if (who == OTHER_USERS)
		return unshare(CLONE_NEWUSER) == 0;
	return (who != OTHER_NUMBERS || unshare(CLONE_NEWPID) == 0) &&
	       setresuid(real, effective, effective) == 0;
}

/* It waits until its input ends. */
static struct process begin(struct tree *tree, enum who who, const char *argument)
{
	const char *program = arena_printf(tree->arena, "%s/%s/kubelet", tree->dir,
					   who == OTHER_PROGRAM ? "link" : "bin");
	int input[2], started[2], status;
	char byte;
	struct process process;

	ck_assert_int_eq(pipe2(input, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(started, O_CLOEXEC), 0);
	process = (struct process){.pid = fork(), .input = input[1]};
	ck_assert_int_ge(process.pid, 0);
	if (!process.pid) {
		(void)close(input[1]);
		if (dup2(input[0], 0) < 0 || chdir(tree->dir) < 0 || !become(who))
			_exit(1);
		/* Only a child has a number in the new namespace. */
		process.pid = who == OTHER_NUMBERS ? fork() : 0;
		if (!process.pid)
			(void)execl(program, "kubelet", "-p", "-c", "read x", "kubelet", argument,
				    NULL);
		(void)close(started[1]);
		_exit(waitpid(process.pid, &status, 0) < 0);
	}
	(void)close(input[0]);
	(void)close(started[1]);
	ck_assert_int_eq(read(started[0], &byte, 1), 0);
	(void)close(started[0]);
	return process;
}

/* What is told while such a process runs. */
static const char *told_by(struct tree *tree, enum who who, const char *argument)
{
	struct process process = begin(tree, who, argument);
	const char *text = reserved(tree);
	int status;

	ck_assert_int_eq(waitpid(process.pid, &status, WNOHANG), 0);
	(void)close(process.input);
	ck_assert_int_eq(waitpid(process.pid, &status, 0), process.pid);
	return text;
}

/* busybox goes by its own name, and under another one it is no shell. */
static bool sh_is_busybox(void)
{
	char *file = realpath("/bin/sh", NULL);
	bool is_busybox = !file || text_ends(file, "/busybox");

	free(file);
	return is_busybox;
}

/* A tree with the processes of this machine, which makes it a live one. */
static bool show_processes(struct tree *tree)
{
	const char *sh = arena_printf(tree->arena, "cp -L /bin/sh %s/bin/kubelet", tree->dir);

	tree_dir(tree, "/proc");
	tree_dir(tree, "/bin");
	tree_link(tree, "/link/kubelet", "/bin/sh");
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	return geteuid() == 0 && !sh_is_busybox() && system(sh) == 0 && own_mounts(0) &&
	       mount("/proc", arena_printf(tree->arena, "%s/proc", tree->dir), NULL,
		     MS_BIND | MS_REC, NULL) == 0;
}

START_TEST(only_the_nodes_kubelet_is_believed)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *other, *fifo = arena_printf(tree->arena, "%s/fifo", tree->dir);
	const char *by_file = "0-1 (reservedSystemCPUs in " CONFIG ")";
	struct err err;

	if (!show_processes(tree))
		return;
	ck_assert_int_eq(root_open(tree->arena, tree->dir, &tree->root, &err), 0);
	ck_assert(root_is_live(tree->root));
	tree_file(tree, CONFIG, "reservedSystemCPUs: 0-1\n");
	ck_assert_int_eq(mkfifo(fifo, 0666), 0);
	(void)alarm(20);
	ck_assert_str_eq(told_by(tree, ROOT, "--reserved-cpus=5"),
			 "5 (--reserved-cpus of the running kubelet)");
	for (enum who who = NOBODY; who <= OTHER_PROGRAM; who++) {
		ck_assert_str_eq(told_by(tree, who, "--reserved-cpus=5"), by_file);
		ck_assert_str_eq(told_by(tree, who, "--config=/fifo"), by_file);
	}
	ck_assert_str_eq(told_by(tree, ROOT, "--config=/fifo"),
			 UNKNOWN "/fifo cannot be read: it is no regular file");
	/* From where it runs. */
	other = arena_printf(tree->arena, "%s/k.yaml", tree->dir);
	tree_file(tree, other, "reservedSystemCPUs: 3\n");
	ck_assert_str_eq(told_by(tree, ROOT, "--config=k.yaml"),
			 arena_printf(tree->arena, "3 (reservedSystemCPUs in %s)", other));
	ck_assert_int_eq(umount2(arena_printf(tree->arena, "%s/proc", tree->dir), MNT_DETACH), 0);
}
END_TEST

RUN_SUITE("reserved", by_its_configuration, by_the_running_kubelet, in_another_directory,
	  from_a_record, what_cannot_be_read, a_directory_that_may_not_be_looked_at,
	  a_problem_from_a_record, only_the_nodes_kubelet_is_believed)
