#!/bin/bash
# --root on what is not a node: a clear error or `unsupported`; never a crash, a hang, or the machine at
# hand.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
cpu=sys/devices/system/cpu
node=sys/devices/system/node

new_tree() { fresh aws-i4i "$tree"; }

# ends SENTENCE CODE PATTERN: facts, audit and apply; PATTERN in what each says
ends() {
	local command
	for command in facts audit apply; do
		expect "$1: $command" "$2" timeout -s KILL 30 "$THINTUNE" "$command" --root "$tree"
		says "$1: $command, in words" "$3" "$err"
	done
}

printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1, fs.aio-max-nr: {at-least: auto}}\n' >"$work/p.yaml"
printf 'irq: {placement: dedicated}\nnet: {rps: auto, xps: auto}\ncpu: {pinning: hand-over}\n' >>"$work/p.yaml"
sed 's/placement: dedicated/placement: {value: dedicated, severity: required}/' "$work/p.yaml" >"$work/required.yaml"

question split '"\(.placement.interrupt_cpus != .placement.compute_cpus) \([.settings[] | select(.setting == "placement")] | length)"' -r
question topology .cpu.topology_problem -r
question placement '.settings[] | select(.setting == "placement") | "\(.state): \(.note)"' -r
question others '"\(.settings[] | select(.setting == "vm.swappiness").state) \([.settings[] | select(.path // "" | test("irq|_cpus"))] | length)"' -r

# sees SENTENCE: the CPU topology is known, and interrupts are placed by it
sees() {
	expect "$1: audit" 3 timeout -s KILL 30 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
	is "$1: the CPUs are split" "true 0" "$(ask split "$work/out")"
}

# blind SENTENCE PATTERN [CODE]: why the CPU topology is not known; only what needs it is skipped
blind() {
	expect "$1: facts" 0 timeout -s KILL 30 "$THINTUNE" facts --root "$tree" --format json
	says "$1: facts say so" "$2" "$(ask topology "$work/out")"
	expect "$1: audit" "${3:-3}" timeout -s KILL 30 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
	says "$1: the placement is skipped" "^skipped: .*$2.*; interrupts stay where they are" "$(ask placement "$work/out")"
	is "$1: sysctl goes on, interrupts do not" "differs 0" "$(ask others "$work/out")"
}

# survives SENTENCE: facts, audit and apply end with some code of the table, and not by a signal
survives() {
	local command
	for command in facts audit apply; do
		run timeout -s KILL 30 "$THINTUNE" "$command" --root "$tree"
		if [ "$code" -gt 6 ] || { [ "$code" -gt 0 ] && [ "$code" -lt 3 ] && [ -z "$err" ]; }; then
			problem="$1: $command ended with $code: $err"
		fi
	done
}

# hwloc waits for a pipe that nobody writes to until its time is over; meanwhile the rest is tested.
fresh aws-i4i "$work/slow"
rm "$work/slow/$cpu/cpu1/topology/package_cpus"
mkfifo "$work/slow/$cpu/cpu1/topology/package_cpus"
timeout -s KILL 60 "$THINTUNE" facts --root "$work/slow" >"$work/slow-out" 2>&1 &
slow=$!

# No node at all -------------------------------------------------------------------------------------------
mkdir "$tree"
ends "an empty directory" 2 "is not a node: it has neither /sys nor /proc"
rmdir "$tree"
ends "a directory that is missing" 2 "cannot open root .*: No such file"
: >"$tree"
# Whoever unpacks it, nobody, has to be able to make a directory.
mkdir -m 1777 "$work/tmp"
TMPDIR=$work/tmp ends "a file" 2 "cannot unpack .*: it is no record of a node|--root .* is a file"
rm "$tree"
ln -s tree "$tree"
ends "a link to itself" 2 "cannot open root"
rm "$tree"
mkdir -p "$tree/proc"
ends "nothing but an empty /proc" 2 "is not a node: it has no /sys/devices/system/cpu"
mkdir -p "$tree/$cpu"
ends "an empty directory of CPUs" 2 "is not a node: it shows no CPU"
: >"$tree/$cpu/online"
ends "no CPU is online, and none is there" 2 "is not a node: it shows no CPU"

# Links that would lead to the machine at hand -----------------------------------------------------------------
for dir in $cpu $node sys/class/net sys/bus/pci sys proc; do
	new_tree
	mv "$tree/$dir" "$work/moved"
	ln -s "/$dir" "$tree/$dir"
	run "$THINTUNE" facts --root "$tree"
	if [[ $code == [12] ]] && grep -qE 'is a link|is not a node' <<<"$err"; then
		ok "/$dir links to the machine's own: refused"
	else
		not_ok "/$dir links to the machine's own: refused" "exit code $code" "$out$err"
	fi
	rm -rf "$work/moved"
done

# Another node beside the tree stands in for this machine, so that a leak can be recognised.
other=$(tree intel-pstate)
for path in $cpu/cpu1 $cpu/cpu1/topology $cpu/cpu1/cache $cpu/cpu1/topology/core_cpus $node/node0 \
	sys/devices/virtual/dmi sys/class/dmi/id proc/cpuinfo proc/meminfo sys/block sys/class/block \
	etc/os-release .thintune/live; do
	new_tree
	rm -rf "${tree:?}/$path"
	ln -s "$other/$path" "$tree/$path"
	run "$THINTUNE" facts --root "$tree" --format json
	if [ "$code" -gt 1 ]; then
		not_ok "/$path leads out of the tree: it is not followed" "exit code $code: $err"
	else
		is "/$path leads out of the tree: it is not followed" "" \
			"$(grep -E 'Gold 5222|PowerEdge|MZWLL1T6|17301504|1048576|"packages": 2|134778716160|intel_pstate|0-7' <<<"$out")"
	fi
done

# hwloc opens files by itself; a twin that differs in two sizes shows whether it left the tree.
fresh aws-i4i "$work/twin"
printf '7777K\n' | tee "$work/twin/$cpu"/cpu1/cache/index*/size >/dev/null
printf 'Node 0 MemTotal: 7777 kB\n' >"$work/twin/$node/node0/meminfo"
for path in $cpu/cpu1/cache $cpu/cpu1/cache/index2/size $node/node0/meminfo; do
	new_tree
	rm -rf "${tree:?}/$path"
	ln -s "$work/twin/$path" "$tree/$path"
	run "$THINTUNE" facts --root "$tree" --format json
	if [ "$code" -gt 1 ]; then
		not_ok "/$path leads out of the tree: hwloc does not follow" "exit code $code: $err"
	else
		is "/$path leads out of the tree: hwloc does not follow" "" "$(grep 7963648 <<<"$out")"
	fi
done

# Nothing outside the tree is written to either.
new_tree
mkdir "$work/outside"
printf '60\n' >"$work/outside/swappiness"
printf 'none [mq-deadline] \n' >"$work/outside/scheduler"
ln -sf "$work/outside/swappiness" "$tree/proc/sys/vm/swappiness"
ln -sf "../../../../../../../../../../../../..$work/outside/scheduler" "$(queue_of "$tree" nvme1n1)/scheduler"
ln -s "$work/outside" "$tree/run"
run "$THINTUNE" apply --root "$tree" --format json
is "settings that lead out of the tree are unsupported" "unsupported unsupported" \
	"$(jq -r '[.settings[] | select(.setting == "vm.swappiness" or .setting == "nvme1n1 scheduler") | .state] | join(" ")' "$work/out")"
is "nothing outside the tree is written" "60 none [mq-deadline]  scheduler swappiness" \
	"$(paste -sd' ' "$work/outside/swappiness" "$work/outside/scheduler" | paste -sd' ') $(cd "$work/outside" && echo *)"

# Loops ------------------------------------------------------------------------------------------------------------
problem=
for path in $cpu/cpu0 $cpu/cpu1/cache $node/node0 sys/block/nvme1n1 sys/class/net/ens5 proc/sys/vm/swappiness \
	proc/cpuinfo run sys/kernel/irq; do
	new_tree
	rm -rf "${tree:?}/$path"
	ln -s "${path##*/}" "$tree/$path"
	survives "/$path is a link to itself"
done
new_tree
disk=$(dirname "$(queue_of "$tree" nvme1n1)")
mkdir -p "$disk/slaves" "$tree/sys/devices/virtual/block/dm-0/slaves"
ln -s "../../../../../../../virtual/block/dm-0" "$disk/slaves/dm-0"
ln -s "../../../../../${disk#"$tree/sys/"}" "$tree/sys/devices/virtual/block/dm-0/slaves/nvme1n1"
survives "two block devices that lie on each other"
rm -rf "$disk/device" "$tree/sys/class/nvme"
ln -s . "$disk/device"
survives "a disk that is its own device"
if [ -z "$problem" ]; then ok "loops end"; else not_ok "loops end" "$problem"; fi

# Odd files --------------------------------------------------------------------------------------------------------
new_tree
rm "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/fs/aio-max-nr" "$tree/etc/os-release"
mkfifo "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/fs/aio-max-nr" "$tree/etc/os-release"
problem=
survives "pipes that nobody writes to"
rm "$tree/run/thintune/journal.jsonl"
mkdir -p "$tree/run/thintune/verdicts"
mkfifo "$tree/run/thintune/verdicts/host.json" "$tree/run/thintune/journal.jsonl"
survives "a pipe for a journal"
run timeout -s KILL 30 "$THINTUNE" gate --root "$tree"
[ "$code" -eq 1 ] || problem="a pipe for a verdict: gate ended with $code"
run timeout -s KILL 30 "$THINTUNE" restore --root "$tree"
[ "$code" -eq 1 ] || problem="a pipe for a journal: restore ended with $code"
if [ -z "$problem" ]; then ok "pipes hang nobody"; else not_ok "pipes hang nobody" "$problem"; fi

new_tree
rm "$tree/proc/sys/vm/swappiness"
mkdir "$tree/proc/sys/vm/swappiness"
head -c 100000 /dev/zero | tr '\0' 1 >"$tree/proc/sys/fs/aio-max-nr"
printf '4096\0hidden\n' >"$tree/proc/sys/net/core/somaxconn"
run "$THINTUNE" audit --root "$tree" --format json
is "a directory for a sysctl cannot be read" failed \
	"$(jq -r '.settings[] | select(.setting == "vm.swappiness") | .state' "$work/out")"
is "a sysctl of 100,000 bytes cannot be read" failed \
	"$(jq -r '.settings[] | select(.setting == "fs.aio-max-nr") | .state' "$work/out")"
is "a sysctl ends at a NUL" 4096 \
	"$(jq -r '.settings[] | select(.setting == "net.core.somaxconn") | .have' "$work/out")"

# Without NUMA, and with half of it -----------------------------------------------------------------------------------
new_tree
rm -rf "${tree:?}/$node"
expect "a kernel without NUMA: facts" 0 "$THINTUNE" facts --root "$tree" --format json
is "a kernel without NUMA: one node with all CPUs" '["0-3"]' "$(jq -c '[.numa_nodes[].cpus]' "$work/out")"
mkdir "$tree/$node"
blind "an empty directory of NUMA nodes" "not known: /$node exists but names no NUMA node"
printf '0\n' >"$tree/$node/online"
expect "a lone NUMA node that is listed and not there: facts" 0 "$THINTUNE" facts --root "$tree" --format json
is "a lone NUMA node that is listed and not there has all CPUs" '["0-3"]' "$(jq -c '[.numa_nodes[].cpus]' "$work/out")"
printf '0-70000\n' >"$tree/$node/online"
problem=
survives "70,000 NUMA nodes"
if [ -z "$problem" ]; then ok "NUMA nodes that are not there"; else not_ok "NUMA nodes that are not there" "$problem"; fi

# Garbage in each file that the topology is made of ---------------------------------------------------------------------
new_tree
problem=
number=0
# Each sort of garbage meets the program with sanitizers once.
program=$THINTUNE
garbage=('' 'garbage' '-1' '99999999999999999999' 'ffffffff,ffffffff,ffffffff,ffffffff' '0-4294967295' $'\377\376' '3-0' '0,0,0' '0x1')
while read -r file; do
	cp "$file" "$work/kept"
	printf '%s\n' "${garbage[number % ${#garbage[@]}]}" >"$file"
	number=$((number + 1))
	[ "$number" -le ${#garbage[@]} ] || program=$shipped
	run timeout -s KILL 30 "$program" facts --root "$tree"
	[ "$code" -eq 0 ] || problem="$file with '$(head -n 1 "$file")': exit code $code: $err"
	cp "$work/kept" "$file"
done < <(find "$tree/$cpu" "$tree/$node" -type f | sort)
[ "$number" -gt 50 ] || problem="only $number files"
if [ -z "$problem" ]; then ok "garbage in a topology file, $number files"; else not_ok "garbage in a topology file" "$problem"; fi

printf 'garbage\n' >"$tree/$cpu/online"
blind "garbage in the list of online CPUs" "not known: /$cpu/online: Invalid argument"
new_tree
printf '0-7\n' >"$tree/$cpu/online"
blind "CPUs that are online and not there" "contradicts itself: /$cpu/online lists CPU 4, and there is no /$cpu/cpu4" 4
expect "CPUs that are online and not there: audit as text" 4 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml"
says "CPUs that are online and not there: the head says so" 'profile p on an unknown number of CPUs, ' "$out"
expect "CPUs that are online and not there: audit as JSON" 4 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
is "CPUs that are online and not there: their number is not known, nor what follows from it" "null unsupported" \
	"$(jq -r '"\(.node.cpus) \(.settings[] | select(.setting == "fs.aio-max-nr").state)"' "$work/out")"

# Shapes: what is absent follows from the rest or is unknown, and the rest of the plan goes on --------------------------
# shape SENTENCE SCRIPT [PATTERN]: SCRIPT runs in the tree of two nodes; PATTERN: why the topology is not known
shape() {
	rm -rf "$tree"
	cp -a "$work/two" "$tree"
	(cd "$tree" && eval "$2") || exit
	if [ $# -gt 2 ]; then blind "$1" "$3"; else sees "$1"; fi
}

"$python" "$top/tests/nodes/generate" "$work/two" nodes=2 cores=4 nvme:4@0 ena:4@1 || exit
mkdir -p "$work/two/proc/sys/vm" "$work/two/proc/sys/fs"
echo 60 >"$work/two/proc/sys/vm/swappiness"
echo 65536 >"$work/two/proc/sys/fs/aio-max-nr"
echo 0 >"$work/two/proc/sys/fs/aio-nr"
cpus='cd sys/devices/system/cpu && ' nodes='cd sys/devices/system/node && '
shape "nothing is wrong" :
shape "no online, possible, present" "$cpus rm -f online possible present"
shape "no directory of NUMA nodes" "rm -r sys/devices/system/node"
shape "no cpumap" "rm sys/devices/system/node/node*/cpumap"
shape "neither cpumap nor cpulist" "rm sys/devices/system/node/node*/cpu*"
shape "a NUMA node without CPUs" "$nodes"'echo 00 >node1/cpumap; echo ff >node0/cpumap'
shape "NUMA nodes that cross packages" "$nodes"'echo 3f >node0/cpumap; echo c0 >node1/cpumap'
# shellcheck disable=SC2016 # shape expands it
shape "a CPU in two packages" "$cpus"'for i in 4 5 6 7; do echo f8 >cpu$i/topology/package_cpus; done'
shape "no package" "$cpus rm cpu*/topology/p* cpu*/topology/core_siblings"
shape "CPU 3 went offline" "$cpus"'rm -r cpu3/topology; echo 0 >cpu3/online; echo 0-2,4-7 >online'
shape "NUMA nodes that overlap" "$nodes"'echo 3f >node0/cpumap; echo f0 >node1/cpumap' "contradicts itself: by /$node node 0"
shape "no topology" "$cpus rm -r cpu*/topology" "not known: /$cpu/cpu0/topology/core_cpus: No such file"
shape "one CPU without a topology" "$cpus rm -r cpu5/topology" "not known: /$cpu/cpu5/topology/core_cpus: No such file"
shape "neither online nor topology" "$cpus rm -r online cpu*/topology" "not known: /$cpu/cpu0/topology/core_cpus: No such file"
# shellcheck disable=SC2016 # shape expands it
shape "empty files" "$cpus"'for file in cpu*/topology/*; do : >$file; done' "not known: /$cpu/cpu0/topology/core_cpus: "
shape "directories for files" "$cpus"'rm cpu5/topology/core_cpus; mkdir cpu5/topology/core_cpus' "not known: /$cpu/cpu5/topology/core_cpus: Is a dir"
shape "huge files" "$cpus"'head -c 1000000 /dev/zero | tr "\\0" f >cpu0/topology/core_cpus' "not known: /$cpu/cpu0/topology/core_cpus: "
shape "binary files" "$cpus"'printf "\\377\\1\\2" >cpu0/topology/core_cpus' "not known: /$cpu/cpu0/topology/core_cpus: "
shape "a directory for online" "$cpus rm online; mkdir online" "not known: /$cpu/online: Is a directory"

# The rest of the commands and formats, once.
shape "no topology, --strict" "$cpus rm -r cpu*/topology" "not known"
for format in text json html sh k8s systemd prometheus; do
	expect "no topology: $format" 3 "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format "$format"
done
expect "no topology: the placement is required" 4 "$THINTUNE" audit --root "$tree" --profile "$work/required.yaml"
expect "no topology: apply" 0 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
is "no topology: sysctls are set, aio-max-nr by the number of CPUs" "1 1048576" \
	"$(cat "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/fs/aio-max-nr" | paste -sd' ')"
expect "no topology: restore" 0 "$THINTUNE" restore --root "$tree"
is "no topology: sysctls are back" "60 65536" "$(cat "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/fs/aio-max-nr" | paste -sd' ')"

new_tree
printf 'uid=0\nno-such-key=1\n' >"$tree/.thintune/live"
ends "an unknown key in the record" 1 "/.thintune/live:2: unknown key"
printf 'uid=many\n' >"$tree/.thintune/live"
ends "a malformed value in the record" 1 "/.thintune/live:1: malformed value"

wait "$slow"
is "hwloc would wait for a FIFO: the rest is told" 0 $?
says "hwloc would wait for a FIFO: it is named" "not known: /$cpu/cpu1/topology/package_cpus is no regular file" "$(cat "$work/slow-out")"
# Directories that look like a node from far away.
mkdir -p "$work/bare/sys" "$work/bare/proc"
for command in audit apply run gate restore; do
	expect "$command of a tree without CPUs" 2 "$THINTUNE" "$command" --root "$work/bare"
	says "$command of a tree without CPUs, in words" 'is not a node' "$err"
done
is "and nothing was left in it" "" "$(find "$work/bare" -mindepth 1 ! -path "$work/bare/sys" ! -path "$work/bare/proc")"
finish
