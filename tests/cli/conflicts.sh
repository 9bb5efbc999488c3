#!/bin/bash
# A program is in conflict only with settings that this node has, which only the look at it tells.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# node NAME PROGRAM: of these records, where the program's service runs.
node() {
	fresh "$1" "$tree"
	mkdir -p "$tree/run/systemd/units" "$tree/etc"
	ln -s id "$tree/run/systemd/units/invocation:$2.service"
}

question conflicts '.checks[] | select(.check == "conflicts") | "\(.state) \(.have)"' -r
# finds SENTENCE STATE HAVE OPTION...
finds() {
	local sentence=$1 wanted="$2 $3"
	shift 3
	run "$THINTUNE" audit --root "$tree" --format json "$@"
	is "$sentence" "$wanted" "$(ask conflicts "$work/out")"
}

node aws-i4i cpupower
finds "without frequency scaling nobody is in the governor's way" pass nobody
finds "nor where it is left out" pass nobody --skip governor
printf 'profile: p\nextends: thin-ledger\nwaivers: [{what: check conflicts, reason: r, owner: o, until: %s}]\n' \
	"$(date -u -d '30 days' +%F)" >"$work/p.yaml"
finds "nor has a waiver of the check anything to waive there" pass nobody --profile "$work/p.yaml"
node intel-pstate cpupower
# irqbalance runs there.
finds "with it, cpupower is" fail "cpupower, irqbalance"
finds "which is waived by it" waived "cpupower, irqbalance" --profile "$work/p.yaml"
rm -r "$tree/sys/devices/system/cpu/cpufreq"
finds "but not once it is gone" fail irqbalance
node aws-i4i tuned
finds "what sets more than the governor is told anyway" fail tuned

# Where a file is there and cannot be read, nobody may say that there is nobody.
fresh aws-i4i "$tree"
# systemd does not read /etc/sysctl.conf.
rm -r "$tree/run/systemd"
mkdir -p "$tree"/etc/{sysctl.d,udev/rules.d,systemd/system/{multi-user.target.wants,redpanda.service.d}} "$tree/.thintune" "$tree/run/tuned"
for file in sysctl.d/90.conf sysctl.conf udev/rules.d/90.rules systemd/system/redpanda.service.d/a.conf systemd/system.conf; do
	: >"$tree/etc/$file"
done
printf '[Service]\nLimitNOFILE=2000000\nLimitMEMLOCK=infinity\n' >"$tree/etc/systemd/system/redpanda.service"
cp "$tree/.thintune/errors" "$work/errors" 2>/dev/null || : >"$work/errors"

question notes '.checks[] | "\(.check)\t\(.state) \(.note)"' -r
# unread CHECK PATH
unread() {
	{ cat "$work/errors" && echo "EACCES $2"; } >"$tree/.thintune/errors"
	run "$THINTUNE" audit --root "$tree" --format json
	is "$1 is unknown without $2" "unknown $2: Permission denied" "$(ask notes "$work/out" | sed -n "s/^$1\t//p")"
}

finds "all files are read" pass nobody
for path in /etc/sysctl.d/90.conf /etc/sysctl.d /etc/sysctl.conf /etc/udev/rules.d /etc/udev/rules.d/90.rules /proc/cmdline \
	/etc/systemd/system/multi-user.target.wants /run/tuned/tuned.pid; do
	unread conflicts "$path"
done
# An old record names files that nothing read then.
cp "$work/errors" "$tree/.thintune/errors"
touch -d @0 "$tree/etc/sysctl.d/90.conf"
finds "a file that a record names and does not hold is not taken for empty" unknown null
is "and is named" "/etc/sysctl.d/90.conf: not in this record" \
	"$(jq -r '.checks[] | select(.check == "conflicts").note' "$work/out")"
touch -d @1 "$tree/etc/sysctl.d/90.conf"
unread nofile /etc/systemd/system/redpanda.service.d/a.conf
unread nofile /etc/systemd/system/redpanda.service.d
unread memlock /etc/systemd/system/redpanda.service
run "$THINTUNE" facts --root "$tree"
says "facts do not know the limits either" 'LimitNOFILE unknown, LimitMEMLOCK unknown' "$out"
echo "EACCES /etc/systemd/system.conf" >>"$work/errors"
unread conflicts /etc/sysctl.d/90.conf
is "a default of systemd that the unit overrides is no matter" pass \
	"$(jq -r '.checks[] | select(.check == "nofile").state' "$work/out")"
printf '[Service]\n' >"$tree/etc/systemd/system/redpanda.service"
run "$THINTUNE" audit --root "$tree" --format json
is "one that holds is" "unknown /etc/systemd/system.conf: Permission denied" \
	"$(jq -r '.checks[] | select(.check == "nofile") | "\(.state) \(.note)"' "$work/out")"

finish
