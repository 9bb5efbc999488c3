#!/bin/bash
# Values and names that do not fit: refused with a sentence before anything is touched, or failed one
# by one while the others go on.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

profile() {
	printf 'profile: p\nsummary: for a test\n' >"$work/p.yaml"
	printf '%s\n' "$@" >>"$work/p.yaml"
}

# setting NAME: state and note in the last report
setting() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state): \(.note)"' "$work/out"; }

# Sysctl keys ----------------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
traces "$tree" >"$work/traces1"
# shellcheck disable=SC2016 # no shell shall see it
for key in 'vm/../kernel/hostname' '../etc/passwd' 'vm..swappiness' '..' '.' 'vm.' '.vm' '/proc/sys/vm/swappiness' 'vm//swappiness' \
	'vm.//.kernel.hostname' 'vm swappiness' 'vm.swappiness;reboot' 'vm.$HOME' 'vm.swäppiness' ''; do
	profile "sysctl: {\"$key\": 1}"
	expect "sysctl '$key' is refused" 2 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
	says "sysctl '$key': file, line and column" "$work/p.yaml:3:[0-9]+: " "$err"
done
printf 'profile: p\nsummary: x\nsysctl:\n  vm.swap\0piness: 1\n' >"$work/p.yaml"
expect "a sysctl with a NUL is refused" 2 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
profile 'sysctl: {"vm.swap\0piness": 1}'
expect "a sysctl with an escaped NUL is refused" 2 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
profile "sysctl: {$(printf 'a%.0s' {1..5000}): 1}"
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
case $code in 0 | 2) ok "a sysctl of 5,000 letters" ;; *) not_ok "a sysctl of 5,000 letters" "$code: $err" ;; esac
traces "$tree" >"$work/traces2"
same "refused keys leave no trace" \
	<(grep -v 'run\|^\. d' "$work/traces1") <(grep -v 'run\|^\. d' "$work/traces2")
profile 'sysctl: {vm.no_such_key: 1, net.ipv4.conf.no-such-if.rp_filter: 1}'
expect "unknown keys are no failure" 0 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "unknown keys are unsupported" "2 unsupported: not in this record" \
	"$(jq .summary.unsupported "$work/out") $(setting vm.no_such_key)"
is "no file is made for them" "" "$(find "$tree/proc/sys" -name '*no*such*')"

# Values that the node does not offer --------------------------------------------------------------------------
profile 'cpu: {clocksource: acpi_pm_x}' 'disk: {scheduler: kyber}' 'memory: {transparent-hugepages: sometimes}'
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
case $code in
2) ok "a word that nobody offers is refused" ;;
*)
	is "a clock source that is not offered" "unsupported: this node does not offer acpi_pm_x; it offers tsc, kvm-clock, acpi_pm" \
		"$(setting clocksource)"
	;;
esac
profile 'cpu: {clocksource: hpet}' 'disk: {scheduler: kyber}'
expect "what is not offered is no failure" 0 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "what is not offered is named" \
	"unsupported: this node does not offer hpet; it offers tsc, kvm-clock, acpi_pm" "$(setting clocksource)"
is "a scheduler that is not offered is named" \
	"unsupported: this node does not offer kyber; it offers none, mq-deadline" "$(setting "nvme1n1 scheduler")"
profile 'cpu: {clocksource: {value: hpet, severity: required}}'
expect "what is not offered but required" 4 "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"

# Values that the kernel refuses: one fails, the others go on ---------------------------------------------------
# In a tree by a write that is made to fail: the journal's is the first, the history's draft the second, the third
# setting's the fifth.
if can_trace; then
	for failure in EINVAL EPERM EBUSY EIO; do
		fresh aws-i4i "$tree"
		state "$tree" >"$work/before"
		run traced -o /dev/null -e trace=write -e inject=write:error="$failure":when=5 \
			"$THINTUNE" apply --root "$tree" --profile redpanda --format json
		is "$failure: an advised setting that fails is a difference" 3 "$code"
		is "$failure: one fails, seven are set" "1 7" "$(jq -r '.summary | "\(.failed) \(.changed)"' "$work/out")"
		says "$failure: it is named in words" \
			"^failed: (writing /proc/sys/net/ipv4/tcp_mem: .* \\($failure\\): .+|.* reads '', which is no .*)" "$(setting net.ipv4.tcp_mem)"
		expect "$failure: it can be undone" 0 "$THINTUNE" restore --root "$tree" --force
		state "$tree" >"$work/after"
		same "$failure: everything is as it was" "$work/before" "$work/after"
	done
	fresh aws-i4i "$tree"
	run traced -o /dev/null -e trace=write -e inject=write:error=EINVAL:when=3 \
		"$THINTUNE" apply --root "$tree" --profile redpanda --format json
	is "a required setting that fails" 4 "$code"
	says "and it is that one" '^failed' "$(setting fs.aio-max-nr)"
else
	skip "one write fails, the others go on" "strace cannot trace here"
fi

# A real kernel, in network and mount namespaces of their own: nothing else can see these settings.
# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
apart() { unshare -n -m sh -c 'mount -t tmpfs none /run || exit 90; exec "$@"' sh "$@"; }

# The whole life of two good values and a bad one, as one command in one namespace.
# shellcheck disable=SC2016 # for that shell
life='
cd /proc/sys/net/ipv4 || exit 91
cat ip_default_ttl tcp_slow_start_after_idle tcp_rmem >"$2/before"
"$1" apply --only sysctl --profile "$2/p.yaml" --format json >"$2/apply.json"; echo $? >"$2/codes"
cat tcp_slow_start_after_idle tcp_rmem >"$2/applied"
"$1" apply --only sysctl --profile "$2/p.yaml" --format json >"$2/again.json"; echo $? >>"$2/codes"
"$1" restore >"$2/restore" 2>&1; echo $? >>"$2/codes"
cat ip_default_ttl tcp_slow_start_after_idle tcp_rmem >"$2/after"
test ! -e /run/thintune/journal.jsonl; echo $? >>"$2/codes"'
if is_root && apart true 2>/dev/null; then
	profile 'sysctl:' '  net.ipv4.ip_default_ttl: 300' '  net.ipv4.tcp_slow_start_after_idle: 0' \
		'  net.ipv4.tcp_rmem: {at-least: [8192, 262144, 50331648]}'
	run apart sh -c "$life" sh "$THINTUNE" "$work"
	cp "$work/apply.json" "$work/out"
	says "a real kernel: a value that it refuses fails, with its reason" \
		'^failed: writing /proc/sys/net/ipv4/ip_default_ttl: .*\(EINVAL\): the kernel does not accept this value' \
		"$(setting net.ipv4.ip_default_ttl)"
	is "a real kernel: the others are set and proved" "changed: null changed: null" \
		"$(setting net.ipv4.tcp_slow_start_after_idle) $(setting net.ipv4.tcp_rmem)"
	is "a real kernel: it holds them" "0 8192 262144 50331648" "$(tr -s '\t\n' ' ' <"$work/applied" | sed 's/ $//')"
	is "a real kernel: the second apply tries only what failed" 1 "$(jq .run.writes "$work/again.json")"
	is "a real kernel: codes of apply, apply, restore; the journal is gone" "3 3 0 0" "$(paste -sd' ' "$work/codes")"
	same "a real kernel: everything is as it was" "$work/before" "$work/after"
else
	skip "a real kernel: a value that it refuses fails" "needs root, network and mount namespaces"
fi

# The journal's mark belongs into the journal only ---------------------------------------------------------------
run env JOURNAL_STREAM=1:2 "$THINTUNE" gate --root "$work/none"
lacks "no mark where standard error is not the journal" '<3>' "$err"
: >"$work/stream"
stream=$(stat -c %d:%i "$work/stream")
JOURNAL_STREAM=$stream "$THINTUNE" gate --root "$work/none" 2>"$work/stream" || true
says "a mark where it is" '^<3>thintune: ' "$(cat "$work/stream")"

# A report that cannot be delivered is a mistake found before the node is touched ------------------------------
fresh aws-i4i "$work/tree"
state "$work/tree" >"$work/before"
for output in /dev/null "$work/no-such-dir/report" "$work"; do
	expect "apply --output $output" 1 "$THINTUNE" apply --root "$work/tree" --output "$output"
	state "$work/tree" >"$work/after"
	same "apply --output $output writes nothing to the node" "$work/before" "$work/after"
done
finish
