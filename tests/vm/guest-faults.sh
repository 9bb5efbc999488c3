# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# Guest script of test-faults: errors of the kernel that strace makes up at samples of apply's, run's and restore's calls,
# and a clock that is set by years. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

# Faults ------------------------------------------------------------------------------------------------

# count_calls COMMAND...: how often each process of it makes the calls at most goes to /tmp/counts, "CALL COUNT".
count_calls() {
	taskset 1 strace -f --seccomp-bpf -o /tmp/faults.trace -e "trace=openat,openat2,write,fsync,fdatasync,renameat" "$@" \
		>/dev/null 2>&1
	awk '{
			name = substr($2, 1, index($2, "(") - 1)
			if (name == "" || name ~ /[^a-z0-9]/)
				next
			count = ++counts[$1, name]
			if (count > most[name])
				most[name] = count
		}
		END { for (name in most) print name, most[name] }' /tmp/faults.trace | sort >/tmp/counts
}

# samples MOST: of each call so many, evenly; fewer where there are fewer. "CALL NTH"
samples() {
	awk -v most="$1" '{
			step = $2 > most ? $2 / most : 1
			for (at = step / 2; at < $2; at += step)
				print $1, int(at) + 1
		}' /tmp/counts
}

# faulted CALL NTH COMMAND...: each of its processes gets EIO at that call, and with "NTH+" at all later ones of that name
# as well; leaves $status and /tmp/faulted
faulted() {
	fault_at="$1 number $2"
	fault_call=$1
	fault_nth=$2
	shift 2
	taskset 1 strace -f --seccomp-bpf -o /dev/null -e "trace=$fault_call" -e "inject=$fault_call:error=EIO:when=$fault_nth" \
		"$@" >/tmp/faulted 2>/tmp/faulted.err
	status=$?
	case $status in
	[0-6]) ;;
	*) fault_failed "exit status $status" ;;
	esac
	ended="$ended $status"
}

# The files of which a report in JSON says that they are as they are wanted.
claimed() {
	awk '/^ *"path":/ { path = $2 }
		/^ *"state":/ {
			if (path != "" && $2 ~ /"(same|changed)"/)
				print path
			path = ""
		}' "$1" | sort
}

faults=0
failed_faults=0
ended=
fault_failed() {
	failed_faults=$((failed_faults + 1))
	[ "$failed_faults" -gt 3 ] || {
		echo "EIO of $fault_at: $1"
		tail -n 3 /tmp/faulted.err
		state_difference /tmp/before.short
	} | detail
}

# A node that is looked at without faults has what the report claims, and a yes means that nothing required is missing.
judge_report() {
	thintune audit $options --format json >/tmp/audited 2>/dev/null
	audited=$?
	claimed /tmp/faulted >/tmp/claims
	claimed /tmp/audited >/tmp/truth
	false_claims=$(grep -vxFf /tmp/truth /tmp/claims)
	[ -z "$false_claims" ] || fault_failed "not so: $false_claims"
	[ "$status" -ne 0 ] || [ "$audited" -ne 4 ] || fault_failed "it ended with 0, audit with $audited"
}

undo_round() {
	thintune restore >/tmp/round.out 2>&1
	undo_status=$?
	state_restored || fault_failed "the state is not as before"
	[ "$undo_status" -eq 0 ] || fault_failed "restore exited $undo_status: $(tail -n 2 /tmp/round.out)"
}

fault_apply() {
	faulted "$1" "$2" thintune apply $options --format json
	judge_report
	undo_round
}

fault_run() {
	faulted "$1" "$2" thintune run $options --format json
	thintune gate >/tmp/gate.out 2>&1
	gated=$?
	# Where not even the beginning of a run could be noted, gate has its reason of before.
	[ "$((status == 0))" -eq "$((gated == 0))" ] || fault_failed "run ended with $status, gate with $gated"
	judge_report
	undo_round
}

fault_restore() {
	thintune apply $options >/dev/null 2>&1
	# One alone would tell little: what fails is tried once more.
	faulted "$1" "$2+" thintune restore --format json
	[ "$status" -ne 0 ] || state_restored || fault_failed "it ended with 0, and the state is not as before"
	undo_round
}

# fault_series ROUND MOST SENTENCE: ROUND at samples of what count_calls has counted
fault_series() {
	faults_start=$(uptime_ms)
	faults=0 failed_faults=0 ended=
	samples "$2" >/tmp/samples
	while read -r sample_call sample_nth; do
		faults=$((faults + 1))
		"$1" "$sample_call" "$sample_nth"
	done </tmp/samples
	is "$failed_faults" 0 "$3 ($faults faults)"
	isnt "$(echo "$ended" | tr -d ' 0')" "" "$3: some of them did not end well"
	echo "$1: $faults faults, $(($(uptime_ms) - faults_start)) ms, ended with$ended"
}

test_faults() {
	count_calls thintune apply $options
	cat /tmp/counts
	count_calls_of_apply=$(cat /tmp/counts)
	count_calls thintune restore
	cat /tmp/counts
	count_calls_of_restore=$(cat /tmp/counts)
	same_state "the rounds begin with the state as it was"
	echo "$count_calls_of_apply" >/tmp/counts
	fault_series fault_apply 4 "an apply with EIO at any call claims nothing that is not so, and restore undoes it"
	# What it does beside an apply is about its verdict.
	echo "$count_calls_of_apply" | grep -E 'fsync|renameat|^write' >/tmp/counts
	fault_series fault_run 2 "a run with EIO at any call says yes only where gate does, and restore undoes it"
	echo "$count_calls_of_restore" >/tmp/counts
	fault_series fault_restore 3 "a restore with EIO from any call on is finished by the next one"
}

# Clocks ------------------------------------------------------------------------------------------------

# set_year YEAR
set_year() { date -s "$1-05-06 07:08:09" >/dev/null; }

# No age, and no span of time that is below nothing.
has_no_span() { ! grep -qE '(^|[^0-9T:-])-[0-9]+(\.[0-9]+)? *(ms|s|min|h|d|days?|seconds?)\b|"duration_ms": -' "$1"; }

test_clock() {
	real_year=$(date +%Y)
	set_year 2001
	thintune run $options >/tmp/run1 2>&1
	is $? 0 "in 2001: run exits 0"
	set_year 2090
	thintune gate >/tmp/gate1 2>&1
	is $? 0 "89 years later in the same boot: gate gives the answer of that run"
	grep -q ', 2001-05-06T' /tmp/gate1
	is $? 0 "and its date"
	thintune run $options --format json >/tmp/run2 2>&1
	is $? 0 "the next run exits 0"
	set_year 1999
	thintune gate >/tmp/gate2 2>&1
	is $? 0 "91 years before it, gate gives its answer"
	grep -q ', 2090-05-06T' /tmp/gate2
	is $? 0 "and its date, which is yet to come"
	thintune audit $options --format json >/tmp/audit1 2>&1
	is $? 0 "audit exits 0"
	echo "profile: [" >/tmp/bad.yaml
	thintune run --profile /tmp/bad.yaml >/tmp/run3 2>&1
	is $? 0 "a profile that was kept in a year to come is used"
	grep -q 'going on with the last good one, .* of 2001-05-06T' /tmp/run3
	is $? 0 "and dated"
	thintune restore >/tmp/restore1 2>&1
	is $? 0 "restore exits 0"
	same_state "and brings back what a journal of another year holds"
	thintune gate >/tmp/gate3 2>&1
	is $? 4 "gate says that the verdict was withdrawn"
	for said in run1 gate1 run2 gate2 audit1 run3 restore1 gate3; do
		has_no_span "/tmp/$said"
		is $? 0 "no negative time in what $said says"
	done
	set_year "$real_year"
}

options="--profile /profile.yaml"
: >/out/tap
setup_network
setup_storage || exit 1
unusual_start || {
	echo "the starting values were refused"
	exit 1
}
take_state
for phase in clock faults; do
	phase_start=$(uptime_ms)
	"test_$phase"
	echo "phase $phase: $(($(uptime_ms) - phase_start)) ms"
done
