# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# Guest script of test-network: channels, steering and interrupts of network cards, and irqbalance
# really running. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

CONFIG=/etc/default/irqbalance

# The interfaces are found by their drivers: names depend on the kernel.
nic_of() {
	for nic_path in /sys/class/net/*; do
		[ "$(basename "$(readlink "$nic_path/device/driver")")" != "$1" ] || basename "$nic_path"
	done
}

# Values that nobody has by default, so that a restore to the defaults is seen.
unusual_start() {
	start_queues=/sys/class/net/$nic/queues
	echo 1 >$start_queues/rx-0/rps_cpus &&
		echo 256 >$start_queues/rx-3/rps_flow_cnt &&
		echo 9 >$start_queues/tx-1/xps_cpus &&
		echo 60 >$start_queues/tx-3/xps_cpus &&
		echo 4 >"/proc/irq/$(irq_of input.3)/smp_affinity"
}

# irq_of input.3: the number of that vector of the virtio NIC.
irq_of() {
	awk -v "name=$vectors-$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts
}

queue_count() { find "/sys/class/net/$nic/queues/" -name 'rx-*' | wc -l; }

# Interrupts that a report places, a line each; not those that the kernel places itself.
placed_irqs() {
	awk '/"path": "\/proc\/irq\/[0-9]+\/smp/ { split($0, parts, "/"); irq = parts[4] }
		/"state": / && irq != "" { if ($0 !~ /managed/) print irq; irq = "" }' "$1" | sort -n
}

banned_irqs() {
	sed -n '/^# BEGIN thintune/,/^# END thintune/p' $CONFIG | tr '" ' '\n' |
		sed -n 's/^--banirq=//p' | sort -n
}

# masks IRQ...: where each of them goes.
masks() {
	for mask_irq in "$@"; do
		printf '%s %s\n' "$mask_irq" "$(cat "/proc/irq/$mask_irq/smp_affinity_list")"
	done
}

without_run() { sed '/^  "run": {/,$d' "$1"; }

test_channels() {
	trace_writes audit.trace thintune audit $options --format json >/out/audit1.json
	is $? 3 "audit exits 3"
	is "$(opened_for_writing /tmp/audit.trace)" "" "audit opens nothing for writing"
	same_state "audit changes nothing"
	thintune audit $options --format json >/out/audit2.json
	without_run /out/audit1.json >/tmp/one
	without_run /out/audit2.json >/tmp/two
	cmp -s /tmp/one /tmp/two
	is $? 0 "two audits are equal byte by byte"

	thintune apply $options --format json >/out/apply1.json
	is $? 0 "apply exits 0"
	is "$(queue_count)" 2 "the NIC has two queues after apply"
	is "$(cat /sys/class/net/$nic/queues/rx-1/rps_cpus)" ff "packets are steered to all CPUs"
	is "$(cat /sys/class/net/$nic/queues/rx-1/rps_flow_cnt)" 16384 "flow counts are shares of the table"
	is "$(cat /proc/sys/net/core/rps_sock_flow_entries)" 32768 "the flow table has its size"
	xps_sum=0
	for xps_file in "/sys/class/net/$nic"/queues/tx-*/xps_cpus; do
		xps_sum=$((xps_sum + 0x$(cat "$xps_file")))
	done
	is $xps_sum 255 "every CPU sends by one queue"
	thintune audit $options --format json >/out/audit3.json
	is $? 0 "audit after apply exits 0"
	thintune apply $options --format json >/out/apply2.json
	is "$(sed -n 's/.*"writes": *\([0-9]*\).*/\1/p' /out/apply2.json)" 0 "a second apply writes nothing"
	thintune restore >/out/restore1.txt 2>&1
	is $? 0 "restore exits 0"
	is "$(queue_count)" 4 "the NIC has four queues again"
	same_state "after restore the whole state is as before: channels, masks, files"
}

test_no_such_queue() {
	sed 's/queues: 2/queues: 64/' /profile.yaml >/tmp/many.yaml
	thintune apply --profile /tmp/many.yaml $storage_options >/out/many.txt 2>&1
	is "$(queue_count)" 4 "more queues than the driver has CPUs for: as many as it takes"
	thintune restore >/dev/null 2>&1
	same_state "and it is undone"
	thintune audit $options --nic nosuchnic >/out/no-nic.txt 2>&1
	is $? 2 "a NIC that does not exist is an error of usage"
}

test_scripts() {
	thintune audit $options --format sh >/out/apply.sh
	grep -q "^driver -L -l '$nic' combined 'Combined' '2'" /out/apply.sh
	is $? 0 "the script sets the channels by ethtool"
}

start_irqbalance() {
	mkdir -p /run/irqbalance
	irqbalance --foreground --interval=5 >/out/irqbalance.log 2>&1 &
	irqbalance_pid=$!
	wait_for "/run/irqbalance/irqbalance$irqbalance_pid.sock"
}

# It places all interrupts at its second look.
test_irqbalance() {
	cp $CONFIG /tmp/config
	start_irqbalance
	is $? 0 "irqbalance runs and has a socket"
	sleep 12
	dump /tmp/files | grep '^/proc/irq' >/tmp/balanced
	grep '^/proc/irq' /tmp/before | cmp -s - /tmp/balanced
	is $? 1 "irqbalance moves interrupts when nobody stops it (the test can fail)"

	thintune apply $options --format json >/out/apply-irqbalance.json
	is $? 0 "apply beside irqbalance exits 0"
	grep -q 'told irqbalance over its socket' /out/apply-irqbalance.json
	is $? 0 "irqbalance was told without a restart"
	kill -0 $irqbalance_pid
	is $? 0 "it is still the same irqbalance"
	irqs=$(banned_irqs)
	isnt "$irqs" "" "there are bans in its configuration"
	is "$irqs" "$(placed_irqs /out/apply-irqbalance.json)" "it is kept from exactly the interrupts that are placed"
	masks $irqs >/tmp/placed
	sleep 20
	masks $irqs >/tmp/placed-later
	cmp /tmp/placed /tmp/placed-later
	is $? 0 "20 seconds later irqbalance has moved none of them"
	thintune audit $options --format json >/out/audit-irqbalance.json
	is $? 0 "and the audit still exits 0"
	is "$(grep -c '^# BEGIN thintune' $CONFIG)" 1 "there is one block of ours"
	thintune apply $options >/dev/null 2>&1
	is "$(grep -c '^# BEGIN thintune' $CONFIG)" 1 "and one after a second apply"

	thintune restore >/out/restore-irqbalance.txt 2>&1
	is $? 0 "restore beside irqbalance exits 0"
	cmp -s /tmp/config $CONFIG
	is $? 0 "its configuration is as before"
	[ ! -e /var/lib/thintune/journal.jsonl ]
	is $? 0 "nothing is left to restore"
	stop_irqbalance
	same_state "everything but what irqbalance moves is as before"
}

# It does not put back what it moved itself.
stop_irqbalance() {
	kill $irqbalance_pid
	wait $irqbalance_pid
	grep '^/proc/irq/[0-9]*/smp_affinity:' /tmp/before | while IFS=: read -r mask_file mask; do
		echo "$mask" 2>/dev/null >"$mask_file"
	done
}

# nothing_failed REPORT SENTENCE: else the rows that did are shown.
nothing_failed() {
	is "$(grep -c '"state": "failed"' "$1")" 0 "$2: nothing failed"
	grep -B 12 -A 8 '"state": "failed"' "$1" | grep -E '"(setting|note)"' | sed 's/^/# /' >>/out/tap
}

# placed STEP PROFILE SENTENCE: applies it, and keeps the state but for what irqbalance may move.
placed() {
	thintune apply --profile "/tmp/$2.yaml" --format json >"/out/apply-$1.json"
	is $? 0 "$3: apply exits 0"
	nothing_failed "/out/apply-$1.json" "$3"
	thintune audit --profile "/tmp/$2.yaml" --format json >"/out/audit-$1.json"
	is $? 0 "$3: the audit exits 0, with irqbalance running"
	is "$(grep -A 6 '"check": "conflicts"' "/out/audit-$1.json" | grep -c '"state": "pass"')" 1 \
		"$3: irqbalance is no conflict, since it is kept from all that is placed"
	dump /tmp/files | grep -v '^/proc/irq/[0-9]' >"/tmp/state.$1"
	# shellcheck disable=SC2046 # a list of numbers
	masks $(placed_irqs "/out/audit-$1.json") >"/tmp/masks.$1"
}

# From one placement to the other and back: what only the one wants is left over with the other.
test_placements() {
	sed 's/^profile: network/profile: shared/; s/queues: 2/queues: auto/; s/conflicts: leave/conflicts: true/' \
		/profile.yaml >/tmp/shared.yaml
	{
		sed 's/^profile: shared/profile: split/' /tmp/shared.yaml
		printf '\nirq:\n  placement: dedicated\n'
	} >/tmp/split.yaml
	start_irqbalance
	placed one shared "shared"
	placed two split "dedicated"
	cmp -s /tmp/state.one /tmp/state.two
	is $? 1 "the placements differ in more than interrupts (the test can fail)"
	is "$(queue_count)" 1 "dedicated: a queue for the interrupt CPU"
	thintune audit --profile /tmp/shared.yaml --format json >/out/back.json
	is $? 3 "shared again: the audit finds what is left over"
	grep -q '"left-over": [1-9]' /out/back.json
	is $? 0 "shared again: and calls it that"
	placed three shared "shared again"
	cmp /tmp/state.one /tmp/state.three
	is $? 0 "shared again: the whole state is as the first time"
	cmp /tmp/masks.one /tmp/masks.three
	is $? 0 "shared again: and so is the place of each interrupt"
	[ ! -e /run/redpanda_node_tuner_state.yaml ]
	is $? 0 "shared again: no CPUs are handed over"
	thintune restore --format json >/out/restore-placements.json 2>&1
	is $? 0 "restore exits 0"
	nothing_failed /out/restore-placements.json "restore"
	stop_irqbalance
	same_state "after all of it the whole state is as before"
}

# While it looks at a node that is busy it does not answer.
test_slow_socket() {
	start_irqbalance
	thintune apply --profile /tmp/split.yaml >/dev/null 2>&1
	kill -STOP $irqbalance_pid
	{
		sleep 8
		kill -CONT $irqbalance_pid
	} &
	placed slow shared "an irqbalance that takes 8 s to answer"
	wait $!
	thintune restore >/dev/null 2>&1
	stop_irqbalance
	same_state "and it is undone"
}

# Without irqbalance's word nobody knows of the file: taken back, and said so.
test_dead_socket() {
	start_irqbalance
	kill -STOP $irqbalance_pid
	thintune apply $options --only irqbalance >/out/dead-socket.txt 2>&1
	isnt $? 0 "an irqbalance that does not answer is no success"
	cmp -s /tmp/config $CONFIG
	is $? 0 "its configuration is as before"
	kill -CONT $irqbalance_pid
	kill $irqbalance_pid
	wait $irqbalance_pid
	thintune restore >/dev/null 2>&1
}

# tuned_nics OPTION... : the cards that a plan would tune
tuned_nics() {
	thintune facts --format json "$@" | awk -F '"' '$2 == "name" { name = $4 } /"tuned": true/ { print name }'
}

# Last, since a card with an address is up and asks for its interrupts anew.
test_listeners() {
	is "$(tuned_nics | wc -l)" 2 "without redpanda.yaml both cards count"
	ifconfig "$nic" 10.9.9.5 netmask 255.255.255.0
	printf 'redpanda:\n  rpc_server: {address: 10.9.9.5, port: 33145}\n' >/tmp/redpanda.yaml
	is "$(tuned_nics --redpanda-config /tmp/redpanda.yaml)" "$nic" "the address that Redpanda listens on chooses its card"
	thintune record /tmp/listening.node --redpanda-config /tmp/redpanda.yaml
	grep -q "listens-on=$nic" /tmp/listening.node
	is $? 0 "a record knows the card, too"
	! grep -q 10.9.9.5 /tmp/listening.node
	is $? 0 "and does not tell the address"
	echo 'redpanda: {rpc_server: {address: 0.0.0.0}}' >/tmp/redpanda.yaml
	is "$(tuned_nics --redpanda-config /tmp/redpanda.yaml | wc -l)" 2 "the wildcard chooses none"
}

: >/out/tap
setup_network
setup_storage || exit 1
nic=$(nic_of virtio_net)
vectors=$(basename "$(readlink "/sys/class/net/$nic/device")")
storage_options=
options="--profile /profile.yaml"
unusual_start || {
	echo "the starting values were refused"
	exit 1
}
list_files
dump /tmp/files >/tmp/before
for state_sample in /proc/irq/ "/sys/class/net/$nic/queues/rx-3/rps_flow_cnt"; do
	grep -q "^$state_sample" /tmp/before
	is $? 0 "the whole state has $state_sample"
done
for phase in channels no_such_queue scripts irqbalance placements slow_socket dead_socket listeners; do
	phase_start=$(uptime_ms)
	"test_$phase"
	echo "phase $phase: $(($(uptime_ms) - phase_start)) ms"
done
