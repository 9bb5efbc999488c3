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
refused 2 "explain, an unknown tuner" "there is no tuner, setting, check or advisory 'none'; .thintune explain. lists" explain none
refused 2 "explain, a misspelt one" "'goveror'; did you mean 'governor'[?]" explain goveror
refused 2 "explain, a short word that is like others" "advisory 'foo'; .thintune explain. lists" explain foo
refused 2 "explain, a setting where there is no node" "of this node are unknown: cannot open root" explain --root "$work/none" vm.swappiness
refused 2 "explain, the page of one tuner" "is the page of all tuners; leave out 'swap'" explain --format markdown swap
refused 2 "explain, a misspelt advisory" "'ext4-directio'; did you mean 'ext4-direct-io'[?]" explain ext4-directio
# It needs no node: an image's build has none.
mkdir "$work/no-node"
cp "$shipped" "$work/no-node/thintune"
if chroot "$work/no-node" /thintune --version >/dev/null 2>&1; then
	expect "explain without a node" 0 chroot "$work/no-node" /thintune explain
	says "explain without a node: the built-in advisories" "^ext4-direct-io " "$out"
	says "explain without a node: and that there is none" "is not a node" "$err"
else
	skip "explain without a node" "no right to chroot, or no static binary"
fi

# A record whose redpanda.yaml is no file; on a node it would be unreadable.
fresh aws-i4i "$tree"
refused 2 "a misspelt tuner" "--only: there is no tuner 'goveror'; did you mean 'governor'[?]" audit --root "$tree" --only goveror
refused 2 "explain, a misspelt setting" "'vm.swapiness'; did you mean 'vm.swappiness'[?]" explain --root "$tree" vm.swapiness
rm -rf "$tree/etc/redpanda"
mkdir -p "$tree/etc/redpanda/redpanda.yaml"
for command in audit apply; do
	refused 1 "$command, a redpanda.yaml that is a directory" "cannot read '/etc/redpanda/redpanda.yaml': Is a dir" \
		"$command" --root "$tree"
done
rmdir "$tree/etc/redpanda/redpanda.yaml"
ln -s nowhere "$tree/etc/redpanda/redpanda.yaml"
refused 1 "a redpanda.yaml that leads nowhere" "redpanda.yaml': it is a link that leads nowhere" audit --root "$tree"
ln -sf redpanda.yaml "$tree/etc/redpanda/redpanda.yaml"
refused 1 "a redpanda.yaml that leads to itself" "redpanda.yaml': Too many levels" audit --root "$tree"
rm "$tree/etc/redpanda/redpanda.yaml"
printf 'rpk: {}\n\0rpk: {tune_cpu: false}\n' >"$tree/etc/redpanda/redpanda.yaml"
refused 1 "a redpanda.yaml with a NUL byte" "redpanda.yaml': it holds NUL bytes" audit --root "$tree"
printf 'rpk: {tune_cpu: false}\n' | iconv -t UTF-16LE >"$tree/etc/redpanda/redpanda.yaml"
refused 1 "a redpanda.yaml in UTF-16" "redpanda.yaml': it holds NUL bytes" audit --root "$tree"

# The same on a node, where it counts who looks.
if ! is_root || ! unshare -m setpriv --reuid=65534 --clear-groups "$THINTUNE" --version >/dev/null 2>&1; then
	skip "a redpanda.yaml of a live node that cannot be read" "no user other than root can run thintune here"
else
	# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
	live() {
		unshare -m sh -c 'mount -t tmpfs tmpfs /etc || exit 90
			mkdir -m 0700 /etc/redpanda && eval "$1"; shift
			exec setpriv --reuid=65534 --clear-groups "$@"' sh "$1" "$THINTUNE" audit --no-defaults "${@:2}"
	}
	expect "a directory of redpanda.yaml that is shut: code 1" 1 live 'echo "rpk: {}" >/etc/redpanda/redpanda.yaml'
	says "and says so" "cannot open '/etc/redpanda/redpanda.yaml': Permission denied" "$err"
	expect "a live redpanda.yaml that leads nowhere: code 1" 1 \
		live 'chmod 755 /etc/redpanda; ln -s nowhere /etc/redpanda/redpanda.yaml'
	says "and says so as well" "redpanda.yaml': it is a link that leads nowhere" "$err"
	run live 'rmdir /etc/redpanda; mkdir /etc/thintune; (umask 077; echo "advisories: []" >/etc/thintune/advisories.yaml)' --format json
	is "without a redpanda.yaml it is no mistake" false "$(jq 'has("redpanda")' "$work/out")"
	is "advisories that are shut are an unknown check" "unknown cannot read '/etc/thintune/advisories.yaml': Permission denied" \
		"$(jq -r '.checks[] | select(.check == "advisories") | .state + " " + .note' "$work/out")"
fi

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
