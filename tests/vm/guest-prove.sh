# shellcheck shell=sh
# Guest script of try-prove: prove on a disk that answers each request after 20 ms, on its own timer, so that its rate is
# as many requests as its queue takes in that time: nr_requests 16 in place of 8 doubles it. nomerges changes nothing, since
# random reads have no neighbours.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

trials=5
queue=

slow_disk() {
	mount -t configfs none /sys/kernel/config
	null=/sys/kernel/config/nullb/slow
	mkdir $null || return 1
	echo 1 >$null/memory_backed
	echo 4096 >$null/blocksize
	echo 512 >$null/size
	echo 2 >$null/irqmode
	echo 20000000 >$null/completion_nsec
	echo 1 >$null/power
	for slow in /dev/slow /dev/nullb*; do [ ! -b "$slow" ] || break; done
	queue=/sys/block/${slow##*/}/queue
	echo none >"$queue/scheduler"
	mkfs.xfs -q -f -K "$slow" && mount "$slow" /mnt && chown 101:101 /mnt
}

# profile NAME KEY VALUE
profile() { printf 'profile: %s\nsummary: for a test\ndisk: {%s: %s}\n' "$1" "$2" "$3" >"/tmp/$1.yaml"; }

# value FILE KEY: the first of that name, as it is
value() { sed -n "s/^ *\"$2\": \"*\([^\",]*\)\"*,*\$/\1/p" "$1" | head -n 1; }

# trial PROFILE NUMBER: of one setting, in one figure. A busy host may stall the node until a measurement has no time left,
# and then the proof ends early and says so; then once more.
trial() {
	report=/out/$1-$2.json
	for attempt in 1 2 3; do
		thintune prove --data-dir /mnt --profile "/tmp/$1.yaml" --only disk-queue --jobs randread-4k-qd32 \
			--runtime 500ms --size 16MiB --time 3min --effect 25 --format json >"$report" 2>"$report.err"
		code=$?
		thintune restore >/dev/null 2>&1
		grep -q 'did not come to its end' "$report.err" || break
	done
	verdict=$(value "$report" verdict)
	change=$(value "$report" change | awk '{ printf "%.0f", 100 * $0 }')
	{
		echo "$1 $2, attempt $attempt: exit $code, $verdict, $change %, $(value "$report" blocks) blocks," \
			"$(value "$report" duration_ms) ms"
	} | detail
}

test_effect() {
	profile double nr-requests 16
	echo 8 >"$queue/nr_requests"
	seen=0
	for number in $(seq $trials); do
		trial double "$number"
		[ "$code $verdict" != "0 helped" ] || [ "$change" -lt 50 ] || [ "$change" -gt 200 ] || seen=$((seen + 1))
	done
	is $seen $trials "twice the requests are seen in each of $trials proofs, as 50 to 200 % more"
	is "$(cat "$queue/nr_requests")" 8 "and restore brings the original back"
	echo 64 >"$queue/nr_requests"
}

# Of twenty proofs without an effect one may find something by chance, but nothing large: so four of five have to be right.
# That two or more are not happens in one of forty tries.
test_null() {
	profile nothing nomerges 2
	none=0
	small=0
	for number in $(seq $trials); do
		trial nothing "$number"
		[ "$code $verdict" != "0 no difference seen" ] || none=$((none + 1))
		[ "$change" -ge 25 ] || [ "$change" -le -25 ] || small=$((small + 1))
	done
	is "$([ $none -ge $((trials - 1)) ] && echo enough)" enough "without an effect no difference is seen, in $none of $trials proofs"
	is $small $trials "and none finds a change of a quarter"
}

: >/out/tap
slow_disk || {
	echo "ok - a proof # SKIP this kernel has no null_blk" >>/out/tap
	exit 0
}
test_effect
test_null
grep -q '^not ok' /out/tap && exit 1
exit 0
