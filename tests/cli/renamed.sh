#!/bin/bash
# Devices that have other names after an apply: each gets its own values back, by whatever name, and no other
# device gets them. The nodes are copies of recorded ones, in which names are changed wherever they occur.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
other=$work/other
journal=$tree/run/thintune/journal.jsonl
dedicated=$top/tests/golden/dedicated.yaml

cat >"$work/rename.py" <<'PY'
"""rename.py TREE OLD=NEW...: in names, links and texts of a tree, but not in what thintune keeps."""
import os
import re
import sys

top, new = sys.argv[1], dict(pair.split("=") for pair in sys.argv[2:])
word = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(map(re.escape, sorted(new, key=len, reverse=True))) + r")(?![A-Za-z0-9])")


def renamed(text):
    return word.sub(lambda match: new[match[0]], text)


for directory, dirs, files in os.walk(top, topdown=False):
    if directory.startswith((top + "/run", top + "/var/lib/thintune")):
        continue
    moves = []
    for name in dirs + files:
        path = os.path.join(directory, name)
        if os.path.islink(path):
            target = renamed(os.readlink(path))
            os.unlink(path)
            os.symlink(target, path)
        elif os.path.isfile(path):
            was = os.stat(path)
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read()
            if renamed(text) != text:
                with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(renamed(text))
                os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        if renamed(name) != name:
            moves.append((path, os.path.join(directory, renamed(name))))
    stat = os.stat(directory)
    for path, _ in moves:
        os.rename(path, path + ".moved")
    for path, target in moves:
        os.rename(path + ".moved", target)
    os.utime(directory, ns=(stat.st_atime_ns, stat.st_mtime_ns))
PY

# both COMMAND...: on the tuned tree and on one that nobody tuned
both() {
	"$@" "$tree"
	"$@" "$other"
}
rename() {
	local at=${*: -1}
	"$python" "$work/rename.py" "$at" "${@:1:$#-1}"
}

# pair: two cards, tuned, each of whose interrupts were on CPUs of its own
pair() {
	local index=2 name irq
	rm -rf "$tree" "$other"
	"$python" "$top/tests/nodes/generate" "$tree" cores=8 nvme:4@0 ena:4@0 ena:4@0
	mkdir "$tree/run"
	for name in eth0 eth1; do
		echo "$index" >"$tree/sys/class/net/$name/ifindex"
		echo "02:00:00:00:00:0$index" >"$tree/sys/class/net/$name/address"
		echo 0 >"$tree/sys/class/net/$name/addr_assign_type"
		for irq in "$tree/sys/class/net/$name/device/msi_irqs"/*; do
			echo "$((index * 2 - 4))-$((index * 2 - 1))" >"$tree/proc/irq/${irq##*/}/smp_affinity_list"
		done
		index=$((index + 1))
	done
	copy "$tree" "$other"
	run "$THINTUNE" apply --root "$tree" --profile "$dedicated"
	is "two cards: there is something to undo" yes "$([ "$(grep -c /proc/irq/ "$journal")" -ge 8 ] && echo yes)"
}

# begin NODE PROFILE
begin() {
	fresh "$1" "$tree"
	disturb "$tree"
	# One of two that are right already, so that they are not alike.
	cpufreq=$tree/sys/devices/system/cpu/cpufreq
	[ ! -d "$cpufreq/policy1" ] || echo performance >"$cpufreq/policy1/scaling_governor"
	copy "$tree" "$other"
	run "$THINTUNE" apply --root "$tree" --profile "$2"
	is "$1: there is something to undo" yes "$([ "$(wc -l <"$journal")" -gt 3 ] && echo yes)"
}

question bad '[.settings[] | select(.state != "same" and .state != "changed")] | length'
# undone NAME [OPTION]...
undone() {
	local name=$1
	shift
	expect "$name: restore ends with 0" 0 "$THINTUNE" restore --root "$tree" --format json "$@"
	is "$name: nothing has failed or gone" 0 "$(ask bad "$work/out")"
	state "$tree" >"$work/after"
	state "$other" >"$work/before"
	same "$name: everything is as it was" "$work/before" "$work/after"
	is "$name: the journal is gone" gone "$([ -e "$journal" ] || echo gone)"
}

# Each is found where it is -----------------------------------------------------------------------------------------
begin cpus16 "$dedicated"
both rename eth0=enp0s2
undone "a network card"
says "the report says what it was" '^it was eth0 when thintune wrote to it$' \
	"$(jq -r '.settings[] | select(.setting | test("^enp0s2.rx-0 rps_cpus")) | .note' "$work/out")"

begin cpus16 "$dedicated"
both rename eth0=enp0s2
undone "a network card, forced" --force

begin cpus16 "$dedicated"
both rename nvme0=nvme1 nvme0n1=nvme1n1 nvme1=nvme0 nvme1n1=nvme0n1
undone "two disks that change names"

begin intel-pstate redpanda
both rename policy0=policy1 policy1=policy0
undone "two frequency policies"

# The handlers have the names of the cards, so the other card's have those of this one.
pair
both rename eth0=eth1 eth1=eth0
undone "two cards that change names"
pair
both rename eth0=ens5 eth1=eth0
undone "a card that has another one's name"

# An interrupt's number
move_irq() {
	mv "$1/proc/irq/26" "$1/proc/irq/126"
	[ ! -d "$1/sys/kernel/irq/26" ] || mv "$1/sys/kernel/irq/26" "$1/sys/kernel/irq/126"
}
begin cpus16 "$dedicated"
both move_irq
undone "an interrupt"

# A copy, in which no inode is what it was
begin cpus16 "$dedicated"
both rename eth0=enp0s2 nvme0=nvme5 nvme0n1=nvme5n1
copy "$tree" "$work/copy"
rm -rf "$tree"
mv "$work/copy" "$tree"
undone "a network card and a disk in a copy"

# A journal of an older version says nothing of devices but the inode
begin cpus16 "$dedicated"
both rename eth0=enp0s2 nvme0=nvme5 nvme0n1=nvme5n1
sed -i 's/,"identity":"[^"]*"//' "$journal"
undone "without an identity"

# The next apply knows it, too: what it writes down first is the original, not its own value
begin cpus16 "$dedicated"
both rename eth0=enp0s2
run "$THINTUNE" apply --root "$tree" --profile "$dedicated"
run "$THINTUNE" apply --root "$tree" --profile "$top/tests/golden/dedicated.yaml" --only net-steering
undone "an apply after the change"

# What a later profile no longer wants goes back, by the new name
fresh cpus16 "$tree"
run "$THINTUNE" apply --root "$tree" --profile redpanda
copy "$tree" "$other"
run "$THINTUNE" apply --root "$tree" --profile "$dedicated"
both rename eth0=enp0s2 nvme0=nvme5 nvme0n1=nvme5n1
run "$THINTUNE" apply --root "$tree" --profile redpanda
state "$tree" >"$work/after"
state "$other" >"$work/before"
same "from dedicated back to shared under other names: everything is as it was" "$work/before" "$work/after"

# Not here, and not gone ------------------------------------------------------------------------------------------------
# hide TREE: the card is in another network namespace, and its interrupts are where they were; shown TREE: it is back.
hide() {
	rm -rf "$1.hidden"
	move_card "$1" "$1.hidden"
}
shown() { move_card "$1.hidden" "$1"; }
move_card() {
	local path
	(cd "$1" && find . -path ./run -prune -o -name eth0 -prune -print) | while read -r path; do
		mkdir -p "$2/${path%/*}"
		mv "$1/$path" "$2/$path"
	done
}
# row SETTING: its state and note in the last report
row() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state) \(.note)"' "$work/out"; }
vectors() { grep -h . "$1"/proc/irq/*/smp_affinity_list; }

begin cpus16 "$dedicated"
both hide
expect "a card elsewhere: restore cannot end well" 3 "$THINTUNE" restore --root "$tree" --format json
says "a card elsewhere: its channels are told" '^failed it is not found here: .* before thintune it was 8$' "$(row 'eth0 channels/combined')"
is "a card elsewhere: its interrupts are put back" "$(vectors "$other")" "$(vectors "$tree")"
is "a card elsewhere: nothing counts as gone" 0 "$(jq '[.settings[] | select(.state == "unsupported")] | length' "$work/out")"
run "$THINTUNE" restore --root "$tree" --format json
is "a card elsewhere: a second restore writes nothing" 0 "$(jq .run.writes "$work/out")"
both shown
undone "a card that is back"

begin cpus16 "$dedicated"
both hide
expect "a card elsewhere, forced" 0 "$THINTUNE" restore --root "$tree" --format json --force
says "a card elsewhere, forced: its channels are forgotten, and told" '^unsupported it is not found here, and forgotten, .* it was 8$' \
	"$(row 'eth0 channels/combined')"
is "a card elsewhere, forced: its interrupts are put back" "$(vectors "$other")" "$(vectors "$tree")"
is "a card elsewhere, forced: the journal is gone" gone "$([ -e "$journal" ] || echo gone)"

begin cpus16 "$dedicated"
find "$tree" \( -path '*/eth0/address' -o -path '*/eth0/permanent-address' \) -exec sh -c 'echo 02:00:00:00:00:99 >"$1"' sh {} \;
expect "a card elsewhere, another of the name: restore" 0 "$THINTUNE" restore --root "$tree" --format json
says "a card elsewhere, another of the name: told" '^unsupported another device is in its place now, .* was 8$' "$(row 'eth0 channels/combined')"
says "and what only the kernel changed, too" '^unsupported another device is in its place now, .* was CPU 0$' "$(row 'eth0/rx-3 rps_cpus')"
is "a card elsewhere, another of the name: the interrupts are put back" "$(vectors "$other")" "$(vectors "$tree")"

# Another card has its name meanwhile, which says nothing of where it is.
pair
both hide
both rename eth1=eth0
expect "a card elsewhere, another card by its name" 3 "$THINTUNE" restore --root "$tree" --format json
says "a card elsewhere, another card by its name: told" '^failed it is not found here: .* before thintune it was no CPU$' "$(row 'eth0/rx-0 rps_cpus' | grep -v '^changed')"
is "a card elsewhere, another card by its name: that one and all interrupts are put back" "$(state "$other")" "$(state "$tree")"
run "$THINTUNE" restore --root "$tree" --format json
is "a card elsewhere, another card by its name: a second restore writes nothing" 0 "$(jq .run.writes "$work/out")"
run "$THINTUNE" apply --root "$tree" --profile "$dedicated"
both rename eth0=eth1
both shown
undone "a card that is back, and the other one has its own name"

pair
function=$(basename "$(realpath "$tree/sys/class/net/eth0/device")")
both hide
both rename eth1=eth0
copy "$tree" "$work/forced"
rm "$tree/sys/bus/pci/devices/$function"
expect "a card whose function is gone" 0 "$THINTUNE" restore --root "$tree" --format json
says "a card whose function is gone: told" '^unsupported another device is in its place now, .* was no CPU$' "$(row 'eth0/rx-0 rps_cpus' | grep -v '^changed')"
expect "a card elsewhere, another card by its name, forced" 0 "$THINTUNE" restore --root "$work/forced" --format json --force
says "a card elsewhere, another card by its name, forced: told" '^unsupported it is not found here, and forgotten, .* was no CPU$' "$(row 'eth0/rx-0 rps_cpus' | grep -v '^changed')"
is "a card elsewhere, another card by its name, forced: the journal is gone" gone "$([ -e "$work/forced/run/thintune/journal.jsonl" ] || echo gone)"

# The number belongs to another function now: its interrupt is left alone.
begin cpus16 "$dedicated"
hide "$tree"
mv "$tree"/sys/devices/pci0000:00/0000:00:02.0/msi_irqs/27 "$tree"/sys/devices/pci0000:00/0000:00:03.0/msi_irqs/
ours=$(cat "$tree/proc/irq/27/smp_affinity_list")
run "$THINTUNE" restore --root "$tree" --format json
says "a number that was given out again: told" '^unsupported another device is in its place now, .* before thintune that of the old one was CPUs 0-1$' "$(row 'eth0 rx 0')"
is "a number that was given out again: left alone" "$ours" "$(cat "$tree/proc/irq/27/smp_affinity_list")"

# Two cards of one address, without an index: the function tells them apart, or the name that one of them has still.
twins() {
	begin azure-nvme "$dedicated"
	[ "${1-}" != old ] || sed -i -E 's/("identity":"[^"|]*\|02:[^"|]*\|)[^"]*"/\1"/' "$journal"
}
twins
both rename eth0=enp0s2
undone "two cards of one address, one renamed"
twins
both rename enP30832s1=enp0s2
undone "two cards of one address, the other one renamed" --force
twins
both rename enP30832s1=eth0 eth0=enP30832s1
undone "two cards of one address that change names"
twins
both rename enP30832s1=a0 eth0=b0
undone "two cards of one address, both renamed"
twins old
both rename eth0=enp0s2
undone "two cards of one address in an older journal, one renamed"

# Nothing tells them apart: they are not gone, and stay.
twins old
sed -i -E 's/"device":[0-9]+/"device":0/' "$journal"
both rename enP30832s1=a0 eth0=b0
for force in '' --force; do
	# shellcheck disable=SC2086
	expect "two cards that cannot be told apart${force:+, forced}: restore" 3 "$THINTUNE" restore --root "$tree" --format json $force
	says "two cards that cannot be told apart${force:+, forced}: told" '^failed several devices look like it, .* before thintune it was ' \
		"$(jq -r '[.settings[] | select(.state == "failed")][0] | "\(.state) \(.note)"' "$work/out")"
	is "two cards that cannot be told apart${force:+, forced}: none is gone" 0 \
		"$(jq '[.settings[] | select(.state == "unsupported")] | length' "$work/out")"
done
both rename a0=enP30832s1 b0=eth0
undone "two cards of one address that have their names back"

# What has gone, and what took its name --------------------------------------------------------------------------------
begin cpus16 "$dedicated"
rename nvme0=nvme7 nvme0n1=nvme7n1 "$tree"
disk=$(queue_of "$tree" nvme7n1)
echo serial-9 >"$disk/../../serial"
state "$tree" >"$work/foreign"
run "$THINTUNE" restore --root "$tree" --format json
is "a disk that has gone: told, with what it had" "unsupported" \
	"$(jq -r '.settings[] | select(.setting == "nvme0n1 rq_affinity") | .state' "$work/out")"
says "its value is in the report" 'before thintune it was [0-9]' \
	"$(jq -r '.settings[] | select(.setting == "nvme0n1 rq_affinity") | .note' "$work/out")"
state "$tree" | grep nvme7n1/queue >"$work/after"
grep nvme7n1/queue "$work/foreign" >"$work/before"
same "a disk that has gone: another one keeps its values" "$work/before" "$work/after"

begin cpus16 "$dedicated"
disk=$(queue_of "$tree" nvme0n1)
echo serial-9 >"$disk/../../serial"
state "$tree" | grep nvme0n1/queue >"$work/before"
expect "another disk of the name: restore ends with 0" 0 "$THINTUNE" restore --root "$tree" --format json
says "another disk of the name: told" '^another device is in its place now, .* before thintune that of the old one was [0-9]' \
	"$(jq -r '.settings[] | select(.setting == "nvme0n1 rq_affinity") | .note' "$work/out")"
state "$tree" | grep nvme0n1/queue >"$work/after"
same "another disk of the name: it keeps its values" "$work/before" "$work/after"

# The real kernel --------------------------------------------------------------------------------------------------------
# Two ends of a cable: one gets another name, the other one the name of the first. Then one is made anew by that name.
# shellcheck disable=SC2016 # for that shell
life='
mount -t tmpfs none /run && mount -t sysfs none /sys || exit 90
ip link add one type veth peer name two || exit 91
cd /proc/sys/net/ipv4/conf || exit 92
echo 2 >two/rp_filter
"$1" apply --only sysctl --profile "$2/p.yaml" >/dev/null; echo $? >"$2/codes"
ip link set one name three && ip link set two name one || exit 93
"$1" restore --format json >"$2/out"; echo $? >>"$2/codes"
test ! -e /run/thintune/journal.jsonl; echo $? >>"$2/codes"
cat three/rp_filter one/rp_filter >"$2/values"
ip link set three name two
"$1" apply --only sysctl --profile "$2/p.yaml" >/dev/null; echo $? >>"$2/codes"
ip link del one && ip link add one type veth peer name four || exit 94
echo 1 >one/rp_filter
"$1" restore --format json >"$2/gone"; echo $? >>"$2/codes"
cat one/rp_filter >>"$2/values"'
if is_root && unshare -n -m mount -t sysfs none /sys 2>/dev/null; then
	printf '%s\n' 'profile: p' 'summary: s' 'sysctl:' '  net.ipv4.conf.one.rp_filter: 1' \
		'  net.ipv4.conf.two.rp_filter: 1' >"$work/p.yaml"
	unshare -n -m sh -c "$life" sh "$THINTUNE" "$work"
	is "a real kernel: codes of apply, restore; the journal is gone; apply, restore" "0 0 0 0 0" \
		"$(paste -sd' ' "$work/codes")"
	is "a real kernel: each interface has its own value again" "0 2" "$(head -n 2 "$work/values" | paste -sd' ')"
	says "a real kernel: by its new name" '^net.ipv4.conf.three.rp_filter changed it was one when thintune wrote to it$' \
		"$(jq -r '.settings[] | "\(.setting) \(.state) \(.note)"' "$work/out")"
	is "a real kernel: a new interface of the name keeps its value" 1 "$(tail -n 1 "$work/values")"
	says "a real kernel: told" '^net.ipv4.conf.one.rp_filter unsupported another device is in its place now' \
		"$(jq -r '.settings[] | "\(.setting) \(.state) \(.note)"' "$work/gone")"
	says "a real kernel: one that has gone" '^net.ipv4.conf.two.rp_filter unsupported it is gone, and so is its value' \
		"$(jq -r '.settings[] | "\(.setting) \(.state) \(.note)"' "$work/gone")"
else
	skip "a real kernel: interfaces that change names" "needs root, network and mount namespaces"
fi
finish
