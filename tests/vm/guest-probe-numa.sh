# shellcheck shell=sh
# Guest script of test-probe: buffers of the probe lie on the disk's NUMA node and its threads run there, or on the
# nearest one with CPUs, wherever it was started; and what the farthest one costs. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh

# is HAVE WANTED SENTENCE
is() {
	if [ "$1" = "$2" ]; then
		echo "ok - $3" >>/out/tap
	else
		printf 'not ok - %s\n# have: %s, wanted: %s\n' "$3" "$1" "$2" >>/out/tap
	fi
}

: >/out/tap
setup_storage || exit 1
# The disk is on node 1, whose CPUs are 2 and 3, or on node 2, which has none and is nearest to node 1.
node=$(cat /sys/class/block/nvme0n1/device/device/numa_node)
threads="threads on node 1, where the disks are"
[ "$node" = 1 ] || threads="threads on node 1, the nearest with CPUs to node 2 of the disks"
taskset 1 thintune probe --data-dir "$DATA_DIR" --profile /profile.yaml --quick --size 64MiB --runtime 8s \
	--jobs randread-4k-qd1024 >/out/numa.txt 2>&1 &
parent=$!
# maps: of the child that measures, which is the last one. The kernel's list of children may be empty for once.
child=
maps() {
	read -r found <"/proc/$parent/task/$parent/children"
	# shellcheck disable=SC2086 # a list
	for found in $found; do child=$found; done
	cat "/proc/$child/numa_maps" >/out/numa_maps 2>/dev/null
}
# on NODE: pages there that are no program's, heap's or stack's, nor shared with the parent, whose memory may be a huge page.
# The buffers of a job are one mapping or, if others lie between, one for each thread.
on() {
	sed -n "/file=\|heap\|stack\|mapmax=/d; s/.* N$1=\([0-9]*\).*/\1/p" /out/numa_maps | awk '{ sum += $1 } END { print sum + 0 }'
}
# Its queues are open once the buffers of 1,024 blocks are filled.
until maps && [ "$(on "$node")" -ge 1024 ]; do
	kill -0 $parent || break
done
cpus=
for thread in /proc/"$child"/task/*; do
	cpus="$cpus$(sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "$thread/status") "
done
is "$(echo "$cpus" | tr ' ' '\n' | sort -u | tr '\n' ' ')" " 2-3 " "all threads run on the CPUs that are nearest to the disk"
# Other memory than buffers is where the threads are.
is "$(($(on "$node") >= 1024))" 1 "the buffers lie on the disk's node"
is "$(($(on 0) < 64))" 1 "none of them on the one where it was started"
wait $parent
is $? 0 "and the probe comes to its end"
# The report counts what move_pages says, the buffers of the prefill included.
line=$(grep '^NUMA: ' /out/numa.txt)
pages=$(echo "$line" | sed -n 's/.*; \([0-9]*\) of \1 buffer pages on node '"$node"'$/\1/p')
is "${line%;*}" "NUMA: $threads" "the report says where the threads were"
is "$((${pages:-0} >= 1024))" 1 "and that all pages of the buffers were there: $line"
# What reading from the farthest node costs: threads take turns on both nodes. test-probe judges the report.
taskset 1 thintune probe --data-dir "$DATA_DIR" --profile /profile.yaml --quick --size 64MiB --runtime 200ms \
	--jobs randread-4k-qd1 --numa --format json --output /out/distance.json --format text >/out/distance.txt 2>&1 &
parent=$!
: >/out/places
# Only until both were seen: looking takes CPU time that the probe measures.
until grep -q '^0-1$' /out/places && grep -q '^2-3$' /out/places; do
	kill -0 $parent 2>/dev/null || break
	read -r found <"/proc/$parent/task/$parent/children" 2>/dev/null
	for child in $found; do
		sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "/proc/$child/task/"*/status >>/out/places 2>/dev/null
	done
done
wait $parent
is $? 0 "the probe of the distance comes to its end"
is "$(grep '^0-1$' /out/places | head -n 1) $(grep '^2-3$' /out/places | head -n 1)" "0-1 2-3" \
	"threads were on the CPUs of both nodes"
grep -q '^not ok' /out/tap && exit 1
exit 0
