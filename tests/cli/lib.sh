# shellcheck shell=bash
# What the tests of cli/ and golden/ share: TAP, trees made of tests/nodes, and their comparison.
# THINTUNE names the program under test. Every test works on copies below $work.
set -u
# Trees are a node's, whose directories nobody but their owner may write, whatever umask a user has.
umask 022
: "${THINTUNE:?names the program under test}"
# The program as it is shipped, which starts in a quarter of the time. A sweep takes it for runs whose like another run
# has made with sanitizers: one more of those would find nothing new. What both print is compared where it can be.
# shellcheck disable=SC2034 # for those who source this
shipped=${THINTUNE_SHIPPED:-$THINTUNE}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
work=$(cd "$work" && pwd -P)
trap 'finish_work' EXIT

# 99 is no exit code of thintune: a sanitizer's word is never taken for one of thintune's.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99:detect_leaks=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99:halt_on_error=1"
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS JOURNAL_STREAM

# Debian's modules belong to Debian's interpreter, whatever else is first in PATH.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# Where there is a program that knows the same language and starts in a tenth of the time, it is taken. It sorts keys.
! command -v gojq >/dev/null || jq() { gojq "$@"; }

finish_work() {
	local status=$?
	rm -rf "$work" 2>/dev/null || {
		chmod -R u+rwX "$work" 2>/dev/null
		rm -rf "$work"
	}
	return "$status"
}

# TAP --------------------------------------------------------------------------------------------

count=0
failed=0

ok() {
	count=$((count + 1))
	printf 'ok %d - %s\n' "$count" "$1"
}

# not_ok SENTENCE [DETAIL]...: details may have several lines.
not_ok() {
	count=$((count + 1))
	failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$count" "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 15 | sed 's/^/# /'
}

skip() {
	count=$((count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

finish() {
	printf '1..%d\n' "$count"
	[ "$failed" -eq 0 ]
	exit
}

# is SENTENCE WANTED HAVE
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $2" "have:   $3"
	fi
}

# same SENTENCE FILE FILE
same() {
	local difference
	if difference=$(diff -u "$2" "$3" 2>&1); then
		ok "$1"
	else
		not_ok "$1" "$difference"
	fi
}

# Running ----------------------------------------------------------------------------------------

# text_of FILE NAME: sets the variable to what the file holds, as $(<FILE) does, but in this process: without
# NUL bytes, of which the shell would complain, and without line feeds at the end.
text_of() {
	local parts IFS=
	mapfile -d '' parts <"$1"
	printf -v "$2" %s "${parts[*]}"
	while [[ ${!2} == *$'\n' ]]; do printf -v "$2" %s "${!2%$'\n'}"; done
}

# run COMMAND...: leaves $code, $out and $err
run() {
	"$@" >"$work/out" 2>"$work/err" </dev/null
	code=$? out='' err=''
	text_of "$work/out" out
	text_of "$work/err" err
}

# expect SENTENCE CODE COMMAND...
expect() {
	local sentence=$1 wanted=$2
	shift 2
	run "$@"
	if [ "$code" -eq "$wanted" ]; then
		ok "$sentence"
	else
		not_ok "$sentence" "exit code $code, wanted $wanted: $*" "$err" "$out"
	fi
}

# says SENTENCE PATTERN [TEXT]: an extended pattern in what the last run printed.
says() {
	local text=${3-$out$err}
	if grep -qE -- "$2" <<<"$text"; then
		ok "$1"
	else
		not_ok "$1" "nothing matches '$2' in:" "$text"
	fi
}

# lacks SENTENCE PATTERN TEXT: nothing in it matches the extended pattern.
lacks() {
	if grep -qE -- "$2" <<<"$3"; then
		not_ok "$1" "'$2' matches in:" "$3"
	else
		ok "$1"
	fi
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Leak checking does not work under ptrace.
without_leaks() { ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$@"; }
traced() { without_leaks strace "$@"; }

# small_files BLOCKS COMMAND...: no file may be larger than so many blocks of 512 bytes. Where lines are counted this run's
# counts go to files of its own: cut off, they would spoil those of all other runs.
small_files() { GCOV_PREFIX=$work/counts sh -c 'ulimit -f "$0"; exec "$@"' "$@"; }

can_trace() { strace -o /dev/null true 2>/dev/null; }

# Somebody who owns nothing: runs the command as another user, or says that it cannot.
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"; }

# as_other COMMAND...: as $other, a user whom no other test becomes: the kernel counts locked memory by user
other=$((200000 + $$ % 100000))
as_other() { setpriv --reuid=$other --regid=$other --clear-groups --inh-caps=-all -- "$@"; }

can_be_nobody() { is_root && as_nobody true 2>/dev/null; }

# The clock ----------------------------------------------------------------------------------------

# clock_tool: makes tests/cli/at-day.c; false where that cannot work.
clock_tool() {
	[ -x "$work/at-day" ] || cc -D_GNU_SOURCE -O2 -o "$work/at-day" "$top/tests/cli/at-day.c" || return
	[ "$("$work/at-day" 86400 date -u +%F 2>&1)" = 1970-01-02 ]
}

# at_day DAY COMMAND...: noon of that day (UTC) is the time for the command and its children.
at_day() {
	local day=$1
	shift
	without_leaks "$work/at-day" "$(date -u -d "$day 12:00" +%s)" "$@"
}

# Nodes ------------------------------------------------------------------------------------------

nodes() {
	local file
	for file in "$top"/tests/nodes/*.node; do
		file=${file##*/}
		printf '%s\n' "${file%.node}"
	done
}

# A sweep asserts the same of many nodes, or of many places in one run. scripts/test takes all of them, and with --fast,
# which sets THINTUNE_SWEEP, a part.
is_sweep_short() { [ "${THINTUNE_SWEEP-}" = short ]; }

# swept_nodes: in a short sweep those that are unlike each other: a cloud's, a pod's, many queues, CPU frequencies, disks
# upon disks.
swept_nodes() {
	if is_sweep_short; then
		cat "$top/tests/nodes/short-sweep"
	else
		nodes
	fi
}

# shellcheck disable=SC2034 # for those who source this
profiles="development redpanda thin-ledger"

# tree NODE: prints the directory of the unpacked node, which nobody changes. THINTUNE_TREES, when set, is
# where several tests have theirs together.
tree() {
	local dir=${THINTUNE_TREES:-$work/nodes}/$1 new
	if [ ! -d "$dir" ]; then
		mkdir -p "${dir%/*}"
		new=$(mktemp -d "${dir%/*}/.new.XXXXXX")
		"$python" "$top/tests/nodes/unpack" "$top/tests/nodes/$1.node" "$new/tree" || exit 1
		# Where another test was faster, its directory is as good.
		mv -T "$new/tree" "$dir" 2>/dev/null || true
		rm -rf "$new"
	fi
	printf '%s\n' "$dir"
}

# tree_tool: makes tests/cli/trees.c, once for several tests, as tree does.
tree_tool() {
	local new
	trees=${THINTUNE_TREES:-$work}/.trees
	[ ! -x "$trees" ] || return 0
	mkdir -p "${trees%/*}"
	new=$(mktemp "$trees.XXXXXX")
	cc -D_GNU_SOURCE -O2 -o "$new" "$top/tests/cli/trees.c" && chmod 755 "$new" && mv "$new" "$trees"
}
tree_tool || exit 1

# copy FROM TO: a directory with all that is below it; what TO was before is removed.
copy() { "$trees" copy "$1" "$2"; }

# fresh NODE DIR: a copy to change.
fresh() {
	[ -d "${THINTUNE_TREES:-$work/nodes}/$1" ] || tree "$1" >/dev/null
	copy "${THINTUNE_TREES:-$work/nodes}/$1" "$2"
}

# set_live TREE KEY VALUE: what is no file on a real node; no value: unknown. The lines stay sorted.
set_live() {
	local file=$1/.thintune/live key=$2 line live_new=() live_before=() live_after=()
	[ $# -lt 3 ] || live_new=("$2=$3")
	mapfile -t live_before <"$file"
	for line in "${live_before[@]}"; do
		[ "${line%%=*}" != "$key" ] || continue
		if [[ ${line%%=*} > $key ]]; then
			live_after+=("${live_new[@]}")
			live_new=()
		fi
		live_after+=("$line")
	done
	live_after+=("${live_new[@]}")
	printf '%s' "${live_after[@]/%/$'\n'}" >"$file"
}

# The directory with the queue files of a disk.
queue_of() { find "$1/sys/devices" -path "*/$2/queue" -type d; }

# States -----------------------------------------------------------------------------------------

# state TREE: everything in it by meaning. A plain file cannot answer "[none] mq-deadline", so what
# is in brackets stands for the whole; blanks and the leading zeroes of CPU masks are folded. Our own
# files are left out.
state() { "$trees" state "$1"; }

# traces TREE: everything in it by name, size, time stamps and content.
traces() { "$trees" traces "$1"; }

# without_run FILE: a JSON report without what varies by itself, which stands at its end.
without_run() { sed -e '/^  "run": {/,$d' -e '/^    "build_id": /d' "$1"; }

# Reports ----------------------------------------------------------------------------------------

# jq takes as long to start as an audit takes: what is asked of many reports is asked of one that stays.
# question NAME FILTER [OPTION...]: what ask NAME will ask
question() {
	local name=$1 filter=$2 asked answered
	shift 2
	mkfifo "$work/$name.asked" "$work/$name.answered"
	command jq --unbuffered "$@" "if . == \"end\" then . else ($filter) end" <"$work/$name.asked" >"$work/$name.answered" &
	exec {asked}>"$work/$name.asked" {answered}<"$work/$name.answered"
	printf -v "question_$name" '%d %d' "$asked" "$answered"
}

# ask NAME FILE: prints what the filter makes of the report; nothing when it is none.
ask() {
	local -n question=question_$1
	{
		cat "$2"
		printf '\n"end"\n'
	} >&"${question% *}"
	sed '/^"\?end"\?$/Q' <&"${question#* }"
}

# disturb TREE: other values than any kernel starts with, for everything that a profile may set and
# that the kernel changes along with it.
disturb() {
	local file words dir text choices
	while read -r file words; do
		[ ! -f "$1/proc/sys/$file" ] || printf '%s\n' "$words" >"$1/proc/sys/$file"
	done <<-'END'
		fs/aio-max-nr 70001
		vm/swappiness 37
		net/core/somaxconn 201
		net/ipv4/tcp_max_syn_backlog 333
		net/ipv4/tcp_mem 1001	2002	3003
		net/ipv4/tcp_rmem 8192	200000	3000000
		net/ipv4/tcp_wmem 4096	99999	20000000
		net/ipv4/tcp_mtu_probing 2
	END
	for dir in "$1"/sys/devices/system/cpu/cpufreq/policy*; do
		[ -d "$dir" ] || continue
		read -ra choices <"$dir/scaling_available_governors"
		[ "${choices[0]-}" != performance ] || choices=("${choices[1]-}")
		printf '%s\n' "${choices[0]-}" >"$dir/scaling_governor"
		printf '1300000\n' >"$dir/scaling_min_freq"
		file=$dir/energy_performance_preference
		[ ! -f "$file" ] || printf 'power\n' >"$file"
	done
	while read -r file; do
		if [[ $file != */scheduler ]]; then
			printf '1\n' >"$file"
			continue
		fi
		dir=${file%/*}
		text_of "$file" text
		[[ $text != *mq-deadline* ]] || printf 'none [mq-deadline] \n' >"$file"
		while read -r file words; do
			[ ! -f "$dir/$file" ] || printf '%s\n' "$words" >"$dir/$file"
		done <<-'END'
			nr_requests 77
			nomerges 1
			wbt_lat_usec 75001
			add_random 1
			io_timeout 61000
		END
	done < <(find "$1/sys/devices" -name '[rx]ps_cpus' -o -name rps_flow_cnt -o -path '*/queue/scheduler')
	file=$1/sys/kernel/mm/transparent_hugepage/enabled
	[ ! -f "$file" ] || printf 'always madvise [never]\n' >"$file"
	dir=$1/sys/devices/system/clocksource/clocksource0
	if [ -f "$dir/available_clocksource" ]; then
		text_of "$dir/available_clocksource" text
		text=${text%"${text##*[! ]}"}
		printf '%s\n' "${text##* }" >"$dir/current_clocksource"
	fi
}

# valid_json SENTENCE NAME FILE: the JSON is as docs/NAME.schema.json has it
valid_json() {
	run "$python" - "$top/docs/$2.schema.json" "$3" <<-'END'
		import json, sys
		try:
		    from jsonschema import Draft202012Validator as Validator
		except ImportError:
		    sys.exit(77)
		schema, document = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
		Validator.check_schema(schema)
		for error in Validator(schema).iter_errors(document):
		    sys.exit(f"{list(error.absolute_path)}: {error.message}")
	END
	case $code in
	0) ok "$1" ;;
	77) skip "$1" "the Python module jsonschema is missing" ;;
	*) not_ok "$1" "$out$err" ;;
	esac
}
