#!/bin/bash
# A record is reviewable text, the same whenever it is made, makes a tree that gives the same facts,
# and gives nothing away that identifies a machine.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

unpack() { "$python" "$top/tests/nodes/unpack" "$1" "$2"; }

# without_made RECORD: what varies is in one line, which says so
without_made() { grep -v '^# run: ' "$1"; }

# facts ROOT: without what is about the root itself
question facts 'del(.run, .tool, .rights.live, .rights.live_root)'
facts() {
	"$THINTUNE" facts --root "$1" --format json >"$work/facts"
	ask facts "$work/facts"
}

# Asks for what no shipped profile asks for.
cat >"$work/wide.yaml" <<'END'
profile: wide
summary: for a test
sysctl: {vm.max_map_count: 1, net.core.netdev_max_backlog: 1, kernel.numa_balancing: 2}
cpu: {max-cstate-latency: 1us}
memory: {transparent-hugepages-defrag: never}
disk: {nr-requests: 1, read-ahead: 1MiB, rq-affinity: 2, iostats: 0, write-cache: write through, io-timeout: 1s}
END

# Of what is in the repository ---------------------------------------------------------------------------
# Comments may stand in a node, and what this version does not read; what it writes is for ever the same.
for node in $(swept_nodes); do
	problem=
	tree=$(tree "$node")
	rm -rf "$work/again" "$work/third"
	"$THINTUNE" record --force --root "$tree" --profile "$work/wide.yaml" "$work/a.node" 2>"$work/err" || problem="record: $(cat "$work/err")"
	unpack "$work/a.node" "$work/again" 2>"$work/err" || problem="unpack: $(cat "$work/err")"
	"$THINTUNE" record --force --root "$work/again" --profile "$work/wide.yaml" "$work/b.node" 2>"$work/err" || problem="record: $(cat "$work/err")"
	[ -n "$problem" ] || problem=$(diff <(without_made "$work/a.node") <(without_made "$work/b.node"))
	facts "$tree" >"$work/facts1"
	facts "$work/again" >"$work/facts2"
	[ -n "$problem" ] || problem=$(diff "$work/facts1" "$work/facts2")
	if [ -z "$problem" ]; then
		ok "$node: the record of its record is the same, and so are the facts"
	else
		not_ok "$node: the record of its record is the same, and so are the facts" "$problem"
	fi
	for profile in $profiles "$work/wide.yaml"; do
		# golden/test-golden has these with sanitizers, but for the wide profile.
		program=$shipped
		[[ $profile != */wide.yaml ]] || program=$THINTUNE
		"$shipped" audit --root "$tree" --profile "$profile" --format json >"$work/audit1"
		"$program" audit --root "$work/again" --profile "$profile" --format json >"$work/audit2"
		diff <(without_run "$work/audit1") <(without_run "$work/audit2") >"$work/diff" ||
			problem="$profile: $(cat "$work/diff")"
	done
	if [ -z "$problem" ]; then
		ok "$node: a record serves an audit with any profile"
	else
		not_ok "$node: a record serves an audit with any profile" "$problem"
	fi
	lines=$(grep -cvE '^(#|/\S* (= "|-> |! E|:)|/\S*/$)' "$work/a.node")
	is "$node: every line has one of the forms" 0 "$lines"
	is "$node: the lines are sorted" "" \
		"$(grep -v '^#' "$work/a.node" | awk '{ sub(/\/$/, "", $1); print $1 }' | LC_ALL=C sort -c 2>&1)"
done

# Where the facts of the live node are at hand (tests/vm/record-nodes writes both), the record gives the
# same: all but its own name, id and serial numbers.
anonymous() { jq 'del(.run, .tool, .host.hostname, .host.id) | del(.. | .serial?, .live?)' <"$1"; }
for node in $(nodes); do
	[ -e "$top/tests/nodes/$node.facts.json" ] || continue
	"$THINTUNE" facts --root "$(tree "$node")" --format json >"$work/facts.json"
	same "$node: the record gives the facts of the live node" \
		<(anonymous "$top/tests/nodes/$node.facts.json") <(anonymous "$work/facts.json")
done

# What a record does not hold ----------------------------------------------------------------------------
# thus NODE_FILE SETTING: its state and note in an audit of that record, by the profile wide
thus() {
	rm -rf "$work/part"
	unpack "$1" "$work/part"
	"$THINTUNE" audit --root "$work/part" --profile "$work/wide.yaml" --format json |
		jq -r --arg name "$2" '.settings[] | select(.setting | endswith($name)) | "\(.state): \(.note)"' | sort -u
}
# lacking TREE: the settings that an audit with all disks does not find in the record
lacking() {
	"$THINTUNE" audit --root "$1" --disk nvme2n1 --format json |
		jq -r '.settings[] | select(.note == "not in this record") | .setting'
}
node=$top/tests/nodes/aws-i4i.node
grep -v '/queue/nr_requests = ' "$node" >"$work/part.node"
is "listed, but never read: it is not taken for empty" "unsupported: not in this record" \
	"$(thus "$work/part.node" nr_requests)"
is "in a directory that was never listed: it is not taken for absent" "unsupported: not in this record" \
	"$(thus <(grep -v /netdev_max_backlog "$node") net.core.netdev_max_backlog)"
is "in a directory that was listed without it: it is absent" "unsupported: not on this node" \
	"$(thus <(sed '/\/queue\/nr_requests/d; s/ nr_requests\b//' "$node") nr_requests)"
unpack "$work/part.node" "$work/unread"
expect "the record of one that lacks a file" 0 "$THINTUNE" record --root "$work/unread" "$work/part2.node"
is "lacks it too, and says no more about it" "" "$(grep '/queue/nr_requests' "$work/part2.node")"
expect "a record that was made without a profile's own sysctl" 0 \
	"$THINTUNE" record --root "$(tree aws-i4i)" "$work/narrow.node"
is "says that it does not hold it" "unsupported: not in this record" \
	"$(thus "$work/narrow.node" net.core.netdev_max_backlog)"
is "and holds what only the schema speaks of" differs "$(thus "$work/narrow.node" nr_requests | cut -d : -f 1)"
expect "a record for that profile" 0 \
	"$THINTUNE" record --root "$(tree aws-i4i)" --profile "$work/wide.yaml" "$work/wide.node"
is "holds it" differs "$(thus "$work/wide.node" net.core.netdev_max_backlog | cut -d : -f 1)"
expect "an audit with all disks, of a record that was made without saying so" 3 \
	"$THINTUNE" audit --root "$(unpack "$work/narrow.node" "$work/narrow"; echo "$work/narrow")" --disk nvme2n1
is "finds all that one of the recorded node finds" "$(lacking "$(tree aws-i4i)")" "$(lacking "$work/narrow")"

# With a queue for every CPU nothing is steered by any shipped profile, and the table of flows is not wanted.
"$python" "$top/tests/nodes/generate" "$work/steered" cores=8 nvme:8@0 ena:8@0
mkdir -p "$work/steered/proc/sys/net/core"
echo 0 >"$work/steered/proc/sys/net/core/rps_sock_flow_entries"
expect "a record of a node that does not steer" 0 "$THINTUNE" record --root "$work/steered" "$work/steered.node"
is "holds what a profile asks for that does" '/proc/sys/net/core/rps_sock_flow_entries = "0"' \
	"$(grep "rps_sock_flow_entries =" "$work/steered.node")"

# Without its --smp the CPUs would be split, and then this profile wants one file twice.
unpack "$top/tests/nodes/intel-pstate.node" "$work/limited"
mkdir -p "$work/limited/etc/redpanda"
echo 'rpk: {additional_start_flags: [--smp=8]}' >"$work/limited/etc/redpanda/redpanda.yaml"
cat >"$work/clash.yaml" <<'END'
profile: clash
summary: for a test
irq: {placement: auto, numa-balancing: auto}
sysctl: {kernel.numa_balancing: 0}
END
expect "an audit by a profile that would clash without redpanda.yaml" 3 \
	"$THINTUNE" audit --root "$work/limited" --profile "$work/clash.yaml"
expect "a record of it: what cannot be planned is no reason against the rest" 0 \
	"$THINTUNE" record --root "$work/limited" --profile "$work/clash.yaml" "$work/limited.node"

# A record that is damaged is refused by unpack, and nothing of it lands outside.
for line in '/../outside = "x"' 'relative = "x"' '/a = "x' '/a = "\q"' '/a/ : ../b' '/a ! oops' \
	'/a -> b\x00c' '/a/ : b\x00c' '/\x00 = "x"'; do
	printf '# thintune-node/1\n%s\n' "$line" >"$work/bad.node"
	rm -rf "$work/bad"
	run unpack "$work/bad.node" "$work/bad"
	is "unpack refuses: $line" "refused, nothing outside" \
		"$([[ $code -eq 0 || $err != "unpack: "* ]] || echo refused), $([ -e "$work/outside" ] || echo nothing outside)"
done
printf '# thintune-node/1\n/a -> %s\n/a/b = "x"\n' "$work" >"$work/bad.node"
rm -rf "$work/bad"
run unpack "$work/bad.node" "$work/bad"
is "unpack follows no link out of its directory" "no file" "$([ -e "$work/b" ] || echo no file)"

# Of this machine ------------------------------------------------------------------------------------------
secret_host=hidden-host-name-7
# shellcheck disable=SC2317 # called by its name
record_here() {
	if is_root && unshare --uts true 2>/dev/null; then
		# shellcheck disable=SC2016 # for that shell
		unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' sh "$secret_host" \
			"$THINTUNE" record "$work/here.node"
	else
		"$THINTUNE" record "$work/here.node"
	fi
}
expect "record of this machine" 0 record_here
expect "it can be unpacked" 0 unpack "$work/here.node" "$work/here"
expect "its record" 0 "$THINTUNE" record --root "$work/here" "$work/here2.node"
same "is the same, but for the line that says when it was made" \
	<(without_made "$work/here.node") <(without_made "$work/here2.node")

# What differs is whose machine it is: name, id and serial numbers, and the live root itself.
"$THINTUNE" facts --format json >"$work/live.json"
"$THINTUNE" facts --root "$work/here" --format json >"$work/recorded.json"
same "the facts of the record are those of the machine" \
	<(anonymous "$work/live.json") <(anonymous "$work/recorded.json")

# secrets: what identifies this machine, one a line. Short ones and those that many share would be
# found by chance.
secrets() {
	hostname
	printf '%s\n' "$secret_host"
	cat /etc/machine-id /proc/sys/kernel/random/boot_id /sys/class/net/*/address \
		/sys/class/dmi/id/{product,board,chassis}_{serial,uuid} \
		/sys/block/*/{serial,wwid} /sys/block/*/device/{serial,wwid,vpd_pg80} 2>/dev/null
	find /dev/disk/by-uuid /dev/disk/by-partuuid -printf '%f\n' 2>/dev/null | grep -v '^by-'
	findmnt -rno UUID 2>/dev/null
}
secrets | tr -d '\0' | sed 's/^[ \t]*//; s/[ \t]*$//' | sort -u | awk '
	length($0) >= 6 && !/^[0:]+$/ && !/^(ff:?)+$/ && !/^(localhost|\(none\)|None|Not Specified)$/' >"$work/secrets"
leaked=$(grep -oiFf "$work/secrets" "$work/here.node" | sort -u)
is "nothing identifies this machine, of $(wc -l <"$work/secrets") things that would" "" "$leaked"
is "no address of a network card but made up ones" "" \
	"$(grep -oiE '\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b' "$work/here.node" | grep -vE '^(02:00:00:00:|00:00:00:00:00:00|ff:ff)' | sort -u)"
# But the kernel's own journals, whose names tell their device.
is "no processes" "" "$(grep -E '^/proc/[0-9]' "$work/here.node" | grep -v '/comm = "jbd2/')"

# What is in the texts that people write.
fresh aws-i4i "$work/tree"
mkdir -p "$work/tree/etc/redpanda"
printf 'VOL-SERIAL-1\n' >"$(dirname "$(queue_of "$work/tree" nvme1n1)")/../serial"
printf 'vm.swappiness = 10 # by secret-host, disk VOL-SERIAL-1\n' >"$work/tree/etc/sysctl.d/99-x.conf"
printf 'root=UUID=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 ip=10.0.0.1:::secret-host:eth0 mac=06:11:22:33:44:55\n' \
	>"$work/tree/proc/cmdline"
printf 'redpanda:\n  data_directory: /data\n  node_id: 4711\nrpk:\n  tune_swappiness: false\n  license: VERYSECRET\n' \
	>"$work/tree/etc/redpanda/redpanda.yaml"
for host in secret-host secret-host.example.org; do
	printf '%s\n' "$host" >"$work/tree/proc/sys/kernel/hostname"
	expect "record of a talkative node called $host" 0 "$THINTUNE" record --force --root "$work/tree" "$work/t.node"
	is "host name, serial number, UUID, address and licence are left out" "" \
		"$(grep -oiE 'secret-host|VOL-SERIAL|0f1e2d3c|06:11:22|VERYSECRET|4711' "$work/t.node")"
done
says "what the audit needs of redpanda.yaml is kept" 'tune_swappiness.*false' "$(cat "$work/t.node")"

# The file, and what it says of itself ---------------------------------------------------------------------
is "a record says when and by which version it was made, in the line of what varies" yes \
	"$(sed -n 2p "$work/t.node" | grep -qxE '# run: made 20[0-9-]+T[0-9:]+Z by thintune [0-9.]+' && echo yes)"
is "and where it ends" "# thintune-node/1 # end" "$(sed -n '1p;$p' "$work/t.node" | paste -sd ' ')"
cp "$work/t.node" "$work/kept.node"
expect "a record does not overwrite a file" 2 "$THINTUNE" record --root "$work/tree" "$work/t.node"
says "and says how it would" "'$work/t.node' already exists; --force overwrites it"
same "nor touch it" "$work/kept.node" "$work/t.node"
echo old >"$work/t.node"
expect "with --force it does" 0 "$THINTUNE" record --force --root "$work/tree" "$work/t.node"
same "with all of it" <(without_made "$work/kept.node") <(without_made "$work/t.node")
expect "record - writes to standard output" 0 "$THINTUNE" record --root "$work/tree" -
same "the same text" <(without_made "$work/kept.node") <(without_made "$work/out")
expect "record without a file" 2 "$THINTUNE" record --root "$work/tree"
says "names both" 'name the FILE to write, or - for standard output'
expect "a record never replaces a directory" 1 "$THINTUNE" record --root "$work/tree" "$work/tree"
expect "nor is it left out silently" 1 "$THINTUNE" record --root "$work/tree" "$work/none/x.node"
finish
