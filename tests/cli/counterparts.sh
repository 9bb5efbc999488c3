#!/bin/bash
# Kernel parameters of which one changes others: an apply means what it says, and a restore gives all of
# them back. On the real kernel, too, in a network namespace of its own.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree

# profile LINE...
profile() {
	{
		printf '%s\n' 'profile: p' 'summary: s' 'sysctl:'
		printf '  %s\n' "$@"
	} >"$work/p.yaml"
}

setting() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state): \(.note)"' "$work/out"; }

# Both of a pair ----------------------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
mkdir -p "$tree/proc/sys/vm"
echo 0 >"$tree/proc/sys/vm/dirty_bytes"
echo 20 >"$tree/proc/sys/vm/dirty_ratio"

profile 'vm.dirty_ratio: 10' 'vm.dirty_bytes: 409600'
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
says "of a pair the later one is wanted" '^differs' "$(setting vm.dirty_bytes)"
says "and the report says what becomes of the other" \
	'^skipped: vm.dirty_bytes of .*p:5 takes its place: the kernel keeps one of the two' "$(setting vm.dirty_ratio)"
profile 'vm.dirty_bytes: 409600' 'vm.dirty_ratio: 10'
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
says "the other way round the other one" '^skipped: vm.dirty_ratio' "$(setting vm.dirty_bytes)"
profile 'vm.dirty_ratio: 0' 'vm.dirty_bytes: 409600'
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
is "a 0 goes with the other's value" "differs: null differs: null" "$(setting vm.dirty_ratio) $(setting vm.dirty_bytes)"
profile 'net.ipv4.ip_forward: 1' 'net.ipv4.conf.all.forwarding: 0'
mkdir -p "$tree/proc/sys/net/ipv4/conf/all"
echo 0 >"$tree/proc/sys/net/ipv4/ip_forward"
echo 0 >"$tree/proc/sys/net/ipv4/conf/all/forwarding"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format json
says "two names of one value" '^skipped: it is the same as net.ipv4.conf.all.forwarding, which .*p:5 wants to be 0' \
	"$(setting net.ipv4.ip_forward)"

# Rights ---------------------------------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
for path in ip_forward conf/eth0/forwarding tcp_sack; do
	mkdir -p "$(dirname "$tree/proc/sys/net/ipv4/$path")"
	echo 0 >"$tree/proc/sys/net/ipv4/$path"
done
profile 'net.ipv4.ip_forward: 1' 'net.ipv4.conf.eth0.forwarding: 1' 'net.ipv4.tcp_sack: 1'
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format k8s
says "forwarding needs NET_ADMIN in Kubernetes" '- NET_ADMIN # net.ipv4.ip_forward, net.ipv4.conf.eth0.forwarding$' "$out"
run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" --format systemd
says "and under systemd" 'CapabilityBoundingSet=CAP_NET_ADMIN' "$out"

# Where the kernel is a tree of files, this is what it does after the apply.
fresh aws-i4i "$tree"
mkdir -p "$tree/proc/sys/vm" "$tree/proc/sys/net/ipv4/conf/all" "$tree/proc/sys/net/ipv4/conf/ens5"
kernel() { # FORWARDING REDIRECTS BYTES RATIO
	echo "$1" | tee "$tree/proc/sys/net/ipv4/ip_forward" "$tree"/proc/sys/net/ipv4/conf/{all,ens5}/forwarding >"$work/null"
	echo "$2" >"$tree/proc/sys/net/ipv4/conf/all/accept_redirects"
	echo "$3" >"$tree/proc/sys/vm/dirty_bytes"
	echo "$4" >"$tree/proc/sys/vm/dirty_ratio"
}
kernel 0 1 0 20
state "$tree" >"$work/before"
profile 'net.ipv4.ip_forward: 1' 'vm.dirty_bytes: 409600'
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
kernel 1 0 409600 0
expect "what the kernel makes of ours is nobody else's" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "and comes back" "$work/before" "$work/after"

# The real kernel ------------------------------------------------------------------------------------------------------
if ! is_root || ! unshare -n -m true 2>/dev/null; then
	skip "a real kernel: parameters that change others come back" "needs root, network and mount namespaces"
	finish
	exit
fi

# Two interfaces, none of whose parameters is at its default, without addresses, so that they follow `default`.
# shellcheck disable=SC2016 # for that shell
net='
mount -t tmpfs none /run || exit 90
ip link set lo up && ip link add one type veth peer name two && ip link set one up && ip link set two up || exit 91
cd /proc/sys/net || exit 92
echo 1 >ipv4/conf/one/forwarding
echo 2 >ipv6/conf/two/forwarding
echo 300000 >ipv4/neigh/two/unres_qlen_bytes
state() { find ipv4 ipv6 -type f ! -name flush ! -name stable_secret ! -name "*_min_adv_mss" -exec grep -s "" {} + | sort; }
state >"$2/before"
"$1" apply --only sysctl --profile "$2/p.yaml" --format json >"$2/apply.json"; echo $? >"$2/codes"
state >"$2/applied"
"$1" audit --only sysctl --profile "$2/p.yaml" >/dev/null; echo $? >>"$2/codes"
"$1" restore >"$2/restore" 2>&1; echo $? >>"$2/codes"
state >"$2/after"
test ! -e /run/thintune/journal.jsonl; echo $? >>"$2/codes"'

# life NAME CHANGED LINE...: so many files change in all
life() {
	local name=$1 least=$2
	shift 2
	profile "$@"
	rm -f "$work/codes" "$work/before" "$work/after"
	unshare -n -m sh -c "$net" sh "$THINTUNE" "$work" 2>"$work/err"
	is "$name: codes of apply, audit, restore; the journal is gone" "0 0 0 0" "$(paste -sd' ' "$work/codes")"
	is "$name: the kernel changed at least $least files" yes \
		"$([ "$(diff "$work/before" "$work/applied" | grep -c '^>')" -ge "$least" ] && echo yes)"
	same "$name: everything is as it was" "$work/before" "$work/after"
}

life "IPv4 forwarding" 5 'net.ipv4.ip_forward: 1'
life "IPv4 forwarding by its other name" 5 'net.ipv4.conf.all.forwarding: 1'
life "IPv4 forwarding, but not of one" 5 'net.ipv4.conf.two.forwarding: 0' 'net.ipv4.ip_forward: 1'
is "IPv4 forwarding, but not of one: it has none" "ipv4/conf/two/forwarding:0" "$(grep ipv4/conf/two/forwarding "$work/applied")"
life "IPv4 default" 3 'net.ipv4.conf.default.log_martians: 1'
life "IPv6 forwarding" 4 'net.ipv6.conf.all.forwarding: 1'
life "IPv6 off" 4 'net.ipv6.conf.all.disable_ipv6: 1'
life "IPv6 link state" 4 'net.ipv6.conf.all.ignore_routes_with_linkdown: 1'
life "neighbours of one" 2 'net.ipv4.neigh.two.unres_qlen: 50'

# What only the node's own network namespace may choose is not tried in another one.
# shellcheck disable=SC2016 # for that shell
restricted=$(unshare -n sh -c 'cd /proc/sys/net/ipv4 && tr " " "\n" <tcp_available_congestion_control |
	grep -v -x -F "$(tr " " "\n" <tcp_allowed_congestion_control)"' | head -n 1)
if [ -n "$restricted" ]; then
	profile "net.ipv4.tcp_congestion_control: $restricted"
	# shellcheck disable=SC2016 # for that shell
	unshare -n -m sh -c 'mount -t tmpfs none /run && exec "$0" apply --only sysctl --profile "$1" --format json' \
		"$THINTUNE" "$work/p.yaml" >"$work/restricted.json"
	is "an algorithm that is not allowed to all: apply ends with 0" 0 $?
	is "an algorithm that is not allowed to all: unsupported" unsupported "$(jq -r '.settings[].state' "$work/restricted.json")"
	says "an algorithm that is not allowed to all: by which list" \
		"^net.ipv4.tcp_allowed_congestion_control, which only .* does not offer $restricted; it offers " \
		"$(jq -r '.settings[].note' "$work/restricted.json")"
else
	skip "an algorithm that is not allowed to all" "this kernel has none"
fi

# Those of memory are the machine's: for a moment, at values that do no harm.
cd /proc/sys/vm || exit 1
# pair KEY OTHER VALUE
pair() {
	local key=$1 other=$2 value=$3 key_had other_had
	key_had=$(cat "$key") other_had=$(cat "$other")
	profile "vm.$key: $value"
	# shellcheck disable=SC2016 # for that shell
	unshare -m sh -c '
		mount -t tmpfs none /run || exit 90
		"$1" apply --only sysctl --profile "$2/p.yaml" >/dev/null; echo $? >"$2/codes"
		cat "/proc/sys/vm/$3" "/proc/sys/vm/$4" >"$2/applied"
		"$1" restore >"$2/restore" 2>&1; echo $? >>"$2/codes"
		test ! -e /run/thintune/journal.jsonl; echo $? >>"$2/codes"' sh "$THINTUNE" "$work" "$key" "$other"
	is "vm.$key: codes of apply, restore; the journal is gone" "0 0 0" "$(paste -sd' ' "$work/codes")"
	is "vm.$key: the kernel makes vm.$other 0" "$value 0" "$(paste -sd' ' "$work/applied")"
	is "vm.$key and vm.$other are as they were" "$key_had $other_had" "$(cat "$key") $(cat "$other")"
	# Whatever went wrong.
	[ "$key_had" = 0 ] || echo "$key_had" >"$key"
	[ "$other_had" = 0 ] || echo "$other_had" >"$other"
}
if [ -w dirty_ratio ] && [ "$(cat dirty_bytes dirty_background_bytes overcommit_kbytes | sort -u)" = 0 ]; then
	pair dirty_bytes dirty_ratio 1073741824
	pair dirty_background_bytes dirty_background_ratio 536870912
	pair overcommit_kbytes overcommit_ratio 4194304
	ratio=$(cat dirty_ratio)
	echo 1073741824 >dirty_bytes
	pair dirty_ratio dirty_bytes 25
	echo "$ratio" >dirty_ratio
else
	skip "vm.dirty_bytes and its kind" "this machine has values of its own for them"
fi
finish
