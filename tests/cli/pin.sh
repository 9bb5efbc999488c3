#!/bin/bash
# profile show --pin: one profile with all that another one inherits, which means the same on every node, and goes on meaning it
# when what was inherited changes.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

mkdir "$work/p"
cd "$work/p" || exit 1
# meant PROFILE NODE: what comes of the profile on the node, without where it stands, and what is required no more. An overlay that
# would change nothing any more is left out.
question meaning '[.exit_code, (.settings, .checks, .leaves | map(del(.source, .merged, .waiver?.source))), (.waivers | map(del(.source)))],
	(.lowered | map([.section, .key, .now]) | unique)'
meant() {
	"$shipped" audit --root "$2" --profile "$1" --format json >"$work/meant.json"
	ask meaning "$work/meant.json"
	"$shipped" profile show "$1" --root "$2" | sed -E 's/ +# [A-Za-z0-9._-]+:[0-9]+.*$//; /^lowered:$/d; /^  - \{what: .*, by: /d'
}
# lowered PROFILE NODE: what a report says is required no more
lowered() {
	"$shipped" audit --root "$2" --profile "$1" --format json | jq -c '.lowered | map([.section, .key, .now]) | unique'
}
# pins SENTENCE PROFILE
pins() {
	local node problem=
	expect "$1: is pinned" 0 "$THINTUNE" profile show --pin "$2"
	cp "$work/out" pinned.yaml
	expect "$1: is good" 0 "$THINTUNE" profile check pinned.yaml
	lacks "$1: extends nothing" '^extends:' "$(cat pinned.yaml)"
	"$THINTUNE" profile show --pin pinned.yaml | sed -E 's/ +#.*$//; /^ *#/d' >again
	is "$1: pinned again it is the same" "$(sed -E 's/ +#.*$//; /^ *#/d' pinned.yaml)" "$(cat again)"
	for node in $(swept_nodes); do
		meant "$2" "$(tree "$node")" >meant.inherited
		meant pinned.yaml "$(tree "$node")" >meant.pinned
		[ "$(head -n 1 meant.pinned)" = '[' ] || problem="$node: there is no report"
		diff meant.inherited meant.pinned >diff.out || problem="$node: $(cat diff.out)"
	done
	is "$1: means the same on every recorded node" "" "$problem"
}

for profile in $profiles; do
	pins "$profile" "$profile"
done
cat >base.yaml <<'END'
profile: base
summary: "one, with: marks # and more"
gate: strict
sysctl:
  vm.swappiness: {value: 1, severity: required, why: "because: it # is"}
  net.ipv4.tcp_rmem: {at-least: [4096, 131072, 16777216]}
  net.core.somaxconn: {at-least: 4096}
disk: {nomerges: 2, scheduler: [none, noop], io-timeout: leave}
checks: {filesystem: [xfs, ext4], kernel: {at-least: "5.10"}, memory-per-core: {at-least: 1GiB}}
probe: {when: never, floors: {fsync-p99: {at-most: 10ms}}}
overlays:
  - when: {cpus: ">= 1"}
    sysctl: {vm.swappiness: {value: 5, severity: advised}, net.core.somaxconn: {at-least: 8192, severity: required}}
  - when: {disk-driver: "nvme*", memory: ">= 1GiB"}
    disk: {nomerges: {value: 1, why: "an \"odd\" one"}}
  - when: {cloud: [aws, gcp], kernel: [">= 5.10, < 6.2", ">= 6.12"]}
    sysctl: {net.ipv4.tcp_rmem: {severity: required}}
    probe: {floors: {fsync-p99: {at-most: 20ms}}}
  - when: {container: false}
    checks: {kernel: {at-least: "6.1", why: "no: container"}}
END
pins "with overlays" base.yaml
cat >middle.yaml <<'END'
profile: middle
extends: base.yaml
gate: report
sysctl:
  vm.swappiness: 10
  net.core.somaxconn: {severity: advised, why: reasons}
  net.ipv4.tcp_rmem: {value: [4096, 131072, 16777216], why: "exactly"}
disk: {nomerges: {value: 0}}
checks: {memory-per-core: leave}
overlays:
  - when: {cpus: ">= 1"}
    sysctl: {vm.swappiness: {severity: required}}
END
pins "that replaces what overlays state" middle.yaml
printf 'profile: top\nextends: middle.yaml\nsysctl: {vm.swappiness: {severity: advised, why: last}}\nwaivers:\n  - {what: sysctl vm.swappiness, reason: "r: # s", owner: o, until: %s}\n' \
	"$(date -u -d '+60 days' +%F)" >top.yaml
pins "of three, with a waiver" top.yaml
printf 'profile: site\nextends: thin-ledger\nsysctl: {vm.swappiness: 7}\noverlays:\n  - when: {cloud: aws}\n    net: {peers: 4}\n' >site.yaml
pins "that extends a built-in one" site.yaml

# What was required ------------------------------------------------------------------------------------------------
cat >low.yaml <<'END'
profile: low
extends: redpanda
gate: report
sysctl: {fs.aio-max-nr: {severity: advised}}
checks: {data-directory: leave, direct-io: {severity: advised}}
END
pins "that lowers what is required" low.yaml
"$THINTUNE" profile show --pin low.yaml >pinned.yaml
tree=$(tree uni)
is "the report of the pinned one says who lowered what, and who required it" \
	"$("$THINTUNE" audit --root "$tree" --profile low.yaml --format json | jq -c '.lowered | sort | .[] | [.section, .key, .now, .profile, .line]')" \
	"$("$THINTUNE" audit --root "$tree" --profile pinned.yaml --format json | jq -c '.lowered | sort | .[] | [.section, .key, .now, .profile, .line]')"
is "the gate, too" '["report","low",3]' \
	"$("$THINTUNE" audit --root "$tree" --profile pinned.yaml --format json | jq -c '.lowered[] | select(.section == "gate") | [.now, .profile, .line]')"
mkdir -p pinned
cp pinned.yaml pinned/low.yaml
is "profile check warns of the same" "$("$THINTUNE" profile check low.yaml 2>&1 >/dev/null)" "$("$THINTUNE" profile check pinned/low.yaml 2>&1 >/dev/null)"
printf 'profile: over\nextends: pinned.yaml\ngate: strict\nsysctl: {fs.aio-max-nr: {severity: required}}\n' >over.yaml
is "what a later one requires again is not told" '["checks data-directory","checks direct-io"]' \
	"$("$THINTUNE" audit --root "$tree" --profile over.yaml --format json | jq -c '.lowered | map("\(.section) \(.key)") | sort')"
"$THINTUNE" profile show low.yaml --root "$tree" >shown.yaml
is "what profile show prints for a node tells it as well" "$(lowered low.yaml "$tree")" "$(lowered shown.yaml "$tree")"
for bad in 'what: checks nosuch, by: "a:1", required-by: b' 'what: gate, by: "a:0", required-by: b' 'what: gate, by: a, required-by: b' 'what: gate, by: "a:1"'; do
	printf 'profile: bad\nlowered:\n  - {%s}\n' "$bad" >bad.yaml
	expect "$bad is a mistake" 2 "$THINTUNE" profile check bad.yaml
	says "with its place" "bad.yaml:3:" "$err"
done

# It stays --------------------------------------------------------------------------------------------------------
tree=$(tree uni)
"$THINTUNE" profile show --pin middle.yaml >pinned.yaml
meant pinned.yaml "$tree" >before
sed -i 's/nomerges: 2/nomerges: 0/; s/at-least: 4096}/at-least: 1}/; s/^gate: strict/gate: report/' base.yaml
same "what it was made of may change" before <(meant pinned.yaml "$tree")

# What it cannot be ------------------------------------------------------------------------------------------------
printf 'profile: wide\nextends: base.yaml\noverlays:\n  - when: {cloud: aws}\n    disk: {nomerges: 0}\n' >wide.yaml
expect "what no one profile says is refused" 1 "$THINTUNE" profile show --pin wide.yaml
says "and told" "the overlay of wide, line 4, states 'nomerges' for all disks and replaces what base states for some" "$err"
is "without a text" "" "$out"
printf 'profile: bad\nsysctl: {vm.swapiness}\n' >bad.yaml
expect "a mistake is one" 2 "$THINTUNE" profile show --pin bad.yaml
expect "--pin goes with show alone" 2 "$THINTUNE" profile check --pin thin-ledger
expect "it needs no node" 0 "$THINTUNE" profile show --pin --root "$work/none" thin-ledger
finish
