#!/bin/bash
# watch --repair on a node whose kubelet gives CPUs to containers alone: when interrupts leave these, and when they
# come back. The node is a record; its clock is what watch.json says of it.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

tree=$work/tree
pods=$tree/sys/fs/cgroup/kubepods.slice
group=kubepods-pod1_2.slice/cri-containerd-a.scope
other=kubepods-pod3_4.slice/cri-containerd-b.scope
state_file=$tree/run/thintune/public/watch.json
mkdir "$work/site"

# node CORES [CARD]: one without containers
node() {
	rm -rf "$tree" "$work/kept"
	"$python" "$top/tests/nodes/generate" "$tree" cores="$1" nvme:"$1"@0 "${2:-ena:$1@0}" || exit
	set_live "$tree" broker.running no
	set_live "$tree" sees-processes yes
	set_live "$tree" container none
	mkdir -p "$pods" "$work/kept/$group" "$work/kept/$other"
	echo "0-$(($1 - 1))" >"$pods/cpuset.cpus"
	printf 'profile: p\nsummary: for a test\nirq: {placement: shared}\n' >"$work/site/p.yaml"
}

# A pod comes with all of its container, and goes, in one step.
# comes CPUS [GROUP]
comes() {
	local group=${2:-$group}

	echo "$1" >"$work/kept/$group/cpuset.cpus"
	mv "$work/kept/${group%/*}" "$pods/"
}
goes() { mv "$pods/${group%/*}" "$work/kept/"; }

# CPUs that the card's queues interrupt
served() {
	grep -l 'eth0-Tx-Rx' "$tree"/sys/kernel/irq/*/actions | while read -r actions; do
		cat "$tree/proc/irq/$(basename "${actions%/actions}")/smp_affinity_list"
	done | sort -un | tr '\n' ' ' | sed 's/ $//'
}

# heard_of CAUSE SENTENCE [CPUS]: a look for that cause comes, which sees containers have these alone. Others may,
# since a watch that waits looks again by itself.
heard_of() {
	while hear && [[ $heard == *STATUS=* ]]; do
		[[ $heard == *"($1): "* ]] && if [ $# -lt 3 ] || [ "$3" = "$(told .exclusive.seen)" ]; then break; fi
	done
	if [[ $heard == *STATUS=*"($1): "* ]]; then ok "$2"; else not_ok "$2" "$heard" "$(cat "$work/log")"; fi
}

# looks SENTENCE: it is asked to
looks() {
	kill -USR1 "$watch_pid"
	heard_of sigusr1 "$1"
}

# later: what was seen last has been so for long
later() { edit '.exclusive.since = 0'; }
# edit FILTER: between two looks, each of which holds that lock
edit() {
	exec 8<"$tree/run/thintune"
	flock 8
	jq "$1" "$state_file" >"$work/edited" && mv "$work/edited" "$state_file"
	exec 8<&-
}

begins() {
	listen
	watch --repair --interval 24h --profile "$work/site/p.yaml"
	heard_of start "$1"
}

# Others ----------------------------------------------------------------------------------------------
node 8
begins "it looks as it starts"
is "interrupts are on all CPUs" "0 1 2 3 4 5 6 7" "$(served)"
comes 2-3
heard_of container "a container that comes wakes it" 2-3
is "its CPUs are not left to it at once" "0 1 2 3 4 5 6 7" "$(served)"
says "which is told" 'not yet: the CPUs that containers have alone have been the same for [0-9]+ s, and are followed after 60 s' \
	"$(jq -r '[.settings[] | select(.setting == "eth0 queue 2").note][0]' "$tree/run/thintune/public/report.json")"
is "also to programs" ": 2-3" "$(told '.exclusive | "\(.followed): \(.seen)"')"
"$python" "$top/tests/cli/test_watch_schema.py" "$top/docs/watch.schema.json" "$state_file" >"$work/schema" 2>&1
case $? in
0) ok "watch.json is as its schema says" ;;
77) skip "watch.json is as its schema says" "$(cat "$work/schema")" ;;
*) not_ok "watch.json is as its schema says" "$(cat "$work/schema")" ;;
esac
vector=$tree/proc/irq/$(basename "$(dirname "$(grep -l 'eth0-Tx-Rx-5' "$tree"/sys/kernel/irq/*/actions)")")/smp_affinity_list
echo 0-7 >"$vector"
looks "a driver has reset one of them meanwhile"
is "which is mended by the plan without the container" 5 "$(cat "$vector")"
later
looks "a minute later"
is "interrupts leave them" "0 1 4 5 6 7" "$(served)"
is "which is one move" "2-3 1 null" "$(told '.exclusive | "\(.followed) \(.moves | length) \(.waits)"')"
echo 2-4 >"$pods/$group/cpuset.cpus"
heard_of container "one that is given other CPUs wakes it" 2-4
later
looks "a minute later"
is "interrupts leave these" "0 1 5 6 7" "$(served)"
goes
heard_of container "and one that goes" ""
is "its CPUs come back not at once" "0 1 5 6 7" "$(served)"
later
looks "a minute later"
is "they do" "0 1 2 3 4 5 6 7" "$(served)"

# A broker's ------------------------------------------------------------------------------------------
set_live "$tree" broker.running yes
set_live "$tree" broker.groups "kubepods.slice/$group"
comes 4-5
heard_of container "a broker's container comes" 4-5
is "its CPUs are left to it at once" "0 1 2 3 6 7" "$(served)"
is "which is no move" "4-5 3 null" "$(told '.exclusive | "\(.followed) \(.moves | length) \(.waits)"')"
run "$THINTUNE" facts --root "$tree"
says "facts say whose they are" "CPUs 4-5: container cri-containerd-a.scope of pod 1_2 .by its control group; a broker's, by its main process."
is "also as JSON" "4-5 1_2 true control group" \
	"$("$THINTUNE" facts --root "$tree" --format json | jq -r '.cpu.kubelet.owners[] | "\(.cpus) \(.pod) \(.is_broker) \(.from)"')"
goes
heard_of container "it goes" ""
set_live "$tree" broker.running no
set_live "$tree" broker.groups
edit '.exclusive.since = 0 | .exclusive.moves = [.seconds, .seconds, .seconds, .seconds]'
looks "interrupts have followed containers four times within this hour"
is "they do not a fifth time" "0 1 2 3 6 7" "$(served)"
says "and it is told" 'have followed the CPUs that containers have alone 4 times within an hour' "$(told .exclusive.waits)"
edit '.exclusive.moves[0] = 0'
looks "an hour later"
is "they do" "0 1 2 3 4 5 6 7" "$(served)"
stop

# Where few would be left -----------------------------------------------------------------------------
node 4
begins "on a node of four CPUs"
comes 2-3
heard_of container "a container comes" 2-3
later
looks "a minute later"
is "its CPUs are not left to it" "0 1 2 3" "$(served)"
says "since auto would use all" 'without these 2 would be left for interrupts, which are fewer than the 4 that .auto. would use' \
	"$(told .exclusive.waits)"
set_live "$tree" broker.running yes
set_live "$tree" broker.groups "kubepods.slice/$group"
looks "it is a broker's"
is "then they are" "0 1" "$(served)"
stop

# One plan at a time ----------------------------------------------------------------------------------
# masks: the default mask, and where the first queue's packets go, as numbers; then vectors of the two queues
masks() {
	local queue rps=$tree/sys/class/net/eth0/queues/rx-0/rps_cpus

	printf '%x %x' "0x$(tr -d , <"$tree/proc/irq/default_smp_affinity")" "0x$(tr -d , <"$rps")"
	for queue in 0 1; do
		printf ' %s' "$(cat "$tree/proc/irq/$(basename "$(dirname "$(grep -l "eth0-Tx-Rx-$queue" "$tree"/sys/kernel/irq/*/actions)")")/smp_affinity_list")"
	done
}

node 16 ena:2@0
shared=$pods/kubepods-burstable.slice/kubepods-burstable-pod5_6.slice/cri-containerd-c.scope
mkdir -p "$shared"
echo 0-1 >"$shared/cpuset.cpus"
printf 'profile: p\nsummary: for a test\nirq: {placement: shared}\nnet: {rps: auto, xps: auto}\n' >"$work/site/p.yaml"
begins "on a node of sixteen CPUs"
is "interrupts and packets are on all CPUs" "ffff ffff 0 8" "$(masks)"
comes 2-13
heard_of container "a container comes" 2-13
is "which waits" "ffff ffff 0 8" "$(masks)"
set_live "$tree" broker.running yes
set_live "$tree" broker.groups "kubepods.slice/$other"
comes 14-15 "$other"
heard_of container "a broker comes meanwhile" 2-15
is "its CPUs alone are left to it" "3fff 3fff 0 7" "$(masks)"
is "as is told" "14-15 2-15 0" "$(told '.exclusive | "\(.followed) \(.seen) \(.moves | length)"')"
looks "nothing happens"
is "what is yet to come is told" "3 true" \
	"$(jq -r '.settings[] | select(.setting == "default_smp_affinity") | "\(.want) \(.note | startswith("not yet: "))"' "$tree/run/thintune/public/report.json")"
echo ffff >"$tree/proc/irq/default_smp_affinity"
looks "somebody resets a mask"
is "it is mended so" "3fff 3fff 0 7" "$(masks)"
echo 3 >"$tree/proc/irq/default_smp_affinity"
looks "somebody sets what is yet to come"
is "it stays" "3 3fff 0 7" "$(masks)"
echo 0-15 >"$tree/proc/irq/$(basename "$(dirname "$(grep -l 'eth0-Tx-Rx-1' "$tree"/sys/kernel/irq/*/actions)")")/smp_affinity_list"
later
edit '.exclusive.moves = [.seconds, .seconds, .seconds, .seconds]'
looks "interrupts have followed containers four times within this hour, and a driver resets one"
is "it is mended so, and the others do not follow" "3 3fff 0 7" "$(masks)"
is "which contests nothing" 0 "$(told '[.off[] | select(.state == "contested")] | length')"
run "$THINTUNE" apply --root "$tree" --profile "$work/site/p.yaml"
is "an apply waits for nothing" "3 3 0 1" "$(masks)"
looks "watch looks after it"
is "and leaves it so" "3 3 0 1" "$(masks)"
is "which is no move" "2-15 4 null" "$(told '.exclusive | "\(.followed) \(.moves | length) \(.waits)"')"
stop

# What nothing depends on ------------------------------------------------------------------------------
node 4
printf 'profile: p\nsummary: for a test\nirq: {placement: leave}\n' >"$work/site/p.yaml"
begins "a profile that moves no interrupt"
comes 2-3
heard_of container "a container comes" 2-3
is "nothing waits for it" "2-3 null" "$(told '.exclusive | "\(.followed) \(.waits)"')"
stop

# Another profile -------------------------------------------------------------------------------------
node 4
comes 2-3
printf 'profile: p\nsummary: for a test\nirq: {placement: shared, exclusive-cpus: ignore}\n' >"$work/site/p.yaml"
begins "a profile that ignores containers"
is "leaves interrupts on their CPUs" "0 1 2 3" "$(served)"
printf 'profile: p\nsummary: for a test\nirq: {placement: shared}\n' >"$work/site/p.yaml"
heard_of file "another one does not"
is "interrupts leave them at once, however few are left" "0 1" "$(served)"
is "which is no move" "2-3 0 null" "$(told '.exclusive | "\(.followed) \(.moves | length) \(.waits)"')"

# Not known -------------------------------------------------------------------------------------------
comes 1 "$other"
heard_of container "what is left may be shared or one container's own"
is "so what was known is no news" "null 2-3 null" "$(told '"\(.exclusive) \(.exclusive_before | "\(.followed) \(.waits)")"')"
mv "$pods/${other%/*}" "$work/kept/"
heard_of container "it is known again" 2-3
is "and is told" "2-3 null" "$(told '"\(.exclusive.followed) \(.exclusive_before)"')"
stop
listen
watch --interval 24h --profile "$work/site/p.yaml"
heard_of start "a watch that does not repair"
is "follows none" "null 2-3" "$(told '"\(.exclusive) \(.exclusive_before.followed)"')"
stop

# Ignored ---------------------------------------------------------------------------------------------
node 4
set_live "$tree" broker.running yes
set_live "$tree" broker.groups "kubepods.slice/$group"
comes 2-3
printf 'profile: p\nsummary: for a test\nirq: {placement: shared, exclusive-cpus: ignore}\n' >"$work/site/p.yaml"
begins "a profile that ignores them"
is "leaves interrupts on them, a broker's too" "0 1 2 3" "$(served)"
stop
finish
