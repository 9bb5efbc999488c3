# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# Guest script of test-interrupts. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

# irqs_of PATTERN: the numbers of the vectors whose name matches, in order.
irqs_of() { awk -v "name=$1" '$NF ~ name { sub(":", "", $1); print $1 }' /proc/interrupts; }

# lists_of PATTERN: where each of those vectors may go.
lists_of() {
	irqs_of "$1" | while read -r list_irq; do
		cat "/proc/irq/$list_irq/smp_affinity_list"
	done
}

# states_of REPORT STATE: the names of the settings in that state.
states_of() {
	tr -d '\n' <"$1" | sed 's/ *{ *"tuner"/\n&/g' |
		sed -n "s/.*\"setting\": *\"\([^\"]*\)\".*\"state\": *\"$2\".*/\1/p"
}

# value_of REPORT KEY: the first string of that name.
value_of() { sed -n "s/.*\"$2\": *\"\([^\"]*\)\".*/\1/p" "$1" | head -n 1; }

without_run() { sed '/^  "run": {/,$d' "$1"; }

# Values that nobody has by default, so that a restore to the defaults is seen.
unusual_start() {
	start_irq=$(irqs_of 'output.2$')
	echo 1 >"/proc/irq/$start_irq/smp_affinity_list" &&
		echo 3 >/proc/irq/default_smp_affinity
}

test_audit() {
	trace_writes audit.trace thintune audit $options --format json >/out/audit1.json
	is $? 3 "audit exits 3"
	is "$(opened_for_writing /tmp/audit.trace)" "" "audit opens nothing for writing"
	same_state "audit changes nothing"
	thintune audit $options --format json >/out/audit2.json
	without_run /out/audit1.json >/tmp/one
	without_run /out/audit2.json >/tmp/two
	cmp /tmp/one /tmp/two
	is $? 0 "two audits are equal byte by byte"
	interrupt_cpus=$(value_of /out/audit1.json interrupt_cpus)
	is "$(value_of /out/audit1.json mode)" dedicated "the report says how CPUs are placed"
	case $(nproc) in
	4) is "$interrupt_cpus" 2 "one core at the node of NVMe and e1000e" ;;
	40) is "$interrupt_cpus" 16-18 "three cores at the node of NVMe and e1000e" ;;
	esac
	is "$(states_of /out/audit1.json managed | grep -c '^nvme0n1 queue')" "$(irqs_of '^nvme0q[1-9]' | wc -l)" \
		"every queue of the NVMe drive is predicted as managed"
	is "$(states_of /out/audit1.json managed | grep -c '^vda queue')" 2 "and both of virtio-blk"
	is "$(states_of /out/audit1.json managed | grep -c control)" 0 "but no control vector"
	is "$(states_of /out/audit1.json '[a-z]*' | grep -c ' [rt]x [0-3]$')" 10 \
		"eight vectors of virtio-net and two of e1000e are planned"
}

test_apply() {
	trace_writes apply.trace thintune apply $options --format json >/out/apply1.json
	is $? 0 "apply exits 0 although the kernel refuses managed interrupts"
	grep -A 2 'smp_affinity_list"' /tmp/apply.trace >/out/apply.trace
	# One that is already on the wanted CPU is managed too, and is not written to.
	# Linux 6.11 and later say EPERM.
	refused=$(grep -c -E '= -1 (EIO|EPERM)' /tmp/apply.trace)
	managed=$(states_of /out/apply1.json managed | wc -l)
	is "$([ "$refused" -gt 0 ] && [ "$refused" -le "$managed" ] && echo yes)" yes \
		"managed interrupts refused, and no other"
	is "$(grep -c -E 'refused it \((EIO|EPERM)\)' /out/apply1.json)" "$refused" \
		"and the report says so of each"
	is "$(grep -c '"trial": true' /out/audit1.json)" "$refused" "the audit foretold each of these trial writes"
	is "$(sed -n 's/.*"trials": *\([0-9]*\).*/\1/p' /out/apply1.json)" "$refused" "and the apply counts them apart"
	is "$(states_of /out/apply1.json failed)" "" "nothing failed"
	for one in $(lists_of '(input|output)[.][0-3]$|eth[0-9]-[rt]x-0$'); do
		echo ",$(echo "$interrupt_cpus" | expand_list)," | grep -q ",$one,"
		is $? 0 "a vector of a NIC goes to $one, an interrupt CPU"
	done
	for one in 0 1 2 3; do
		is "$(lists_of "input[.]$one\$")" "$(lists_of "output[.]$one\$")" \
			"both directions of queue $one share a CPU"
	done
	is "$(lists_of 'nvme0q0$')" "$interrupt_cpus" "the admin vector of NVMe is kept off the shards"
	is "$(($(tr -d , </proc/irq/default_smp_affinity | sed 's/^/0x/')))" \
		"$(($(mask_of "$interrupt_cpus")))" "new interrupts start on the interrupt CPUs"
	thintune audit $options --format json >/out/audit3.json
	is $? 0 "audit after apply exits 0"
	thintune apply $options --format json >/out/apply2.json
	is $? 0 "a second apply exits 0"
	is "$(sed -n 's/.*"writes": *\([0-9]*\).*/\1/p' /out/apply2.json)" 0 "and writes nothing, refused ones included"
}

# "3-5,8" on stdin as "3,4,5,8".
expand_list() {
	tr , '\n' | while IFS=- read -r range_first range_last; do
		seq "$range_first" "${range_last:-$range_first}"
	done | tr '\n' , | sed 's/,$//'
}

mask_of() {
	mask=0
	for mask_cpu in $(echo "$1" | expand_list | tr , ' '); do
		mask=$((mask | 1 << mask_cpu))
	done
	echo $mask
}

test_restore() {
	thintune restore >/out/restore1.txt 2>&1
	is $? 0 "restore exits 0"
	same_state "after restore every mask is as before"
}

# What goes away or comes back in between is a sentence and a state, and the rest goes on.
test_changes() {
	e1000e=$(for nic_path in /sys/class/net/*; do
		readlink "$nic_path/device/driver" | grep -q e1000e && basename "$nic_path"
	done)
	thintune apply $options >/dev/null 2>&1
	ip link set "$e1000e" down
	thintune audit $options --format json >/out/down.json
	is $? 0 "audit with a link down exits 0"
	is "$(states_of /out/down.json unsupported | grep -c "^$e1000e ")" 1 "and says that it has no interrupts"
	ip link set "$e1000e" up
	thintune apply $options >/dev/null 2>&1
	is $? 0 "apply after the link came back exits 0"
	thintune audit $options >/dev/null 2>&1
	is $? 0 "and the audit after it"
	last_cpu=$(($(nproc) - 1))
	echo 0 >/sys/devices/system/cpu/cpu$last_cpu/online
	thintune audit $options --format json >/out/offline.json
	is $? 3 "audit with a CPU offline sees that virtio-net has spread its queues anew"
	value_of /out/offline.json compute_cpus | grep -q "$last_cpu\$"
	is $? 1 "and gives the CPU to nobody"
	thintune apply $options >/dev/null 2>&1
	is $? 0 "apply with a CPU offline exits 0"
	thintune audit $options >/dev/null 2>&1
	is $? 0 "and the audit after it"
	echo 1 >/sys/devices/system/cpu/cpu$last_cpu/online
	# virtio-net has spread its queues anew when the CPU came back: with four CPUs to what thintune
	# wrote, with more to what is neither that nor the original, and is left alone unless asked for.
	thintune restore >/out/restore2.txt 2>&1
	restored=$?
	if [ "$(nproc)" -gt 4 ]; then
		is $restored 3 "restore leaves alone what virtio-net set anew"
		thintune restore --force >/out/restore3.txt 2>&1
		restored=$?
	fi
	is $restored 0 "restore after all that exits 0"
}

test_shared() {
	sed 's/dedicated/shared/' /profile.yaml >/tmp/shared.yaml
	thintune apply --profile /tmp/shared.yaml --disk vda $checks >/out/shared.txt 2>&1
	is $? 0 "apply with shared CPUs exits 0"
	is "$(for one in 0 1 2 3; do lists_of "input[.]$one\$"; done | sort -u | wc -l)" 4 \
		"each of the four queues has a CPU of its own"
	thintune restore >/dev/null 2>&1
	is $? 0 "and is undone"
}

test_kernel_log() {
	dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection|UBSAN|hung_task|blocked for more' >/tmp/bad
	is "$(cat /tmp/bad)" "" "the kernel log has no WARN, BUG or Oops"
}

: >/out/tap
setup_network
setup_storage || exit 1
checks="--only disk-irq,net-irq,irq-default"
options="--profile /profile.yaml --disk vda $checks"
unusual_start || {
	echo "the starting values were refused"
	exit 1
}
list_files
dump /tmp/files >/tmp/before
grep -q '^/proc/irq/[0-9]*/smp_affinity' /tmp/before
is $? 0 "the whole state has the masks of interrupts"
for phase in audit apply restore changes shared kernel_log; do
	phase_start=$(uptime_ms)
	"test_$phase"
	echo "phase $phase: $(($(uptime_ms) - phase_start)) ms"
done
