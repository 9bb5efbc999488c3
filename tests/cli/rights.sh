#!/bin/bash
# Missing rights: named setting by setting before anything is written, skipped and not failed, and the
# rest is done.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# Two settings: one needs CAP_SYS_ADMIN, the other nothing but the file.
profile() {
	cat >"$work/p.yaml" <<-END
		profile: p
		summary: for a test
		sysctl: {vm.swappiness: 1}
		cpu: {max-cstate-latency: {value: 20us, severity: $1}}
	END
}

# setting NAME: state and note of it in the last report
setting() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state): \(.note)"' "$work/out"; }

# A capability that is not there ------------------------------------------------------------------------
fresh intel-pstate "$tree"
set_live "$tree" capabilities
profile advised
state "$tree" >"$work/before"
expect "audit: a setting that lacks a capability is a difference" 3 \
	"$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
is "audit: it is named" "differs: needs CAP_SYS_ADMIN" "$(setting "cpu0 C6 disable")"
expect "apply: an advised setting that lacks a capability is no failure" 0 \
	"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "apply: it is skipped by name" "skipped: needs CAP_SYS_ADMIN" "$(setting "cpu0 C6 disable")"
is "apply: what needs no capability is done" "changed: null" "$(setting vm.swappiness)"
is "apply: one write" 1 "$(jq .run.writes "$work/out")"
is "apply: eight settings are skipped" 8 "$(jq .summary.skipped "$work/out")"
is "apply: nothing is journalled that is not written" 1 \
	"$(grep -c '"path"' "$tree/run/thintune/journal.jsonl")"
expect "apply --strict: then it counts" 3 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --strict
expect "restore" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "restore: everything is as it was" "$work/before" "$work/after"
profile required
expect "apply: a required setting that lacks a capability" 4 \
	"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
says "apply: in words" 'cpu0 C6 disable .*skipped, required \[1\]' "$out"
says "apply: why, in words" '^\[1\] needs CAP_SYS_ADMIN$' "$out"
expect "restore once more" 0 "$THINTUNE" restore --root "$tree"
set_live "$tree" capabilities 201006
expect "apply: with the capability" 0 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "apply: C6 is off, C1E is not" "1 0" \
	"$(cat "$tree"/sys/devices/system/cpu/cpu0/cpuidle/state{3,2}/disable | tr '\n' ' ' | sed 's/ $//')"

# A mount that is read-only -------------------------------------------------------------------------------
# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
read_only_mount() {
	unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 90
		shift; exec "$@"' sh "$tree/proc/sys" "$THINTUNE" "$@"
}
fresh intel-pstate "$tree"
if is_root && unshare -m true 2>/dev/null; then
	state "$tree" >"$work/before"
	run read_only_mount apply --root "$tree" --format json
	if [ "$code" -eq 90 ]; then
		skip "a read-only /proc/sys is named" "mount does not work here"
	else
		is "a read-only /proc/sys: a required setting could not be applied" 4 "$code"
		is "a read-only /proc/sys is named" "skipped: needs a writable mount: this one is read-only" \
			"$(setting fs.aio-max-nr)"
		is "what lies elsewhere is done" "changed: null" "$(setting "policy0 scaling_governor")"
		is "nothing failed" 0 "$(jq .summary.failed "$work/out")"
		expect "and can be undone" 0 "$THINTUNE" restore --root "$tree"
		state "$tree" >"$work/after"
		same "and is" "$work/before" "$work/after"
	fi
else
	skip "a read-only /proc/sys is named" "needs root and mount namespaces"
fi

# What a pod is not shown -----------------------------------------------------------------------------------
fresh aws-graviton-pod "$tree"
kubelets=$tree/var/lib/kubelet/cpu_manager_state
cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	irq: {placement: shared}
END
printf '{"policyName":"static","defaultCpuSet":"0","entries":{"p":{"redpanda":"1-3"}},"checksum":1}\n' >"$kubelets"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --netns host --format json
is "CPUs exclusive to a container: interrupts stay off them" "0" "$(jq -r .placement.interrupt_cpus "$work/out")"
run "$THINTUNE" facts --root "$tree"
says "facts: whose they are" '^  kubelet +CPU manager policy static; CPUs 1-3 exclusive to containers$'
rm "$kubelets"
sentence="it is not known which CPUs are exclusive to containers: the node's /var/lib/kubelet/cpu_manager_state is not shown to this pod"
run "$THINTUNE" facts --root "$tree"
says "facts: unknown is no kubelet's \"none\"" '^  kubelet +it is not known which CPUs'
state "$tree" >"$work/before"
expect "apply: unknown whose the CPUs are" 0 \
	"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --netns host --format json
is "apply: that is said, and not taken for right" \
	"skipped: $sentence; interrupts stay where they are" "$(setting placement)"
is "apply: no interrupt is in the plan" 0 "$(jq '[.settings[] | select(.path // "" | startswith("/proc/irq"))] | length' "$work/out")"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --only net-irq --format json
is "audit --only net-irq: it is said there, too" "0 skipped: $sentence; interrupts stay where they are" \
	"$code $(setting placement)"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --only net-queues --format json
is "audit --only net-queues: of what nobody asked for nothing is said" "0 0" \
	"$code $(jq '[.settings[] | select(.setting == "placement")] | length' "$work/out")"
state "$tree" >"$work/after"
same "apply: nothing was written" "$work/before" "$work/after"
printf 'profile: p\nsummary: for a test\nirq: {placement: leave}\nnet: {rps: auto, queues: leave}\n' >"$work/rps.yaml"
find "$tree/sys/devices" -path '*/net/eth0/queues/rx-[23]*' -delete
expect "apply: packets that the profile wants spread" 0 \
	"$THINTUNE" apply --root "$tree" --profile "$work/rps.yaml" --netns host --format json
is "apply: are not, and it is said" "skipped: $sentence" "$(setting "eth0 rps")"
sed -i 's/shared/{value: shared, severity: required}/' "$work/p.yaml"
expect "apply: and counts where it is required" 4 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --netns host

# A kubelet with its files elsewhere, and CPUs that only the control groups of its containers tell.
"$python" "$top/tests/nodes/generate" "$work/k0s" cores=8 nvme:8@0 ena:8@0 kubelet=2-5 || exit
cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	irq: {placement: shared}
	net: {rps: auto, xps: auto}
END
sed 's/shared/shared, exclusive-cpus: ignore/' "$work/p.yaml" >"$work/ignore.yaml"
# interrupts SENTENCE CPUS OPTION...: where they go
interrupts() {
	local sentence=$1 cpus=$2
	shift 2
	run "$THINTUNE" audit --root "$work/k0s" --profile "$work/p.yaml" --format json "$@"
	is "$sentence" "$cpus" "$(jq -r .placement.interrupt_cpus "$work/out")"
}
mkdir -p "$work/k0s/var/lib/k0s" "$work/k0s/data"
mv "$work/k0s/var/lib/kubelet" "$work/k0s/var/lib/k0s/kubelet"
interrupts "k0s: interrupts stay off exclusive CPUs" 0-1,6-7
run "$THINTUNE" facts --root "$work/k0s"
says "k0s: facts say where its files are" "^  kubelet's files +/var/lib/k0s/kubelet$"
run "$THINTUNE" audit --root "$work/k0s" --profile "$work/p.yaml" --format k8s
is "k0s: the pod is shown that directory, and told of it" 3 "$(grep -c '/var/lib/k0s/kubelet' "$work/out")"
for command in audit apply run; do
	run "$THINTUNE" "$command" --root "$work/k0s" --profile "$work/ignore.yaml" --format json
	is "$command: they do not matter where the profile ignores them" "0-7 0" \
		"$(jq -r '"\(.placement.interrupt_cpus) \(.summary.failed)"' "$work/out")"
	expect "$command: back again" 0 "$THINTUNE" restore --root "$work/k0s"
done
mv "$work/k0s/var/lib/k0s/kubelet" "$work/k0s/data/kubelet"
interrupts "a kubelet whose files are not found" 0-7
interrupts "--kubelet-dir says where they are" 0-1,6-7 --kubelet-dir /data/kubelet
interrupts "--kubelet-dir without its files" 0-7 --kubelet-dir /data
says "is unknown, and not none" 'there is no /data/cpu_manager_state' "$(setting placement)"
expect "--kubelet-dir is no path" 2 "$THINTUNE" audit --root "$work/k0s" --kubelet-dir data
pods=$work/k0s/sys/fs/cgroup/kubepods.slice
mkdir -p "$pods/kubepods-pod1_2.slice/cri-containerd-a.scope" "$pods/kubepods-besteffort.slice/kubepods-besteffort-pod3.slice/crio-b.scope"
: >"$pods/cpuset.cpus"
echo 3-4 >"$pods/kubepods-pod1_2.slice/cri-containerd-a.scope/cpuset.cpus"
echo 0-2,5-7 >"$pods/kubepods-besteffort.slice/kubepods-besteffort-pod3.slice/crio-b.scope/cpuset.cpus"
interrupts "the containers' own groups tell" 0-2,5-7
interrupts "and count before what is of no pod that is there" 0-2,5-7 --kubelet-dir /data/kubelet
says "which is told" 'containers have CPUs 3-4 alone, of which /data/kubelet/cpu_manager_state says nothing' \
	"$(jq -r .placement.reason "$work/out")"

# A node whose kubelet cannot be told hands no CPUs over, although some are listed.
fresh intel-pstate "$tree"
mkdir -p "$tree/var/lib/kubelet"
printf '{' >"$tree/var/lib/kubelet/cpu_manager_state"
printf 'profile: p\nsummary: for a test\nirq: {interrupt-cpus: "0"}\ncpu: {pinning: hand-over}\n' >"$work/p.yaml"
expect "apply: CPUs that are not known to be Redpanda's" 0 \
	"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --only pinning --format json
says "apply: are not handed over, and it is said" '^skipped: it is not known which CPUs are exclusive to containers: ' \
	"$(setting "rpk state file")"
is "apply: nothing was written" 0 "$(jq .run.writes "$work/out")"

# What is given up ------------------------------------------------------------------------------------------
# sets COMMAND...: what each capset() of the command leaves effective, one line each
sets() {
	traced -o "$work/trace" -e trace=capset,prctl "$@" >/dev/null 2>&1
	sed -n 's/.*capset(.*effective=\([^,]*\), permitted.*/\1/p' "$work/trace"
}
if is_root && can_trace; then
	fresh intel-pstate "$tree"
	printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1}\n' >"$work/p.yaml"
	sets "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" >"$work/sets"
	lacks "at its start it gives up what no plan could need" 'SYS_RAWIO|SYS_PTRACE|SYS_MODULE|CHOWN' "$(cat "$work/sets")"
	says "and keeps what some plan may need" 'CAP_SYS_ADMIN' "$(head -n 1 "$work/sets")"
	lacks "after the plan it gives up what this one does not need" 'SYS_ADMIN|NET_ADMIN|SETUID|SETGID' \
		"$(tail -n 1 "$work/sets")"
	says "and may not get new rights" 'PR_SET_NO_NEW_PRIVS, 1' "$(cat "$work/trace")"
	printf 'profile: p\nsummary: for a test\nsysctl: {kernel.numa_balancing: 1}\n' >"$work/p.yaml"
	sets "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" >"$work/sets"
	says "what a setting needs stays" 'CAP_SYS_ADMIN' "$(tail -n 1 "$work/sets")"
else
	skip "at its start it gives up what no plan could need" "needs root and strace"
fi

# at COMMAND...: what it holds when it opens each file
at() { without_leaks "$work/rights-at" "$work/opens" "$THINTUNE" "$@" >"$work/out" 2>"$work/err" </dev/null; }
# held WHO PATH: effective and permitted capabilities and no_new_privs of the command or of a child of it
# where it opens a file of that name, all there are
held() { awk -v who="$1" -v path="$2" '$1 == who && $5 ~ path { print $2, $3, $4 }' "$work/opens" | sort -u; }
if is_root && can_trace && cc -O1 -Wall -Werror -o "$work/rights-at" "$top/tests/cli/rights-at.c"; then
	reads='0000000000000004 0000000000000004 1'  # DAC_READ_SEARCH
	writes='0000000000000006 0000000000000006 1' # DAC_OVERRIDE, too
	all='00000000002010c6 00000000002010c6 1'    # NET_ADMIN, SYS_ADMIN, SETUID and SETGID, too
	parsed='^/(sys/devices/system/cpu/(online|cpu0/)|proc/(cpuinfo|meminfo))'
	fresh intel-pstate "$tree"
	printf 'profile: p\nsummary: for a test\ncpu: {max-cstate-latency: 20us}\n' >"$work/p.yaml"
	for command in audit facts; do
		at "$command" --root "$tree" --profile "$work/p.yaml"
		is "$command: parses the profile with the right to read alone" "$reads" "$(held command '/p[.]yaml$')"
		is "$command: and the node" "$reads" "$(held command "$parsed")"
		is "$command: and so does hwloc" "$reads" "$(held child 'sys/devices/system/cpu/online')"
	done
	at audit --root "$tree" --profile "$work/p.yaml" --output "$work/report"
	is "audit --output: it may write in directories of others" "$writes" "$(held command "$parsed")"
	at record --root "$tree" "$work/record"
	is "record: so it may" "$writes" "$(held command "$parsed")"
	at profile check "$work/p.yaml"
	is "profile check: the right to read alone" "$reads" "$(held command '/p[.]yaml$')"
	at probe --root "$tree" --profile "$work/p.yaml" --data-dir "$work/none"
	lacks "probe: neither SYS_ADMIN nor NET_ADMIN" '^....00000[12]|^0000000000[2-9a-f]' "$(held command "$parsed")"
	at apply --root "$tree" --profile "$work/p.yaml"
	is "apply: its plan is not made yet" "$all" "$(held command '/p[.]yaml$')"
	is "apply: hwloc needs nothing of it" "$reads" "$(held child 'sys/devices/system/cpu/online')"
	at restore --root "$tree" --profile "$work/p.yaml"
	is "restore: what its journal needs, SYS_ADMIN here" '0000000000200006 0000000000200006 1' "$(held command '/p[.]yaml$')"
	is "restore: also while it reads the node" '0000000000200006 0000000000200006 1' "$(held command "$parsed")"
	is "restore: which it did" '0 restored' "$("$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" >"$work/out"
		"$THINTUNE" restore --root "$tree" >"$work/out"
		echo "$?" "$(grep -o restored "$work/out" | sort -u)")"
	printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1}\n' >"$work/p.yaml"
	run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
	at restore --root "$tree" --profile "$work/p.yaml"
	is "restore: and no more than its journal needs" "$writes" "$(held command '/p[.]yaml$')"
	at gate --root "$tree"
	is "gate: the right to read alone" "$reads" "$(held command '^/run/thintune')"
else
	skip "audit: parses with the right to read alone" "needs root, ptrace and a C compiler"
fi

# note NAME: of it in the last report
note() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | .note' "$work/out"; }
# An audit has no right to write the files of others, and still tells what an apply could.
if is_root; then
	fresh intel-pstate "$tree"
	set_live "$tree" user-namespace yes
	chown -R 1234:1234 "$tree/sys/devices"
	run "$THINTUNE" audit --root "$tree" --format json
	is "audit: an apply could write files of another owner" null "$(note "policy0 scaling_governor")"
	chown -R 65534:65534 "$tree/sys/devices"
	run "$THINTUNE" audit --root "$tree" --format json
	says "audit: those of nobody may be from outside the user namespace" "^needs the node's own user namespace" "$(note "policy0 scaling_governor")"
else
	skip "audit: an apply could write files of another owner" "needs root"
fi

# What only SYS_ADMIN may read is read all the same, by a process that does nothing else.
if is_root && [ -e /proc/sys/net/core/bpf_jit_harden ] && ! setpriv --bounding-set=-sys_admin cat /proc/sys/net/core/bpf_jit_harden >/dev/null 2>&1; then
	printf 'profile: p\nsummary: for a test\nsysctl: {net.core.bpf_jit_harden: 7}\n' >"$work/p.yaml"
	run "$THINTUNE" audit --profile "$work/p.yaml" --format json
	is "a key that only SYS_ADMIN may read is read" "$(cat /proc/sys/net/core/bpf_jit_harden)" \
		"$(jq -r '.settings[] | select(.setting == "net.core.bpf_jit_harden") | .have' "$work/out")"
else
	skip "a key that only SYS_ADMIN may read is read" "there is none here"
fi

# Rights that the caller does not have ----------------------------------------------------------------------
borrowed=$(mktemp -d -p /var/tmp)
chmod 755 "$borrowed"
cp "$THINTUNE" "$borrowed/thintune"
# refused SENTENCE: it does not even answer for its version
refused() {
	run as_nobody env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$borrowed/thintune" --version
	is "$1: it does not run" "1 " "$code $out"
	says "$1: and says why" 'gives? this program rights that its caller does not have' "$err"
}
if can_be_nobody && ! findmnt -no OPTIONS -T "$borrowed" | grep -q nosuid; then
	chmod 4755 "$borrowed/thintune"
	refused "set-user-ID"
	expect "set-user-ID, root itself: nothing is borrowed" 0 "$borrowed/thintune" --version
	chmod 755 "$borrowed/thintune"
	chmod g+s "$borrowed/thintune"
	refused "set-group-ID"
	chmod 755 "$borrowed/thintune"
	if "$python" -c 'import os, struct, sys
os.setxattr(sys.argv[1], "security.capability", struct.pack("<5I", 0x02000001, 1 << 21, 0, 0, 0))' "$borrowed/thintune" 2>/dev/null; then
		refused "file capabilities"
	else
		skip "file capabilities: it does not run" "this file system has none"
	fi
else
	skip "set-user-ID: it does not run" "this root cannot become somebody else, or the mount is nosuid"
fi
rm -r "$borrowed"
if can_be_nobody && setpriv --reuid=65534 --inh-caps=+dac_read_search --ambient-caps=+dac_read_search true 2>/dev/null; then
	chmod 755 "$work"
	cp "$THINTUNE" "$work/thintune"
	expect "ambient capabilities, as systemd gives them, are the caller's own" 0 setpriv --reuid=65534 --clear-groups \
		--inh-caps=+dac_read_search --ambient-caps=+dac_read_search env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$work/thintune" --version
else
	skip "ambient capabilities are the caller's own" "they cannot be given here"
fi

# Somebody else's files -------------------------------------------------------------------------------------
# As root the command runs as nobody; else the files lose their write permission.
# shellcheck disable=SC2317
without_rights() {
	if is_root; then as_nobody "$@"; else "$@"; fi
}
if can_be_nobody || ! is_root; then
	fresh intel-pstate "$tree"
	set_live "$tree" uid 65534
	set_live "$tree" capabilities
	cp "$THINTUNE" "$work/thintune"
	chmod 755 "$work"
	find "$tree" -type f -exec chmod a-w {} +
	mkdir -p "$tree/run/thintune"
	chmod 777 "$tree/run/thintune"
	state "$tree" >"$work/before"
	run without_rights "$work/thintune" apply --root "$tree" --format json
	is "another user: apply ends with 4" 4 "$code"
	is "another user: the reason is named" "skipped: needs uid 0" "$(setting fs.aio-max-nr)"
	is "another user: every setting that differs says so" 26 \
		"$(jq '[.settings[] | select(.state == "skipped" and .note == "needs uid 0")] | length' "$work/out")"
	is "another user: none failed, none changed" 0 "$(jq '.summary.failed + .summary.changed' "$work/out")"
	state "$tree" >"$work/after"
	same "another user: nothing is written" "$work/before" "$work/after"
	printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: {value: 9, severity: advised}}\n' >"$work/p.yaml"
	chmod 644 "$work/p.yaml"
	run without_rights "$work/thintune" apply --root "$tree" --profile "$work/p.yaml"
	is "another user: 4, even where nothing is required" 4 "$code"
	set_live "$tree" user-namespace yes 2>/dev/null || {
		chmod u+w "$tree/.thintune/live"
		set_live "$tree" user-namespace yes
	}
	run without_rights "$work/thintune" apply --root "$tree" --format json
	says "another user namespace: that is what is named" \
		"skipped: needs the node's own user namespace" "$(setting fs.aio-max-nr)"

	# This machine itself: without rights nothing of it can be changed, so this is safe to try. As it is
	# asked for a value that it does not have, there is something to skip.
	value=$(cat /proc/sys/vm/swappiness)
	printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: {value: %d, severity: required}}\n' \
		$((value == 7 ? 8 : 7)) >"$work/p.yaml"
	chmod 644 "$work/p.yaml"
	run without_rights "$work/thintune" apply --profile "$work/p.yaml" --format json
	is "this machine, another user: apply ends with 4" 4 "$code"
	says "this machine, another user: the reason is named" \
		"^skipped: needs (uid 0|a writable mount|the node's own user namespace)" "$(setting vm.swappiness)"
	is "this machine, another user: nothing is written" "$value" "$(cat /proc/sys/vm/swappiness)"
else
	skip "another user: every setting that differs says so" "this root cannot become somebody else"
fi
finish
