#!/bin/bash
# What stops a command before its work: the exit code, the sentence, and that nothing was made.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
file=$work/file

# refused CODE SENTENCE PATTERN COMMAND...
refused() {
	local wanted=$1 sentence=$2 pattern=$3
	shift 3
	rm -f "$file"
	expect "$sentence: code $wanted" "$wanted" "$THINTUNE" "$@"
	says "$sentence: and says so" "$pattern" "$err"
	is "$sentence: no file is made" "" "$(ls "$file" 2>/dev/null)"
}

mkdir -p "$work/empty" "$work/bare/sys" "$work/bare/proc"
for command in audit apply restore run facts; do
	refused 2 "$command, a root that is not there" "cannot open root '$work/none'" "$command" --root "$work/none"
	refused 2 "$command, a root without /sys and /proc" "is not a node: it has neither" "$command" --root "$work/empty"
	refused 2 "$command, a root without CPUs" "is not a node: it has no /sys/devices/system/cpu" "$command" --root "$work/bare"
done
refused 2 "record, a root that is not there" "cannot open root" record --root "$work/none" "$file"
refused 2 "record, a profile that is not there" "cannot open '$work/none'" record --profile "$work/none" "$file"
refused 2 "record without a file" "name the FILE to write" record

refused 2 "profile with an unknown verb" "use list, show" profile frobnicate
refused 2 "profile schema with a name" "use list, show" profile schema redpanda
refused 2 "explain, an unknown tuner" "there is no tuner 'none'" explain none

# A record whose redpanda.yaml is no file; on a node it would be unreadable.
fresh aws-i4i "$tree"
rm -rf "$tree/etc/redpanda"
mkdir -p "$tree/etc/redpanda/redpanda.yaml"
for command in audit apply; do
	refused 1 "$command, a redpanda.yaml that is a directory" "cannot read '/etc/redpanda/redpanda.yaml' of the record" \
		"$command" --root "$tree"
done

# The probe says why there is no io-config.yaml.
mkdir "$work/data"
refused 1 "an io-config.yaml without a data directory" "nothing was measured: there is no data directory" \
	probe --data-dir "$work/none" --io-config "$file"
refused 1 "an io-config.yaml where nothing can be written" "cannot write '/proc/thintune/io.yaml'" \
	probe --data-dir "$work/data" --io-config /proc/thintune/io.yaml
touch "$work/kept"
expect "an io-config.yaml that is there: code 2" 2 "$THINTUNE" probe --data-dir "$work/data" --io-config "$work/kept"
says "an io-config.yaml that is there: --force is named" "already exists; --force overwrites it" "$err"
is "and it stays as it is" 0 "$(stat -c %s "$work/kept")"
# Container runtimes older than the call answer EPERM to faccessat2, which hwloc takes for files that are not there.
if [ "$(uname -m)" = x86_64 ]; then
	run "$python" "$top/tests/cli/seccomp" errno EPERM 439 -- "$THINTUNE" facts --format json
	is "faccessat2 forbidden: the rest is told" 0 "$code"
	says "faccessat2 forbidden: that is what is said" 'a seccomp filter forbids faccessat2' "$(jq -r .cpu.topology_problem "$work/out")"
	lacks "faccessat2 forbidden: the node is not blamed" 'contradict' "$out"
	run "$python" "$top/tests/cli/seccomp" errno ENOSYS 439 -- "$THINTUNE" facts
	is "faccessat2 unknown: 0" 0 "$code"
fi
finish
