#!/bin/bash
# The data directory: missing, a file, on file systems that are no place for data, with an odd name.
# It is looked up on the machine at hand, and never for a recorded node. Only commands that look.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# look DIRECTORY [COMMAND...]: audits this machine with it, run by the command
look() {
	local dir=$1
	shift
	run "$@" "$THINTUNE" audit --profile redpanda --data-dir "$dir" --format json
}

# check NAME: state, value and note of a check in the last report
check() { jq -r --arg name "$1" '.checks[] | select(.check == $name) | "\(.state) | \(.have) | \(.note)"' "$work/out"; }

# judged SENTENCE CHECK PATTERN
judged() { says "$1: $2" "$3" "$(check "$2")"; }

look "$work/none"
is "a directory that is missing: a required check fails" 4 "$code"
judged "a directory that is missing" data-directory "^fail | missing | .*does not exist"
judged "a directory that is missing" data-disks "^$"
: >"$work/file"
look "$work/file"
is "a file: a required check fails" 4 "$code"
judged "a file" data-directory "^fail | not a directory"
ln -s none "$work/nowhere"
look "$work/nowhere"
judged "a link to nowhere" data-directory "^fail | missing"
ln -s loop "$work/loop"
look "$work/loop"
is "a link to itself: a required check is not passed" 4 "$code"
judged "a link to itself" data-directory "^(fail|unknown)"
look relative/path
case $code in 2 | 3 | 4) ok "a relative path ends with a code of the table" ;; *) not_ok "a relative path" "$code $err" ;; esac

# One that exists, on whatever this machine has.
mkdir "$work/data"
chmod 755 "$work" "$work/data"
look "$work/data"
judged "an empty directory" data-directory "^pass | $work/data"
judged "an empty directory" data-writable "^pass | mode 0755, owner $(id -u):$(id -g)"
type=$(findmnt -no FSTYPE --target "$work/data")
is "its file system is the one that findmnt names" "$type" "$(jq -r .node.data_dir.filesystem "$work/out")"
is "its mount is the one that findmnt names" "$(findmnt -no TARGET --target "$work/data")" \
	"$(jq -r .node.data_dir.mount_point "$work/out")"
device=$(stat -c %d "$work/data")
major=$((device >> 8 & 0xfff)) minor=$(((device & 0xff) | (device >> 12 & 0xfff00)))
if [ "$major" -ne 0 ] && [ -e "/sys/dev/block/$major:$minor" ]; then
	leaf=$(basename "$(readlink -f "/sys/dev/block/$major:$minor")")
	if [ -e "/sys/class/block/$leaf/slaves" ] && [ -z "$(ls -A "/sys/class/block/$leaf/slaves")" ]; then
		is "its disk is the one that st_dev names" "$leaf" "$(jq -r '.node.data_dir.disks[]' "$work/out")"
	else
		says "its disks are some" . "$(jq -r '.node.data_dir.disks[]' "$work/out")"
	fi
else
	skip "its disk is the one that st_dev names" "no block device of its own is behind $work"
fi
chmod 555 "$work/data"
look "$work/data"
judged "a directory that its owner may not write" data-writable "^fail | mode 0555"
chmod 755 "$work/data"

odd="$work/a 'b' \"c\" \$d \\e [f]"
mkdir "$odd"
look "$odd"
is "blanks, quotes and brackets in the name" "$odd" "$(jq -r .node.data_dir.path "$work/out")"
judged "blanks, quotes and brackets in the name" data-directory "^pass"
mkdir "$work/"$'new\nline'
look "$work/"$'new\nline'
is "a newline in the name" "$work/"$'new\nline' "$(jq -r .node.data_dir.path "$work/out")"
run "$THINTUNE" audit --profile redpanda --data-dir "$work/"$'new\nline'
is "a newline in the name: no line of text begins with the rest of it" "" "$(grep '^line' "$work/out")"

# From redpanda.yaml, unless the option says otherwise.
printf 'redpanda:\n  data_directory: "%s/data"\n' "$work" >"$work/redpanda.yaml"
run "$THINTUNE" facts --redpanda-config "$work/redpanda.yaml" --format json
is "redpanda.yaml names the directory" "$work/data" "$(jq -r .data_directory.path "$work/out")"
run "$THINTUNE" facts --redpanda-config "$work/redpanda.yaml" --data-dir "$odd" --format json
is "the option comes first" "$odd" "$(jq -r .data_directory.path "$work/out")"

# File systems that are no place for data -----------------------------------------------------------------------
# mounted OPTIONS... : a command after a mount in a mount namespace of its own
# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
mounted() {
	unshare -m sh -c 'mount $1 "$2" || exit 90; shift 2; exec "$@"' sh "$1" "$work/mnt" "${@:2}"
}
mkdir -p "$work/mnt" "$work/lower" "$work/upper" "$work/workdir"
for kind in tmpfs ramfs overlay; do
	case $kind in
	overlay) options="-t overlay overlay -o lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/workdir" ;;
	*) options="-t $kind none" ;;
	esac
	if ! is_root || ! mounted "$options" true 2>/dev/null; then
		skip "on $kind: a required check fails" "$kind cannot be mounted here"
		continue
	fi
	look "$work/mnt" mounted "$options"
	is "on $kind: a required check fails" 4 "$code"
	judged "on $kind" filesystem "^fail | $kind | "
	judged "on $kind" data-mount "^pass | $work/mnt"
	is "on $kind: no disk is tuned" "[]" "$(jq -c .node.data_dir.disks "$work/out")"
	run mounted "$options" "$THINTUNE" audit --profile redpanda --data-dir "$work/mnt"
	says "on $kind: in words" "lies on $kind" "$(tr -s ' \n' ' ' <"$work/out")"
done
mkdir -p "$work/plain"
if is_root && mounted "--bind $work/plain" true 2>/dev/null; then
	# Only where the scratch directory lies on the root file system, as in the case in question.
	if [ "$(stat -c %d "$work/plain")" = "$(stat -c %d /)" ]; then
		look "$work/mnt" mounted "--bind $work/plain"
		judged "a directory of the root file system bound to a place of its own" data-mount \
			"^fail | $work/mnt | .*file system of /,"
	else
		skip "a directory of the root file system bound to a place of its own" "the scratch directory lies elsewhere"
	fi
else
	skip "a directory of the root file system bound to a place of its own" "nothing can be bound here"
fi
if is_root && mounted "-t tmpfs -o ro none" true 2>/dev/null; then
	look "$work/mnt" mounted "-t tmpfs -o ro none"
	judged "mounted read-only" data-writable "^fail | mounted read-only"
	# A pod that cannot look into it.
	if can_be_nobody; then
		cp "$THINTUNE" "$work/thintune"
		mkdir -p "$work/closed/data"
		chmod 700 "$work/closed"
		run as_nobody "$work/thintune" audit --profile redpanda --data-dir "$work/closed/data" --format json
		is "a directory that cannot be looked at: unknown is no pass" 4 "$code"
		judged "a directory that cannot be looked at" data-directory "^unknown | null | .*Permission denied"
		chmod 755 "$work/closed"
		chmod 700 "$work/closed/data"
		run as_nobody "$work/thintune" facts --data-dir "$work/closed/data" --format json
		is "a directory that cannot be listed may hold data" true "$(jq .data_directory.has_data "$work/out")"
	fi
else
	skip "mounted read-only" "tmpfs cannot be mounted here"
fi

# A recorded node is never judged by this machine --------------------------------------------------------------------
fresh aws-i4i "$work/tree"
run "$THINTUNE" audit --root "$work/tree" --data-dir "$work/data" --format json
is "a recorded node, another directory: unknown is no pass" 4 "$code"
judged "a recorded node, another directory" data-directory "^unknown | null | .*not recorded"
is "a recorded node, another directory: no disk is tuned" "[]" "$(jq -c .node.data_dir.disks "$work/out")"
run "$THINTUNE" audit --root "$work/tree" --data-dir "$work/data" --disk nvme2n1 --format json
is "--disk names one all the same" '["nvme2n1"]' "$(jq -c .node.data_dir.disks "$work/out")"
is "an instance store keeps its time" "" \
	"$(jq -r '.settings[] | select(.setting | test("io_timeout")) | .setting' "$work/out")"
run "$THINTUNE" audit --root "$work/tree" --disk /dev/nvme0n1p1,nvme2n1 --format json
is "--disk: several, a partition is its disk" '["nvme0n1","nvme1n1","nvme2n1"]' \
	"$(jq -c .node.data_dir.disks "$work/out")"
set_live "$work/tree" data-dir.dev-major 7
run "$THINTUNE" audit --root "$work/tree" --format json
is "a device that sysfs does not show: a sentence" 3 "$code"
run "$THINTUNE" audit --root "$work/tree"
says "a device that sysfs does not show: in words" "device 7:2, which sysfs does not show" "$(tr -s ' \n' ' ' <"$work/out")"
finish
