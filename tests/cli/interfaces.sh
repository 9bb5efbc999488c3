#!/bin/bash
# Sysctls of one interface, where sysfs shows another network namespace than thintune is in, as in a pod that is shown
# the node's /sys: the interface is known by its number here. Each gets its own value back by whatever name, and no other
# one is ever written.
# shellcheck source=tests/cli/lib.sh disable=SC1091,SC2016 # what is in quotes is for another shell
. "$(dirname "$0")/lib.sh"

if ! is_root || ! unshare -n -m sh -c 'ip link add one type veth peer name two && [ ! -e /sys/class/net/one ]' 2>/dev/null; then
	skip "interfaces that sysfs does not show" "needs root, network and mount namespaces, and pairs of interfaces"
	finish
fi

# pod SCRIPT: in a new network namespace with the interfaces one and two, whose rp_filter are 0 and 2. In SCRIPT
# `tune` and `restore` are thintune's, which add their exit codes to $work/codes.
pod() {
	: >"$work/codes"
	unshare -n -m bash -c '
		program=$1 work=$2 python=$3 seccomp=$4
		tune() { "$program" apply --only sysctl --profile "$work/p.yaml" >/dev/null; echo $? >>"$work/codes"; }
		restore() { "$program" restore --format json "$@" >"$work/out"; echo $? >>"$work/codes"; }
		mount -t tmpfs none /run && ip link add one type veth peer name two && cd /proc/sys/net/ipv4/conf || exit 90
		journal=/run/thintune/journal.jsonl
		echo 0 >one/rp_filter && echo 2 >two/rp_filter
		'"$1" pod "$THINTUNE" "$work" "$python" "$top/tests/cli/seccomp" 2>"$work/err" || echo "the pod ended with $?" >>"$work/codes"
}
codes() { paste -sd' ' "$work/codes"; }
rows() { jq -r '.settings[] | "\(.setting) \(.state) \(.note)"' "$work/out"; }

printf '%s\n' 'profile: p' 'summary: s' 'sysctl:' '  net.ipv4.conf.one.rp_filter: 1' \
	'  net.ipv4.conf.two.rp_filter: 1' '  net.ipv6.conf.two.accept_ra: 0' '  net.ipv4.neigh.two.mcast_solicit: 7' >"$work/p.yaml"

pod 'echo 1 >../../ipv6/conf/two/accept_ra; echo 5 >../neigh/two/mcast_solicit
	tune; ip link set two name away; ip link set one name two; ip link set away name one
	restore
	grep -H . {one,two}/rp_filter ../../ipv6/conf/one/accept_ra ../neigh/one/mcast_solicit >"$work/values"
	[ -e "$journal" ] || echo gone >>"$work/codes"'
is "two that change names: apply, restore, the journal is gone" "0 0 gone" "$(codes)"
is "two that change names: each has its own value again" \
	"one/rp_filter:2 two/rp_filter:0 ../../ipv6/conf/one/accept_ra:1 ../neigh/one/mcast_solicit:5" "$(paste -sd' ' "$work/values")"
says "two that change names: told by the new one" \
	'^net.ipv4.neigh.one.mcast_solicit changed it was two when thintune wrote to it$' "$(rows)"

# As udev leaves it: the kernel finds an interface by its alternative names as well, and has no directory for them.
pod 'tune; ip link set two name three; ip link property add dev three altname two
	restore; cat three/rp_filter >"$work/values"'
is "its old name is an alternative one: apply, restore" "0 0" "$(codes)"
is "its old name is an alternative one: it is followed" 2 "$(cat "$work/values")"

# A filter may refuse sockets, which are what an interface is asked by.
case $(uname -m) in
x86_64) socket=41 ;;
*) socket=198 ;;
esac
for old in gone another; do
	pod 'tune; ip link set two name three
		[ '$old' = gone ] || { ip link add two type veth peer name four; echo 1 >two/rp_filter; }
		"$python" "$seccomp" errno EPERM '$socket' -- "$program" restore >/dev/null; echo $? >>"$work/codes"
		[ ! -e "$journal" ] || echo kept >>"$work/codes"
		restore; cat three/rp_filter >"$work/values"; cat two/rp_filter >>"$work/values" 2>/dev/null || :'
	is "sockets are refused, the old name is $old: restore fails and keeps the journal, and the next one ends well" \
		"0 3 kept 0" "$(codes)"
	[ $old = gone ] && want=2 || want="2 1"
	is "sockets are refused, the old name is $old: the next one gives it its value back" "$want" "$(paste -sd' ' "$work/values")"
done

pod 'tune; ip link set two name three; ip link add two type veth peer name four; echo 1 >two/rp_filter
	restore
	grep -H . {two,three}/rp_filter >"$work/values"'
is "another interface by its name: the renamed one is followed" "0 0" "$(codes)"
is "another interface by its name: it is not written" "two/rp_filter:1 three/rp_filter:2" "$(paste -sd' ' "$work/values")"

pod 'tune; ip link del two; ip link add two type veth peer name four; echo 1 >two/rp_filter
	restore; cat two/rp_filter >"$work/values"'
is "one that is gone: restore ends with 0" "0 0" "$(codes)"
is "one that is gone: another one of its name is not written" 1 "$(cat "$work/values")"
says "one that is gone: its value is told" \
	'^net.ipv4.conf.two.rp_filter unsupported another device is in its place now, .* that of the old one was 2$' "$(rows)"

pod 'tune; ip link set two name three; ip link add two type veth peer name four; echo 0 >two/rp_filter; tune
	restore; grep -H . {two,three}/rp_filter >"$work/values"'
is "an apply in between: each has the value that it had before its own first write" "two/rp_filter:0 three/rp_filter:2" \
	"$(paste -sd' ' "$work/values")"

# Of an older version
pod 'tune; sed -i "s/,\"identity\":\"[^\"]*\"//" "$journal"; ip link set two name three; ip link set one name two; ip link set three name one
	restore; grep -H . {one,two}/rp_filter >"$work/values"; cp "$work/out" "$work/refused"
	restore --force; grep -H . {one,two}/rp_filter >>"$work/values"'
is "a journal without numbers: restore refuses, and --force writes" "0 3 0" "$(codes)"
is "a journal without numbers: nothing is written before that" "one/rp_filter:1 two/rp_filter:1 one/rp_filter:0 two/rp_filter:2" \
	"$(paste -sd' ' "$work/values")"
says "a journal without numbers: told" \
	'^net.ipv4.conf.two.rp_filter failed the journal does not say which interface it was, .* the one called two; before thintune it was 2$' \
	"$(jq -r '.settings[] | "\(.setting) \(.state) \(.note)"' "$work/refused")"

# The same numbers stand for other interfaces there, and here for what they were.
pod 'tune; ip link set two name three
	unshare -n bash -c "ip link add one type veth peer name two; for i in one two; do echo 1 >/proc/sys/net/ipv4/conf/\$i/rp_filter; done
		\"$program\" restore --format json >\"$work/out\"; echo \$? >>\"$work/codes\"; grep -h . /proc/sys/net/ipv4/conf/{one,two}/rp_filter >\"$work/values\""
	cp "$work/out" "$work/elsewhere"; restore; grep -h . {one,three}/rp_filter >>"$work/values"'
is "another namespace: restore fails there and ends well here" "0 3 0" "$(codes)"
is "another namespace: its interfaces are not written" "1 1 0 2" "$(paste -sd' ' "$work/values")"
is "another namespace: nothing is renamed there" "net.ipv4.conf.one.rp_filter net.ipv4.conf.two.rp_filter" \
	"$(jq -r '.settings[] | .setting' "$work/elsewhere" | grep rp_filter | sort | paste -sd' ')"

# The kernel gives the inode number of a namespace that has ended to a new one, whose interfaces have the same numbers.
enter='n() { readlink /proc/self/ns/net; }
	make() { ip link add one type veth peer name two; cd /proc/sys/net/ipv4/conf; echo $1 >one/rp_filter; echo $1 >two/rp_filter; }'
export enter
pod 'export program work
	first=$(unshare -n bash -c "$enter; make 2; \"\$program\" apply --only sysctl --profile \"\$work/p.yaml\" >/dev/null; n")
	for ((i = 0; i < 100; i++)); do
		unshare -n bash -c "$enter; [ \"\$(n)\" = \"$first\" ] || exit 9
			make 1; \"\$program\" restore --format json >\"\$work/out\"; echo \$? >>\"\$work/codes\"; cat two/rp_filter >\"\$work/values\""
		[ $? = 9 ] || break
	done'
if ! "$python" -c 'import socket; socket.socket(socket.AF_UNIX).getsockopt(socket.SOL_SOCKET, 71, 8)' 2>/dev/null || [ ! -s "$work/codes" ]; then
	skip "an inode number that is given out again" "needs Linux 5.14, and a namespace that gets it"
else
	is "an inode number that is given out again: restore fails" 3 "$(codes)"
	is "an inode number that is given out again: the new namespace is not written" 1 "$(cat "$work/values")"
	says "an inode number that is given out again: told" '^net.ipv4.conf.two.rp_filter failed it belongs to another network namespace: ' "$(rows)"
fi

# What only the kernel changes, and a name with a dot
printf '%s\n' 'profile: p' 'summary: s' 'sysctl:' '  net.ipv4.ip_forward: 1' '  net.ipv4.conf.eth0/100.rp_filter: 1' >"$work/p.yaml"
pod 'ip link set two name eth0.100; tune; ip link set one name three; ip link set eth0.100 name lan.7
	restore; cat {three,lan.7}/{forwarding,rp_filter} >"$work/values"'
is "ip_forward and a name with a dot: apply, restore" "0 0" "$(codes)"
is "ip_forward and a name with a dot: all is as before" "0 0 0 2" "$(paste -sd' ' "$work/values")"
says "a name with a dot: told as a key has it" '^net.ipv4.conf.lan/7.rp_filter changed it was eth0.100 when' "$(rows)"
finish
