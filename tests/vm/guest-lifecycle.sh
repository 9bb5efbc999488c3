# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# Guest script of test-lifecycle: audit, apply, apply again, restore, and a kill at every single
# journal and write call, on a real kernel. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

test_audit() {
	trace_writes audit.trace thintune audit $options --format json >/out/audit1.json
	status=$?
	is "$status" 3 "audit of an untuned node exits 3"
	is "$(differing /out/audit1.json)" yes "audit of an untuned node lists differences"
	is "$(opened_for_writing /tmp/audit.trace)" "" "audit opens nothing for writing"
	same_state "audit changes nothing"
}

test_apply() {
	thintune apply $options --format json >/out/apply1.json
	is $? 0 "apply exits 0"
	thintune audit $options --format json >/out/audit2.json
	is $? 0 "audit after apply exits 0"
	is "$(differing /out/audit2.json)" no "audit after apply lists no difference"
	is "$(cat /proc/sys/vm/swappiness)" 1 "the value is in the kernel after apply"
	dump /tmp/files >/tmp/applied
	cmp -s /tmp/before /tmp/applied
	is $? 1 "apply changed the state (the comparison sees changes)"
}

test_second_apply() {
	journal_sum=$(journal_checksum)
	trace_writes apply2.trace thintune apply $options --format json >/out/apply2.json
	is $? 0 "the second apply exits 0"
	is "$(opened_for_writing /tmp/apply2.trace | grep -E '"(/proc|/sys)?/?(proc|sys|kernel|block|class|devices)/')" "" \
		"the second apply opens no file of the kernel for writing"
	is "$(journal_checksum)" "$journal_sum" "the second apply leaves the journal as it was"
	dump /tmp/files >/tmp/now
	cmp /tmp/applied /tmp/now
	is $? 0 "the second apply changes nothing"
}

test_restore() {
	thintune restore >/out/restore1.txt 2>&1
	is $? 0 "restore exits 0"
	same_state "after restore the whole state is as before"
	thintune restore >/out/restore2.txt 2>&1
	is $? 0 "a second restore exits 0"
	same_state "a second restore changes nothing"
}

test_foreign_hand() {
	thintune apply $options >/dev/null 2>&1
	echo 33 >/proc/sys/vm/swappiness
	thintune restore >/out/foreign.txt 2>&1
	status=$?
	isnt "$status" 0 "restore does not exit 0 where somebody else has written"
	is "$(cat /proc/sys/vm/swappiness)" 33 "restore leaves alone what somebody else has written"
	grep -q swappiness /out/foreign.txt
	is $? 0 "restore names the file somebody else has written"
	thintune restore --force >/out/force.txt 2>&1
	is $? 0 "restore --force exits 0"
	same_state "restore --force brings back the whole state"
}

test_run_and_gate() {
	thintune run $options >/out/run.txt 2>&1
	is $? 0 "run exits 0"
	thintune gate >/out/gate.txt 2>&1
	is $? 0 "gate after run exits 0"
	is "$(cat /proc/sys/vm/swappiness)" 1 "run applies"
	thintune restore >/dev/null 2>&1
	same_state "run is undone by restore"
}

test_lock() {
	mkdir -p /run/thintune
	flock /run/thintune/lock thintune apply $options --lock-wait 0s >/out/lock.txt 2>&1
	is $? 6 "apply exits 6 while another holds the lock"
	same_state "apply changes nothing while another holds the lock"
	thintune apply $options >/dev/null 2>&1
	is $? 0 "the next apply gets the lock"
	thintune restore >/dev/null 2>&1
	same_state "and is undone by restore"
}

test_rights() {
	su -s /bin/sh redpanda -c "thintune apply $options" >/out/unprivileged.txt 2>&1
	is $? 4 "apply as a normal user exits 4"
	same_state "apply as a normal user changes nothing"
	unshare -m sh -c "mount -o bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
		thintune apply $options" >/out/read-only.txt 2>&1
	is $? 4 "apply with a read-only /proc/sys exits 4"
	grep -q -i read-only /out/read-only.txt
	is $? 0 "apply with a read-only /proc/sys says so"
	is "$(cat /sys/kernel/mm/transparent_hugepage/enabled)" "always [madvise] never" \
		"apply with a read-only /proc/sys still does the rest"
	thintune restore >/dev/null 2>&1
	same_state "apply with a read-only /proc/sys is undone"
}

# On Linux 6.1 a read of one watchdog's switch makes what is not in force 0 for good.
test_watchdogs() {
	cd /proc/sys/kernel || return
	for watchdogs_key in kernel.watchdog kernel.soft_watchdog; do
		echo 1 >soft_watchdog
		echo 1 >watchdog
		is "$(cat watchdog soft_watchdog | xargs)" "1 1" "$watchdogs_key: the watchdog is on"
		printf 'profile: watchdogs\nsysctl: {%s: 0}\n' $watchdogs_key >/tmp/watchdogs.yaml
		thintune apply --profile /tmp/watchdogs.yaml >/out/watchdogs.txt 2>&1
		is "$? $(cat watchdog soft_watchdog | xargs)" "0 0 0" "$watchdogs_key: apply switches it off"
		thintune restore >>/out/watchdogs.txt 2>&1
		is "$? $(cat watchdog soft_watchdog | xargs)" "0 1 1" "$watchdogs_key: restore brings it back"
	done
	for watchdogs_key in kernel.watchdog kernel.soft_watchdog; do
		echo 0 >watchdog
		is "$(cat watchdog soft_watchdog | xargs)" "0 0" "$watchdogs_key: the watchdog is off, and has been read"
		printf 'profile: watchdogs\nsysctl: {%s: 1}\n' $watchdogs_key >/tmp/watchdogs.yaml
		thintune apply --profile /tmp/watchdogs.yaml >/out/watchdogs.txt 2>&1
		is "$? $(cat watchdog soft_watchdog | xargs)" "0 1 1" "$watchdogs_key: apply switches it on"
		thintune restore >>/out/watchdogs.txt 2>&1
		is "$? $(cat watchdog soft_watchdog | xargs)" "0 0 0" "$watchdogs_key: restore switches it off"
	done
	echo 0 >watchdog
	cd / || return
}

# The health logs of emulated drives, asked through the kernel. A drive is asked only if it holds data.
test_health() {
	thintune facts --format json >/out/health.json
	is "$(grep -c '"critical_warning": 0' /out/health.json)" 2 "the logs of both data drives are read"
	is "$(grep -c '"smart": null' /out/health.json)" 1 "the drive beside them is not asked"
	is "$(grep -c '"volatile_write_cache": true' /out/health.json)" 2 "both say that they have a volatile write cache"
	is "$(grep -c '"in_use": true' /out/health.json)" 2 "and which format is in use"
	is "$(grep -c '"identify": null' /out/health.json)" 1 "which the third is not asked, either"
	thintune audit $options --only checks --verbose >/out/health.txt
	grep -q 'nvme-health .*3 live' /out/health.txt
	is $? 0 "healthy data drives pass"
	thintune audit $options --only checks --disk nvme2n1 >/out/warning.txt
	grep -q 'nvme2: no longer reliable' /out/warning.txt
	is $? 0 "a critical warning fails the check in words"
	su -s /bin/sh redpanda -c "thintune audit $options --only checks" >/out/blind.txt
	grep -q 'nvme-health .*unknown.*CAP_SYS_ADMIN' /out/blind.txt
	is $? 0 "without the right the log is unknown, and the right is named"
}

test_kernel_log() {
	dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection|UBSAN|hung_task|blocked for more' >/tmp/bad
	is "$(cat /tmp/bad)" "" "the kernel log has no WARN, BUG or Oops"
}

options="--profile ${PROFILE:-redpanda}"
[ ! -e /profile.yaml ] || options="--profile /profile.yaml"
: >/out/tap
setup_network
setup_storage || exit 1
unusual_start || {
	echo "the starting values were refused"
	exit 1
}
take_state
sleep 1
same_state "the state keeps still while nobody writes"
for phase in audit apply second_apply restore foreign_hand run_and_gate lock rights watchdogs health; do
	phase_start=$(uptime_ms)
	"test_$phase"
	echo "phase $phase: $(($(uptime_ms) - phase_start)) ms"
done
test_kills
test_kernel_log
