# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# Guest script of test-watch: watch on a running kernel, woken in each way alone. Writes "ok - ..." and
# "not ok - ..." lines to /out/tap. QEMU's monitor, which plugs and unplugs, is a port of virtio-serial.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

options="--profile /tmp/site/watch.yaml --skip boot,irqbalance"
public=/run/public
swappiness=/proc/sys/vm/swappiness

# Waiting --------------------------------------------------------------------------------------------

# Nothing that follows could be true.
give_up() {
	result "not ok" "$1"
	detail </tmp/watch.log
	cp /tmp/watch.log /out/
	exit 1
}

# looks [CAUSE...]: how often it has looked, for these causes or at all
looks() {
	awk -F '[" ]' -v "causes=$*" '/^thintune_looks_total/ && (causes == "" || index(causes, $2)) { sum += $NF }
		END { print sum + 0 }' $public/metrics.prom
}

holds() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

is_replaced() { [ -e "$1" ] && [ "$(stat -c %i "$1")" != "$2" ]; }

is_gone() { ! kill -0 "$1" 2>/dev/null; }

has_said() { grep -q "$1" /tmp/watch.log; }

has_looked() { [ "$(looks $2)" -gt "$1" ]; }

# Two seconds in which no look ended and none is at work: what is done next leads to the next one.
settle() {
	settle_same=0
	settle_last=
	until [ $settle_same -ge 8 ]; do
		settle_now="$(stat -c %i $public/watch.json) $(cat /proc/$watch_pid/task/$watch_pid/children)"
		settle_same=$((settle_same + 1))
		[ "$settle_now" = "$settle_last" ] || settle_same=0
		settle_last=$settle_now
		usleep 250000
	done
}

# What is published ----------------------------------------------------------------------------------

# said KEY: the first value of that name in watch.json
said() { sed -n "s/^ *\"$1\": *//p" $public/watch.json | head -n 1 | sed 's/,$//; s/^"//; s/"$//'; }

# states REPORT: a line each of its settings, TUNER|SETTING|STATE|NOTE
states() {
	sed -n '/^  "settings": \[/,/^  \]/s/^ *"\(tuner\|setting\|state\|note\)": *\(.*[^,]\),\{0,1\}$/\1 \2/p' "$1" |
		sed 's/"//g' | awk '{ key = $1; sub(/^[a-z]* /, ""); value[key] = $0 }
		key == "note" { print value["tuner"] "|" value["setting"] "|" value["state"] "|" value["note"] }'
}

state_of() { states $public/report.json | awk -F '|' -v "name=$1" '$2 == name { print $3 }'; }

# Starting and ending --------------------------------------------------------------------------------

# A watch whose first look is over. $tracer, if any, is what it is started by.
begin() {
	begin_inode=$(stat -c %i $public/watch.json 2>/dev/null)
	setsid $tracer thintune watch --repair --interval 24h --publish $public $options >>/tmp/watch.log 2>&1 &
	started_pid=$!
	until_true is_replaced $public/watch.json "$begin_inode" || give_up "watch did not look"
	watch_pid=$(said process)
}

end() {
	kill -TERM $watch_pid
	wait $started_pid
}

# woken CAUSE SENTENCE COMMAND...: the command leads to a look, and it is for that cause
woken() {
	woken_cause=$1
	woken_sentence=$2
	shift 2
	settle
	woken_before=$(looks $woken_cause)
	woken_all=$(looks)
	"$@"
	until_true has_looked $woken_before "$woken_cause" || give_up "$woken_sentence leads to no look ($woken_cause)"
	is $? 0 "$woken_sentence leads to a look ($woken_cause)"
	settle
	is $(($(looks) - woken_all)) $(($(looks $woken_cause) - woken_before)) "$woken_sentence: and to no other"
	[ $(($(looks) - woken_all)) -eq $(($(looks $woken_cause) - woken_before)) ] || {
		grep ^thintune_looks_total $public/metrics.prom
		dmesg | tail -n 5
	} | detail
}

# A look that was asked for, however long an emulated CPU stands still before it begins.
look_now() {
	now_before=$(looks sigusr1)
	kill -USR1 $watch_pid
	until_true has_looked "$now_before" sigusr1
	settle
}

# repaired FILE VALUE SENTENCE
repaired() {
	until_true holds "$1" "$2"
	is "$(cat "$1")" "$2" "$3"
}

# The node -------------------------------------------------------------------------------------------

ask() { echo "$*" >&5; }

nic_of() {
	for nic_path in /sys/class/net/*; do
		[ "$(basename "$(readlink "$nic_path/device/driver")")" != "$1" ] || basename "$nic_path"
	done
}

# mask_of VECTOR: the file that says where it may go
mask_of() { awk -v "name=$1" '$NF == name { sub(":", "", $1); print "/proc/irq/" $1 "/smp_affinity_list" }' /proc/interrupts; }

put() { echo "$2" >"$1"; }

card_queues() { find "/sys/class/net/$card/queues/" -name 'rx-*' | wc -l; }

has_drives() { [ "$(find /sys/block/ -name 'nvme*' | wc -l)" -eq "$1" ]; }

# What watch must leave alone: not as the profile wants it.
untouched() {
	cat /sys/block/nvme0n1/queue/scheduler /sys/block/nvme0n1/queue/nomerges /sys/block/nvme0n1/queue/wbt_lat_usec
	card_queues
}

# Requests to the data directory all the while, as a broker has them; each that fails leaves a line. More of them would take
# most of the time of an emulated CPU.
start_broker() {
	cat >/bin/redpanda <<'BROKER'
#!/bin/sh
while :; do
	dd if=/dev/zero of=$DATA_DIR/segment bs=16k count=16 oflag=direct conv=notrunc 2>/tmp/broker.dd || cat /tmp/broker.dd >>/tmp/broker.failed
	dd if=$DATA_DIR/segment of=/dev/null bs=16k count=16 iflag=direct 2>/tmp/broker.dd || cat /tmp/broker.dd >>/tmp/broker.failed
	echo >>/tmp/broker.rounds
	usleep 250000
done
BROKER
	chmod 755 /bin/redpanda
	: >/tmp/broker.failed
	redpanda &
	broker_pid=$!
}

broker_rounds() { wc -l </tmp/broker.rounds; }

# Into the directory by a rename, as editors do.
new_profile() {
	sed "s/^net:/$1\n&/" /watch.yaml >/tmp/site/new
	mv /tmp/site/new /tmp/site/watch.yaml
}

# Three times, since what somebody rewrites so often is left alone; what the kernel made anew is not.
three_times() {
	for three_time in 1 2 3; do
		settle
		"$@" $three_time
	done
	# After so many events a look is put off for seconds; that of a new watch is not.
	end
	begin
}

# The tests ------------------------------------------------------------------------------------------

# Each open of a file for writing, for as long as this watch lives: tracing takes most of the time of a look.
test_traced() {
	tracer="taskset 1 strace -f --seccomp-bpf -o /tmp/watch.trace -e trace=open,openat,openat2,creat"
	begin
	tracer=
	wanted=$(cat "$mask")
	is "$(looks start)" 1 "it looks as it starts"
	is "$(cat $swappiness)" 1 "and repairs a sysctl"
	is "$(state_of "$card rx 1")" changed "and where an interrupt goes"
	is "$(untouched)" "$left" "but neither a disk's queue nor a card's channels"
	is "$(state_of 'nvme0n1 scheduler') $(state_of "$card channels/combined")" "differs differs" "which it tells of"
	put $swappiness 60
	woken sigusr1 "SIGUSR1" kill -USR1 $watch_pid
	is "$(cat $swappiness)" 1 "what was written by hand is repaired"
	end
	is $? 0 "SIGTERM ends it well"
	grep 'O_WRONLY\|O_RDWR' /tmp/watch.trace >/tmp/opened
	grep -q swappiness /tmp/opened
	is $? 0 "the files that it has opened for writing are seen"
	is "$(grep /queue/ /tmp/opened)" "" "none of them is below a disk's queue/"
}

test_signals() {
	begin
	thintune watch --publish /tmp >/out/second.txt 2>&1
	is $? 6 "a second watch gives up"
	put "$mask" 0-3
	woken sighup "SIGHUP" kill -HUP $watch_pid
	is "$(cat "$mask")" "$wanted" "a mask that was written by hand is repaired"
}

test_profile() {
	woken file "a mistake in the profile" new_profile "nonsense: 1"
	until_true has_said "the profile cannot be used: .*nonsense"
	is $? 0 "it is told"
	put $swappiness 60
	woken sigusr1 "SIGUSR1" kill -USR1 $watch_pid
	is "$(cat $swappiness)" 1 "the last good one goes on to count"
	woken file "a profile that is mended, and wants something else" new_profile "sysctl: {vm.swappiness: 7}"
	is "$(cat $swappiness)" 7 "it is followed"
	woken file "the first profile" new_profile ""
	is "$(cat $swappiness)" 1 "and so is that again"
}

test_links() {
	woken link "a card that loses its link" ask set_link net0 off
	woken link "one that gets it back" ask set_link net0 on
	woken link "a card that is switched off" ip link set "$other" down
	put "/sys/class/net/$other/queues/rx-0/rps_cpus" 0
	woken link "and on" ip link set "$other" up
	until_true links_are_up
	is "$(cat "/sys/class/net/$other/queues/rx-0/rps_cpus")" f "what was lost meanwhile is repaired"
	three_times flap_driver
}

# The card goes and comes as a new one, with nothing of what was set.
flap_driver() {
	echo "$slot" >/sys/bus/pci/drivers/e1000e/unbind
	until_true [ ! -e "/sys/class/net/$other" ]
	echo "$slot" >/sys/bus/pci/drivers/e1000e/bind
	until_true [ -e "/sys/class/net/$other" ]
	ip link set "$other" up
	repaired "/sys/class/net/$other/queues/rx-0/rps_cpus" f "a driver that is taken away and comes back finds its card tuned ($1)"
	# Its link comes seconds later, and leads to a look of its own.
	until_true links_are_up
}

test_devices() {
	woken device "a CPU that goes" put $last_cpu 0
	woken device "one that comes" put $last_cpu 1
	three_times flap_cpu
	woken device "a drive that is unplugged" ask device_del hot0
	until_true has_drives 1
	is $? 0 "the drive is gone"
	woken device "one that is plugged in" ask device_add nvme,id=hot0,drive=hot,serial=SERIALhot,bus=port1
	until_true has_drives 2
	is $? 0 "the drive is there"
}

# virtio-net spreads its interrupts anew whenever a CPU goes or comes.
flap_cpu() {
	put $last_cpu 0
	settle
	put $last_cpu 1
	repaired "$mask" "$wanted" "what a CPU that went and came has moved is moved back ($1)"
}

# It is started by hand, so it knows nothing of what it was asked to keep off.
test_contest() {
	mkdir -p /run/irqbalance
	placed=$(masks)
	for contest_turn in 1 2 3; do
		irqbalance --foreground --interval=1 >>/out/irqbalance.log 2>&1 &
		irqbalance_pid=$!
		until_true is_moved
		is $? 0 "irqbalance moves an interrupt (the test can fail)"
		kill -STOP $irqbalance_pid
		look_now
		[ $contest_turn -eq 3 ] || {
			is "$(masks)" "$placed" "which is moved back ($contest_turn)"
			kill -KILL $irqbalance_pid
			wait $irqbalance_pid
		}
	done
	states $public/report.json | grep '|contested|.*somebody rewrote it 3 times within an hour.*: irqbalance' >/tmp/named
	is $? 0 "the third time it is contested, and irqbalance is named"
	is_moved
	is $? 0 "it is left where irqbalance has put it"
	kill -KILL $irqbalance_pid
	wait $irqbalance_pid
}

# masks: where each queue of both cards may go
masks() {
	awk '$NF ~ /-(input|output)[.]|^eth[0-9]-[rt]x/ { sub(":", "", $1); print "/proc/irq/" $1 "/smp_affinity_list" }' \
		/proc/interrupts | xargs cat
}

is_moved() { [ "$(masks)" != "$placed" ]; }

# Without a process for each look, which would come too late.
catch_first() {
	catch_left=1000000
	while read -r catch_now <$first && [ "$catch_now" != "$first_wanted" ] && [ $catch_left -gt 0 ]; do
		catch_left=$((catch_left - 1))
	done
}

# The whole group, as a supervisor does it, in the moment in which the first of many values has come right.
test_kills() {
	end
	kills=0
	until [ $kills -ge 10 ]; do
		kills=$((kills + 1))
		# What is rewritten so often would be contested.
		rm -f $public/watch.json
		begin
		put $first 65536
		put $swappiness 60
		put $flows 0
		kill -USR1 $watch_pid
		catch_first
		kill -KILL -$watch_pid
		wait $started_pid
		! holds $flows 0 || break
	done
	is "$(cat $flows)" 0 "it is killed in the middle of a repair (number $kills)"
	thintune status >/out/status.txt 2>&1
	begin
	is "$(cat $first $swappiness $flows | xargs)" "$first_wanted 1 32768" "the next one repairs what is left"
}

test_clock() {
	end
	options="$options --interval 2s"
	begin
	for clock_jump in "2020-01-01 00:00" "2037-01-01 00:00" "$(date '+%F %T')"; do
		date -s "$clock_jump" >/dev/null
		put $swappiness 60
		clock_before=$(looks timer)
		until_true has_looked "$clock_before" timer
		until_true has_looked $((clock_before + 1)) timer
		is "$?" 0 "the timer goes on when the clock jumps to $clock_jump"
		is "$(cat $swappiness)" 1 "and repairs"
		rm -f $public/watch.json
	done
	end
	options=${options% --interval 2s}
	begin
}

test_full() {
	dd if=/dev/zero of=/run/ballast bs=64k >/dev/null 2>&1
	put $swappiness 60
	kill -USR1 $watch_pid
	until_true has_said "No space left on device"
	is $? 0 "a full /run is told of"
	settle
	is "$(cat $swappiness)" 60 "and nothing is repaired that could not be journalled"
	kill -0 $watch_pid
	is $? 0 "it stays"
	rm /run/ballast
	woken sigusr1 "room again, and SIGUSR1" kill -USR1 $watch_pid
	is "$(cat $swappiness)" 1 "it goes on"
}

test_quiet() {
	settle
	strace -f -p $watch_pid -o /tmp/quiet.trace &
	quiet_strace=$!
	until_true grep -q epoll_wait /tmp/quiet.trace
	: >/tmp/quiet.trace
	# A time to look at, not to wait for something.
	sleep 15
	is "$(wc -l </tmp/quiet.trace)" 0 "for 15 s in which nothing happens it makes no system call, beside a broker at work"
	kill -USR1 $watch_pid
	until_true grep -q clone /tmp/quiet.trace
	is $? 0 "until it looks"
	kill $quiet_strace
	wait $quiet_strace
	settle
}

test_end() {
	end
	is $? 0 "SIGTERM ends it well"
	is "$(untouched)" "$left" "disks' queues and channels were left alone all the while"
	is "$(cat /tmp/broker.failed)" "" "no request of the broker failed"
	isnt "$(broker_rounds)" 0 "and it had some"
	kill $broker_pid
	thintune restore --force >/out/restore.txt 2>&1
	is $? 0 "restore exits 0"
	is "$(cat $swappiness $first)" "$start" "and the values are those of the start"
}

# Disturbed at random ---------------------------------------------------------------------------------

# draw COUNT: a number below it
draw() {
	draw_state=$(((draw_state * 1103515245 + 12345) % 2147483648))
	drawn=$((draw_state / 65536 % $1))
}

# One disturbance. What it takes away, heal gives back.
disturb() {
	draw 14
	case $drawn in
	0) ask set_link net0 off ;;
	1) ask set_link net0 on ;;
	2) ip link set "$other" down ;;
	3) ip link set "$other" up ;;
	4) echo "$slot" >/sys/bus/pci/drivers/e1000e/unbind ;;
	5) echo "$slot" >/sys/bus/pci/drivers/e1000e/bind ;;
	6) put $last_cpu 0 ;;
	7) put $last_cpu 1 ;;
	8) ask device_del hot0 ;;
	9) ask device_add nvme,id=hot0,drive=hot,serial=SERIALhot,bus=port1 ;;
	10) put $swappiness 60 && kill -USR1 $watch_pid ;;
	11) put "$mask" 0-3 && kill -USR1 $watch_pid ;;
	12) new_profile "nonsense: 1" ;;
	13) new_profile "" ;;
	esac 2>/dev/null
	echo "disturbed: $drawn at $(uptime_ms) ms"
}

heal() {
	ask set_link net0 on
	put $last_cpu 1
	[ -e "/sys/class/net/$other" ] || echo "$slot" >/sys/bus/pci/drivers/e1000e/bind
	until_true [ -e "/sys/class/net/$other" ]
	ip link set "$other" up
	# Nobody can be asked for a drive that is still on its way out.
	until_true drive_is_back
	new_profile ""
	settle
}

drive_is_back() {
	has_drives 2 || {
		ask device_add nvme,id=hot0,drive=hot,serial=SERIALhot,bus=port1
		usleep 500000
		has_drives 2
	}
}

# What an audit finds and watch neither tells as contested nor leaves alone for a reason that it gives.
unexplained() {
	thintune audit $options --format json >/out/audit.json
	states /out/audit.json | awk -F '|' '$3 == "differs" || $3 == "left-over" || $3 == "contested" || $3 == "failed"' >/tmp/off
	states $public/report.json | grep -E '\|contested\||not by watch' >/tmp/explained
	while IFS='|' read -r off_tuner off_setting off_rest; do
		grep -q -F "$off_tuner|$off_setting|" /tmp/explained || echo "$off_tuner $off_setting ($off_rest)"
	done </tmp/off
}

test_random() {
	minutes=$(boot_word thintune.minutes)
	seed=$(boot_word thintune.seed)
	echo "# seed $seed, $minutes min" | tee -a /out/tap >/dev/console
	[ -n "$watch_pid" ] || begin
	draw_state=$seed
	random_count=0
	random_looks=$(looks)
	random_end=$(($(uptime_ms) + minutes * 60000))
	while [ "$(uptime_ms)" -lt $random_end ]; do
		disturb
		random_count=$((random_count + 1))
		draw 30
		usleep $((drawn * 100000))
	done
	heal
	look_now
	is_gone $watch_pid
	is $? 1 "after $random_count disturbances at random, and $(($(looks) - random_looks)) looks, it is the same watch"
	is "$(unexplained)" "" "an audit finds nothing but what watch tells as contested or as not its own to write: $(cut -d '|' -f 2,3 /tmp/explained | xargs)"
	is "$(grep -c 'ended by a signal\|takes more than' /tmp/watch.log)" 0 "no look crashed or hung"
}

test_kernel_log() {
	dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection|UBSAN|hung_task|blocked for more' >/tmp/bad
	is "$(cat /tmp/bad)" "" "the kernel log has no WARN, BUG or Oops"
}

: >/out/tap
: >/tmp/watch.log
mkdir -p $public /tmp/site
cp /watch.yaml /tmp/site/
setup_network
setup_storage || exit 1
# Not so while the node boots (guest-init): what is plugged in finds its driver.
echo 1 >/sys/bus/pci/drivers_autoprobe
exec 5<>"/dev/$(basename "$(dirname "$(grep -l monitor /sys/class/virtio-ports/*/name)")")"
cat <&5 >/out/monitor.log &
card=$(nic_of virtio_net)
other=$(nic_of e1000e)
slot=$(basename "$(readlink "/sys/class/net/$other/device")")
mask=$(mask_of "$(basename "$(readlink "/sys/class/net/$card/device")")-input.1")
last_cpu=/sys/devices/system/cpu/cpu3/online
# Of one repair the first that is written, and one of the last.
first=/proc/sys/fs/aio-max-nr
first_wanted=1048576
flows=/proc/sys/net/core/rps_sock_flow_entries
# A card that gets its link late wakes watch, too.
until_true links_are_up || give_up "a card has no link"
echo 0-2 >"$mask"
echo mq-deadline >/sys/block/nvme0n1/queue/scheduler
start=$(cat $swappiness $first)
left=$(untouched)
watch_pid=
start_broker
for phase in $(boot_word thintune.phases | tr , ' '); do
	phase_start=$(uptime_ms)
	"test_$phase"
	echo "phase $phase: $(($(uptime_ms) - phase_start)) ms"
done
cp /tmp/watch.log $public/watch.json $public/report.json /out/
