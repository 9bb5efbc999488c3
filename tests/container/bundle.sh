# shellcheck shell=bash
# Bundles for runc, written as a container runtime would for the init container of a pod. Sourced.
# Works in the directory $work; make_pod sets pod (process that holds the network) and data (data
# directory).
# shellcheck disable=SC2154 # work is the caller's

# A pod's network namespace outlives its init containers.
make_pod() {
	mkdir -p "$work/state" "$work/data"
	data=$work/data
	chown 101:101 "$data"
	chmod 0750 "$data"
	: >"$work/termination"
	: >"$work/profile.yaml"
	unshare --net sleep infinity </dev/null >/dev/null 2>&1 &
	pod=$!
	# The process is in its own network once it is sleep and no longer unshare.
	until [[ $(cat "/proc/$pod/comm") == sleep ]]; do sleep 0.05; done
}

# usage: write_config ARGUMENT... : config.json on stdout
write_config() {
	printf '%s\n' "$@" | jq -Rs --arg work "$work" --arg network "/proc/$pod/ns/net" '
	def bind($from; $to; $options): {destination: $to, type: "bind", source: $from,
		options: (["rbind", "rprivate"] + $options)};
	{
		ociVersion: "1.0.2",
		hostname: "pod",
		root: {path: "rootfs", readonly: true},
		process: {
			user: {uid: 0, gid: 0}, cwd: "/", args: (split("\n")[:-1]), env: ["PATH=/"],
			terminal: false, noNewPrivileges: true,
			capabilities: {bounding: [], effective: [], permitted: [], inheritable: [], ambient: []}
		},
		mounts: [
			{destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]},
			{destination: "/dev", type: "tmpfs", source: "tmpfs",
				options: ["nosuid", "strictatime", "mode=755", "size=65536k"]},
			{destination: "/sys", type: "sysfs", source: "sysfs",
				options: ["nosuid", "noexec", "nodev", "ro"]},
			bind("/sys"; "/host/sys"; ["rw"]),
			bind("/proc/sys"; "/host/proc/sys"; ["rw"]),
			bind("/proc/irq"; "/host/proc/irq"; ["rw"]),
			bind($work + "/state"; "/host/run/thintune"; ["rw"]),
			bind($work + "/data"; "/var/lib/redpanda/data"; ["rw"]),
			bind($work + "/profile.yaml"; "/profile.yaml"; ["ro"]),
			bind($work + "/termination"; "/dev/termination-log"; ["rw"])
		],
		linux: {
			namespaces: [{type: "pid"}, {type: "mount"}, {type: "ipc"}, {type: "uts"},
				{type: "network", path: $network}],
			maskedPaths: ["/proc/interrupts", "/proc/acpi", "/proc/kcore", "/proc/keys",
				"/proc/timer_list", "/proc/scsi", "/sys/firmware"],
			readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
		}
	}'
}

# usage: run_container BINARY NAME ARGUMENT... : the binary is the only file of the root file system
run_container() {
	local binary=$1 name=$2 bundle=$work/bundle-$2 root=$work/bundle-$2/rootfs file
	shift 2
	file=/$(basename "$binary")
	mkdir -p "$root"/{proc,dev,sys} "$root"/host/{sys,proc/sys,proc/irq,run/thintune} \
		"$root/var/lib/redpanda/data"
	: >"$root/profile.yaml"
	install -m 755 "$binary" "$root$file"
	write_config "$file" "$@" >"$bundle/config.json"
	runc --root "$work/runc" run --bundle "$bundle" "thintune-$$-$name" </dev/null
}
