#!/bin/bash
# fstrim.timer below a root of plain files: the link that enables it and whether it is active, made by apply
# or by the script of an audit, and undone. tests/systemd does it on a booted system.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
link=etc/systemd/system/timers.target.wants/fstrim.timer
unit=/usr/lib/systemd/system/fstrim.timer
printf 'profile: trim\nsummary: x\nstorage: {fstrim: true}\n' >"$work/trim.yaml"
about=(--root "$tree" --profile "$work/trim.yaml" --only fstrim)
rows='.settings[] | "\(.setting) \(.state) \(.have)"'

# the_timer SENTENCE WANTED: where the link leads, and whether the timer is active
the_timer() {
	is "$1" "$2" "$(readlink "$tree/$link" 2>/dev/null) $(<"$tree/.thintune/systemd/fstrim.timer")"
}

fresh aws-i4i "$tree"
state "$tree" >"$work/before"
run "$THINTUNE" audit "${about[@]}" --format json
is "disabled: an audit lists both writes" "fstrim.timer differs (absent)
fstrim.timer active differs inactive" "$(jq -r "$rows" "$work/out")"
expect "apply" 0 "$THINTUNE" apply "${about[@]}"
says "apply tells what systemd must be told" "takes effect with .systemctl daemon-reload., run on the node"
the_timer "apply enables and starts it" "$unit active"
expect "a second apply" 0 "$shipped" apply "${about[@]}"
lacks "a second apply writes nothing" "[0-9] write" "$out"
is "both outlive a reboot, as their journal does" 2 "$(grep -c fstrim.timer "$tree/var/lib/thintune/journal.jsonl")"
rm -r "$tree/run/thintune"
expect "restore" 0 "$THINTUNE" restore --root "$tree"
the_timer "restore stops and disables it" " inactive"
state "$tree" >"$work/after"
same "restore: the whole tree is as it was" "$work/before" "$work/after"

run "$shipped" audit "${about[@]}" --format sh
printf '%s\n' "$out" >"$work/script"
expect "the script of an audit" 0 env ROOT="$tree" sh "$work/script"
says "the script leaves to the node what only it can do" "to be run on the node: systemctl start fstrim.timer"
the_timer "the script enables it" "$unit inactive"

# Somebody's own link is right, too.
ln -sf ../fstrim.timer "$tree/$link"
run "$shipped" audit "${about[@]}" --format json
is "a link of somebody's" "fstrim.timer same ../fstrim.timer" "$(jq -r "$rows" "$work/out" | head -n 1)"
ln -sf /dev/null "$tree/etc/systemd/system/fstrim.timer"
run "$shipped" apply "${about[@]}"
says "a masked unit stays masked" "fstrim.timer +masked +enabled +manual"
finish
