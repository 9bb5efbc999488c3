#!/bin/bash
# Every cell of the exit code table, and which code wins when several hold. The gate is in gate.sh.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# profile GATE LINE...: writes $work/p.yaml
profile() {
	{
		printf 'profile: p\nsummary: for a test\ngate: %s\n' "$1"
		shift
		printf '%s\n' "$@"
	} >"$work/p.yaml"
}

# ends SENTENCE CODE COMMAND [OPTION]...: with the tree and the profile
ends() {
	local sentence=$1 wanted=$2 command=$3
	shift 3
	expect "$command: $sentence" "$wanted" "$THINTUNE" "$command" --root "$tree" \
		--profile "$work/p.yaml" "$@"
}

new_tree() { fresh aws-i4i "$tree"; }

right='sysctl: {vm.swappiness: 60}'
advised='sysctl: {vm.swappiness: 1}'
required='sysctl: {vm.swappiness: {value: 1, severity: required}}'
absent='sysctl: {vm.no_such_key: 1}'
absent_required='sysctl: {vm.no_such_key: {value: 1, severity: required}}'
check_bad='checks: {memory-per-core: {at-least: 100GiB}}'
check_bad_required='checks: {memory-per-core: {at-least: 100GiB, severity: required}}'
check_good='checks: {memory-per-core: {at-least: 1GiB, severity: required}}'
check_moot='checks: {nofile: {at-least: 65536, severity: required}}'
check_not_made='checks: {conflicts: {value: true, severity: advised}}'
check_not_made_required='checks: {conflicts: {value: true, severity: required}}'

# 0, 3, 4 of audit ---------------------------------------------------------------------------------
new_tree
profile required-only "$right" "$check_good"
ends "everything matches" 0 audit
ends "everything matches, --strict" 0 audit --strict
profile required-only "$advised"
ends "an advised setting differs" 3 audit
ends "an advised setting differs, --strict" 3 audit --strict
profile required-only "$required"
ends "a required setting differs and can be set" 3 audit
profile required-only "$right" "$check_bad"
ends "an advised check fails" 3 audit
ends "an advised check fails, --strict" 4 audit --strict
profile required-only "$right" "$check_bad_required"
ends "a required check fails" 4 audit
profile required-only "$advised" "$check_bad_required"
ends "4 wins over 3" 4 audit
profile required-only "$absent"
ends "what the node does not have is no difference" 0 audit
ends "what the node does not have, --strict" 3 audit --strict
profile required-only "$absent_required"
ends "what the node does not have but must" 4 audit
profile required-only "$right" "$check_moot"
ends "a check of what is not there says nothing" 0 audit
ends "a check of what is not there, --strict" 0 audit --strict
# A pod that is not shown the node's /etc.
set_live "$tree" container kubernetes
mv "$tree/etc" "$work/etc"
profile required-only "$right" "$check_not_made"
ends "a check that could not be made says nothing" 0 audit
ends "a check that could not be made, --strict" 3 audit --strict
profile required-only "$right" "$check_not_made_required"
ends "a required check that could not be made is no pass" 4 audit
mv "$work/etc" "$tree/etc"
set_live "$tree" container none
profile required-only "checks: {clock-synchronised: true}"
set_live "$tree" clock-synchronised
ends "an answer that is unknown is no failure when advised" 0 audit
ends "an answer that is unknown, --strict" 3 audit --strict
profile required-only "checks: {clock-synchronised: {value: true, severity: required}}"
ends "an answer that is unknown is no pass when required" 4 audit
set_live "$tree" clock-synchronised yes
ends "the answer is yes" 0 audit

# 0, 3, 4 of apply and restore -----------------------------------------------------------------------
profile required-only "$required"
ends "what differed is set" 0 apply
ends "and again" 0 apply
expect "restore: it is put back" 0 "$THINTUNE" restore --root "$tree"
is "restore: to what it was" 60 "$(cat "$tree/proc/sys/vm/swappiness")"
expect "restore: there is nothing to put back" 0 "$THINTUNE" restore --root "$tree"
says "restore: and it says so" 'nothing to restore'
profile required-only "$advised" "$check_bad"
ends "all is set, an advised check fails" 3 apply
profile required-only "sysctl: {vm.no_such_key: {value: 1, severity: required}, vm.swappiness: 1}"
ends "one required setting cannot be set, the others are" 4 apply
is "apply: the other one was set" 1 "$(cat "$tree/proc/sys/vm/swappiness")"
printf '99\n' >"$tree/proc/sys/vm/swappiness"
profile required-only "$required"
ends "somebody else has set it since, the profile requires it" 4 restore
says "restore: what is wanted is the original" '^  vm.swappiness +99 +60 +contested, required ' "$out"
profile required-only "$advised"
ends "somebody else has set it since, the profile advises it" 3 restore
says "restore: which is no reason to call it required" '^  vm.swappiness +99 +60 +contested \(' "$out"
profile required-only "$right" "nonsense: 1"
ends "without a profile that can be used it counts as required" 4 restore
says "restore: and it says so" 'what the profile says of these settings is not known.*nonsense' "$err"
is "restore: their value is left alone" 99 "$(cat "$tree/proc/sys/vm/swappiness")"
profile required-only "$advised"
ends "it is put back all the same" 0 restore --force
says "restore --force: the verdict is no comparison with a profile" '^verdict: restored, 1 setting changed \(exit 0\)$' "$out"
is "restore --force: to what it was" 60 "$(cat "$tree/proc/sys/vm/swappiness")"
profile required-only "$advised"
set_live "$tree" uid 1000
set_live "$tree" capabilities
printf 'EACCES /proc/sys/vm/swappiness\n' >"$tree/.thintune/errors"
ends "an advised setting cannot be read" 3 apply
profile required-only "$required"
ends "a required setting cannot be read" 4 apply

# 1 --------------------------------------------------------------------------------------------------
new_tree
profile required-only "$right"
ends "the report cannot be written" 1 audit --output /dev/null/report
if [ -c /dev/full ]; then
	run sh -c '"$0" audit --root "$1" --profile "$2" >/dev/full' "$THINTUNE" "$tree" "$work/p.yaml"
	is "audit: standard output is full" 1 "$code"
	run sh -c '"$0" --help >/dev/full' "$THINTUNE"
	is "--help: standard output is full" 1 "$code"
else
	skip "audit: standard output is full" "there is no /dev/full"
fi
profile required-only "$check_bad_required"
ends "1 wins over 4" 1 audit --output /dev/null/report
profile required-only "$right"
run sh -c '"$0" audit --root "$1" --profile "$2" >&-' "$THINTUNE" "$tree" "$work/p.yaml"
is "audit: standard output is closed" 1 "$code"
mkdir -p "$tree/run/thintune"
printf 'nonsense\n' >"$tree/run/thintune/journal.jsonl"
expect "restore: the journal is damaged" 1 "$THINTUNE" restore --root "$tree"
rm "$tree/run/thintune/journal.jsonl"
expect "gate: there is no verdict" 1 "$THINTUNE" gate --root "$tree"

# 2 --------------------------------------------------------------------------------------------------
ends "an unknown option" 2 audit --no-such-option
ends "an option of another command" 2 audit --force
ends "an option without its value" 2 audit --only
ends "an empty value" 2 audit --only ""
ends "a format that there is not" 2 audit --format xml
ends "an argument too many" 2 audit more
ends "a tuner that there is not" 2 audit --only no-such-tuner
ends "a disk that there is not" 2 audit --disk no-such-disk
ends "a network card that there is not" 2 audit --nic no-such-nic
ends "neither broker nor host" 2 audit --netns here
ends "a time that is none" 2 apply --lock-wait soon
ends "a number that is none" 2 audit --broker-cpus -1
ends "a size that is none" 2 audit --broker-memory much
ends "a redpanda.yaml that there is not" 2 audit --redpanda-config "$work/none.yaml"
expect "no command" 2 "$THINTUNE"
expect "a command that there is not" 2 "$THINTUNE" tune
expect "record without a file" 2 "$THINTUNE" record --root "$tree"
expect "explain a tuner that there is not" 2 "$THINTUNE" explain no-such-tuner
expect "a root that there is not" 2 "$THINTUNE" audit --root "$work/none"
expect "--help is no error" 0 "$THINTUNE" --help
says "--help lists the exit codes" '^  6  another thintune holds the lock'
# Rows of the table about run: what, and the codes without blanks.
same "--help and docs/commands.md have the same codes of run" \
	<(sed -n 's/^  \([a-z ]*[a-z]\)   *\([-0-9][-0-9() ]*\)$/\1 \2/p' <<<"$out" | sed -E ':a; s/ ([-0-9(])/\1/; ta') \
	<(sed -n 's/^| \([a-z ]*[a-z]\) | \([-0-9][-0-9() |]*\) |$/\1 \2/p' "$top/docs/commands.md" | sed -E 's/ \|//g; :a; s/ ([-0-9(])/\1/; ta')
is "which are some" 10 "$(grep -c '^  [a-z ]*[a-z]   *[-0-9][-0-9() ]*$' <<<"$out")"
for gate in required-only strict report; do
	profile "$gate" "$right"
	ends "a mistake in the options, gate $gate" 2 run --no-such-option
done
expect "--version is no error" 0 "$THINTUNE" --version
profile required-only "sysctl: {vm.swappiness: {at-least: many}}"
for command in audit apply run; do
	ends "a bad profile" 2 "$command"
done
is "a bad profile: nothing was touched" "60 no journal" \
	"$(cat "$tree/proc/sys/vm/swappiness") $([ -e "$tree/run/thintune/journal.jsonl" ] || echo no journal)"

# 6, and what it wins over ---------------------------------------------------------------------------
profile required-only "$required" "$check_bad_required"
exec 8>"$tree/run/thintune/lock"
flock 8
ends "another one holds the lock: 6 wins over 4" 6 apply --lock-wait 0s
expect "restore: another one holds the lock" 6 "$THINTUNE" restore --root "$tree" --lock-wait 0s
ends "the lock is no concern of those who only look" 4 audit
printf 'nonsense\n' >"$tree/run/thintune/journal.jsonl"
expect "restore: 6 wins over 1" 6 "$THINTUNE" restore --root "$tree" --lock-wait 0s
ends "2 wins over 6" 2 apply --lock-wait 0s --only no-such-tuner
flock -u 8

# 5, the probe below a floor: in probe-floor.sh
expect "nothing left to do is a mistake, not a match" 2 \
	"$THINTUNE" audit --root "$work/tree" --only checks --skip checks
finish
