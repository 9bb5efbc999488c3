# shellcheck shell=sh
# Guest script of test-probe: threads and buffers of the probe lie on the disk's NUMA node, wherever it
# was started. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
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
# The disk is on node 1, whose CPUs are 2 and 3.
taskset 1 thintune probe --data-dir "$DATA_DIR" --profile /profile.yaml --quick --size 64MiB --runtime 8s \
	--jobs randread-4k-qd1024 >/out/numa.txt 2>&1 &
parent=$!
# maps: of the child of the moment. The kernel's list of children may be empty for once.
child=
maps() {
	read -r found rest <"/proc/$parent/task/$parent/children"
	[ -z "$found" ] || child=$found
	cat "/proc/$child/numa_maps" >/out/numa_maps 2>/dev/null
}
# on NODE: pages there that are no program's, heap's or stack's. The buffers of a job are one mapping or, if others lie
# between, one for each thread.
on() {
	sed -n "/file=\|heap\|stack/d; s/.* N$1=\([0-9]*\).*/\1/p" /out/numa_maps | awk '{ sum += $1 } END { print sum + 0 }'
}
# Its queues are open once the buffers of 1,024 blocks are filled.
until maps && [ $(($(on 0) + $(on 1))) -ge 1024 ]; do
	kill -0 $parent || break
done
cpus=
for thread in /proc/"$child"/task/*; do
	cpus="$cpus$(sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "$thread/status") "
done
is "$(echo "$cpus" | tr ' ' '\n' | sort -u | tr '\n' ' ')" " 2-3 " "all threads run on the CPUs of the disk's node"
# Some of those pages are the C library's.
is "$(($(on 1) >= 1024 - 64))" 1 "the buffers lie on the disk's node"
is "$(($(on 0) < 64))" 1 "none of them on the other one"
wait $parent
is $? 0 "and the probe comes to its end"
grep -q '^not ok' /out/tap && exit 1
exit 0
