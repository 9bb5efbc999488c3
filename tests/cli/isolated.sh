#!/bin/bash
# Isolated CPUs get no interrupts and no packets, by any tuner, whoever isolated them; what an apply
# sets stays, and restore undoes it.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

setting() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state): \(.want // "-")"' "$work/out"; }

# profile PLACEMENT
profile() {
	printf 'profile: p\nsummary: for a test\nirq: {placement: %s, numa-balancing: auto, irqbalance: ban}\n' "$1"
	printf 'net: {rps: auto, xps: auto}\ncpu: {pinning: hand-over}\n'
}

# node WORD...: a node whose irqbalance runs, with masks as a driver leaves them.
node() {
	rm -rf "$work/tree"
	"$python" "$top/tests/nodes/generate" "$work/tree" cores=8 nvme:8@0 ena:8@0 "$@" || exit
	printf 'container=none\n' >"$work/live"
	grep -v '^container=' "$work/tree/.thintune/live" >>"$work/live"
	sort -t= -k1,1 "$work/live" >"$work/tree/.thintune/live"
	for queue in "$work"/tree/sys/class/net/eth0/queues/rx-*; do
		echo 0 >"$queue/rps_flow_cnt"
	done
	mkdir -p "$work/tree/proc/sys/net/core" "$work/tree/run/irqbalance" "$work/tree/etc/default"
	echo 0 >"$work/tree/proc/sys/net/core/rps_sock_flow_entries"
	echo 1 >"$work/tree/run/irqbalance/pid"
	printf '#IRQBALANCE_ARGS=\n' >"$work/tree/etc/default/irqbalance"
}

# CPUs that any setting of vectors, default or steering wants, but those that the kernel places.
wanted_cpus() {
	"$python" - "$work/out" <<-'END'
		import json, sys
		cpus = set()
		for row in json.load(open(sys.argv[1]))["settings"]:
		    path, want = row["path"] or "", row["want"] or ""
		    if row["state"] == "managed":
		        continue
		    if path.endswith("smp_affinity_list"):
		        for part in want.split(","):
		            first, _, last = part.partition("-")
		            cpus |= set(range(int(first), int(last or first) + 1))
		    elif path.endswith(("_cpus", "default_smp_affinity")):
		        bits = int(want.replace(",", ""), 16)
		        cpus |= {cpu for cpu in range(64) if bits >> cpu & 1}
		print(",".join(map(str, sorted(cpus))))
	END
}

# keeps_off SENTENCE CPUS WORD...: those that shared interrupts and packets go to.
keeps_off() {
	local sentence=$1 cpus=$2
	shift 2
	node "$@"
	run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
	is "$sentence" "$cpus" "$(wanted_cpus)"
}

profile shared >"$work/shared.yaml"
profile dedicated >"$work/dedicated.yaml"

# Whoever isolated them ----------------------------------------------------------------------------------------
keeps_off "none isolated: all CPUs serve" 0,1,2,3,4,5,6,7
keeps_off "isolcpus" 0,1 isolcpus=2-7
keeps_off "nohz_full alone" 0,1,2,3 nohz=4-7
keeps_off "both, not the same" 0,1,2 isolcpus=5-7 nohz=3-6
keeps_off "a control group's partition" 0,1,2,3,4 partition=5-7
keeps_off "all but one" 0 isolcpus=1-7
keeps_off "some of them offline" 0,1,2,3 isolcpus=4-7 offline=5

# Again and back -----------------------------------------------------------------------------------------------
for placement in shared dedicated; do
	node isolcpus=2-7 nohz=2-7
	state "$work/tree" >"$work/before"
	run "$THINTUNE" apply --root "$work/tree" --profile "$work/$placement.yaml" --format json
	is "$placement: an apply fails nowhere" 0 "$(jq .summary.failed "$work/out")"
	run "$THINTUNE" audit --root "$work/tree" --profile "$work/$placement.yaml" --format json
	is "$placement: then nothing differs" 0 "$(jq .summary.differs "$work/out")"
	run "$THINTUNE" apply --root "$work/tree" --profile "$work/$placement.yaml" --format json
	is "$placement: a second apply writes nothing" 0 "$(jq .run.writes "$work/out")"
	is "$placement: no vector is on an isolated CPU but those that the kernel places" "0 0-1 1" \
		"$(jq -r '.settings[] | select(.path // "" | endswith("smp_affinity_list")) | select(.state != "managed") | .have' \
			"$work/out" | sort -u | tr '\n' ' ' | sed 's/ $//')"
	is "$placement: new interrupts start on the others" "same: 3" "$(setting default_smp_affinity)"
	expect "$placement: restore" 0 "$THINTUNE" restore --root "$work/tree"
	state "$work/tree" >"$work/after"
	same "$placement: and all is as before" "$work/before" "$work/after"
done
says "dedicated: the isolated CPUs are handed over" '"compute_cpus": "2-7"' \
	"$("$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json)"

# Masks that keep off them already -----------------------------------------------------------------------------
node isolcpus=2-7
echo 1 >"$work/tree/proc/irq/default_smp_affinity"
control=$(dirname "$(grep -l ena-mgmnt "$work"/tree/sys/kernel/irq/*/actions)")
echo 1 >"$work/tree/proc/irq/${control##*/}/smp_affinity_list"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "a narrower default mask is right" "same: 1" "$(setting default_smp_affinity)"
is "a narrower control vector is right" "same: 1" "$(setting "eth0 control irq ${control##*/}")"
echo f0 >"$work/tree/proc/irq/default_smp_affinity"
echo 1-3 >"$work/tree/proc/irq/${control##*/}/smp_affinity_list"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "one with none of the others gets all of them" "differs: 3" "$(setting default_smp_affinity)"
is "one with some of the others keeps these" "differs: 1" "$(setting "eth0 control irq ${control##*/}")"

# What an earlier profile of ours narrowed is no such mask, wherever it was isolated since.
node
echo 0-7 >"$work/tree/proc/irq/${control##*/}/smp_affinity_list"
run "$THINTUNE" apply --root "$work/tree" --profile "$work/dedicated.yaml"
is "dedicated: the default mask" 1 "$(cat "$work/tree/proc/irq/default_smp_affinity")"
"$python" "$top/tests/nodes/generate" "$work/parted" cores=8 nvme:8@0 ena:8@0 partition=6-7
cp -a "$work/parted/sys/fs" "$work/tree/sys/"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "back to shared: an audit sees the default mask differ" "differs: 3f" "$(setting default_smp_affinity)"
run "$THINTUNE" apply --root "$work/tree" --profile "$work/shared.yaml" --format json
is "back to shared: the default mask is the original's" "changed: 3f" "$(setting default_smp_affinity)"
is "back to shared: a control vector, too" "changed: 0-5" "$(setting "eth0 control irq ${control##*/}")"
run "$THINTUNE" apply --root "$work/tree" --profile "$work/shared.yaml" --format json
is "back to shared: a second apply writes nothing" 0 "$(jq .run.writes "$work/out")"

# What is said -------------------------------------------------------------------------------------------------
node isolcpus=2-7 nohz=2-5
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml"
says "the report has a line about them" '^isolated from interrupts: CPUs 2-7 \(isolcpus 2-7, nohz_full 2-5\)$'
run "$THINTUNE" facts --root "$work/tree"
says "facts, too" '^  isolated +CPUs 2-7 \(isolcpus 2-7, nohz_full 2-5\)$'
run "$THINTUNE" facts --root "$work/tree" --format json
is "facts, JSON" '2-7 2-7 2-5  null' \
	"$(jq -r '.cpu.isolated | "\(.cpus) \(.isolcpus) \(.nohz_full) \(.partitions) \(.problem)"' "$work/out")"

node isolcpus=0-7
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "none left: said, and nothing is moved" "skipped: shared" "$(setting placement)"
is "none left: no vector and no queue is in the plan" "" "$(wanted_cpus)"
is "none left: nobody is banned from them" "" "$(setting 'irqbalance bans' | grep -v '^same')"

node isolcpus=6-7
run "$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json
is "few are not taken for Redpanda's" "2 isolated CPUs are not Redpanda's" \
	"$(jq -r '.settings[] | select(.setting == "placement") | .note' "$work/out")"
is "and are not in its set" "0-5 0-5" "$(jq -r '.placement | "\(.interrupt_cpus) \(.compute_cpus)"' "$work/out")"

for list in 2- two 8-15; do
	node isolcpus="$list"
	run "$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json
	is "isolated reads $list: that is no \"none\"" "skipped: dedicated" "$(setting placement)"
	is "isolated reads $list: nothing is moved" "" "$(wanted_cpus)"
done

# A record of it -----------------------------------------------------------------------------------------------
node partition=5-7 nohz=4 reserved=0-1 unit=0-6
run "$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json
jq .placement "$work/out" >"$work/before"
"$THINTUNE" facts --root "$work/tree" --format json | jq '.cpu | .isolated, .redpanda_service, .kubelet' >>"$work/before"
expect "a record" 0 "$THINTUNE" record --root "$work/tree" "$work/record.node"
lacks "has no file of the kubelet's in it" KubeletConfiguration "$(<"$work/record.node")"
rm -rf "$work/again"
"$python" "$top/tests/nodes/unpack" "$work/record.node" "$work/again"
run "$THINTUNE" audit --root "$work/again" --profile "$work/dedicated.yaml" --format json
jq .placement "$work/out" >"$work/after"
"$THINTUNE" facts --root "$work/again" --format json | jq '.cpu | .isolated, .redpanda_service, .kubelet' >>"$work/after"
same "says the same of all CPUs that are spoken for" "$work/before" "$work/after"

# irqbalance ---------------------------------------------------------------------------------------------------
node isolcpus=2-7
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
vector=$(jq -r 'first(.settings[] | select(.tuner == "net-irq")).setting' "$work/out")
run "$THINTUNE" explain "$vector" --root "$work/tree" --profile "$work/shared.yaml"
says "a vector is explained" "^$vector: a setting of this node"
lacks "irqbalance cannot be told, so its file is not written before it" "Written after" "$out"
: >"$work/tree/run/irqbalance/irqbalance1.sock"
run "$THINTUNE" explain "$vector" --root "$work/tree" --profile "$work/shared.yaml"
says "interrupts are placed once irqbalance leaves them alone" "Written after *./etc/default/irqbalance"
run "$THINTUNE" explain "nvme0n1 queue 0" --root "$work/tree" --profile "$work/shared.yaml"
says "a queue of an NVMe drive is explained" "^nvme0n1 queue 0: a setting of this node"
lacks "what the kernel manages irqbalance does not move" "Written after" "$out"
rm "$work/tree/run/irqbalance/irqbalance1.sock"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "irqbalance finds isolcpus by itself" "" "$(setting 'irqbalance CPUs')"
echo 'IRQBALANCE_BANNED_CPULIST=0,2-4' >>"$work/tree/etc/default/irqbalance"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "unless it is told other CPUs" "manual: off CPUs 0,2-7" "$(setting 'irqbalance CPUs')"
echo 'IRQBALANCE_BANNED_CPULIST=2-7' >>"$work/tree/etc/default/irqbalance"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "these ones are right" "" "$(setting 'irqbalance CPUs')"
for line in BANNED_CPULIST=two,3 BANNED_CPUS=xyz; do
	node isolcpus=2-7
	echo "IRQBALANCE_$line" >>"$work/tree/etc/default/irqbalance"
	run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
	is "what cannot be read is not none: $line" "manual: off CPUs 2-7" "$(setting 'irqbalance CPUs')"
	is "and is said: $line" "not known: IRQBALANCE_${line%=*} is '${line#*=}'" \
		"$(jq -r '.settings[] | select(.setting == "irqbalance CPUs") | .have | sub(", which is not.*"; "")' "$work/out")"
done
node partition=6-7
run "$THINTUNE" audit --root "$work/tree" --profile "$work/shared.yaml" --format json
is "of control groups it knows nothing" "manual: off CPUs 6-7" "$(setting 'irqbalance CPUs')"

# NVMe ---------------------------------------------------------------------------------------------------------
node
run "$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json
is "dedicated: each NVMe queue stays where it is" "managed 0-7" \
	"$(jq -r '.settings[] | select(.setting | test("nvme0n1 queue")) | "\(.state) \(.want)"' "$work/out" | sort -u)"
lacks "dedicated: no advice that does nothing for a queue of one CPU" isolcpus "$out"
for vector in "$work"/tree/proc/irq/*/smp_affinity_list; do
	[ "$(<"$vector")" != 0 ] || echo 0-1 >"$vector"
done
run "$THINTUNE" audit --root "$work/tree" --profile "$work/dedicated.yaml" --format json
is "dedicated: there is some for a queue of CPUs of both kinds" "nvme0n1 queue 0" \
	"$(jq -r '.settings[] | select(.note // "" | test("isolcpus=managed_irq,1-7 ")) | .setting' "$work/out")"
finish
