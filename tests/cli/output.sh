#!/bin/bash
# Files outside the root (--output, record, --io-config): whole at any moment, however many write them, and
# whoever owns the directory cannot make root write, hang or fail anywhere else.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$(tree uni)
# Longer than any audit takes; a hang shows as 124.
patiently() { timeout 60 "$@"; }

audit() { patiently "$THINTUNE" audit --root "$tree" --format json --output "$1"; }

# hidden DIR: what nobody may leave there
hidden() { find "$1" -mindepth 1 -maxdepth 1 -name '.*' -printf '%f\n'; }

is_whole() { jq -e '.command == "audit"' "$1" >/dev/null 2>&1; }

mode() { stat -c %a "$1"; }

# Many writers ---------------------------------------------------------------------------------------------
mkdir "$work/many"
audit "$work/many/report.json"
wanted=$?
cat >"$work/reader" <<'END'
import json, os, sys
while not os.path.exists(sys.argv[2]):
    with open(sys.argv[1], encoding="utf-8") as file:
        json.load(file)
END
"$python" "$work/reader" "$work/many/report.json" "$work/written" >"$work/reader.out" 2>&1 &
reader=$!
# shellcheck disable=SC2016 # that shell's
# As it is shipped: so many with sanitizers would only wait for memory.
codes=$(seq 200 | xargs -P 200 -I{} sh -c '"$0" audit --root "$1" --format json --output "$2" 2>/dev/null; echo $?' \
	"$shipped" "$tree" "$work/many/report.json" | sort | uniq -c | tr -s ' ')
is "200 audits with one --output all end alike" " 200 $wanted" "$codes"
: >"$work/written"
wait "$reader"
is "and whoever reads the file meanwhile always finds it whole" 0 "$?"
is_whole "$work/many/report.json"
is "so it is in the end" 0 "$?"
is "with nothing beside it" "report.json" "$(ls -A "$work/many")"

# Names ------------------------------------------------------------------------------------------------------
mkdir "$work/names"
long=$(printf '%0255d' 0)
cd "$work/names" || exit 1
for name in report.json ./report.json ../names/report.json "$long" -report "$(printf 'odd\377\t name')" 'a b'; do
	run audit "$name"
	is "--output '${name:0:12}' is written" "$wanted yes" "$code $(is_whole "./$name" && echo yes)"
done
for name in "${long}0" report.json/ ./ . .. none/report report.json/x /; do
	expect "--output '${name:0:12}' is refused" 1 audit "$name"
	says "--output '${name:0:12}': with a sentence" "cannot write '" "$err"
done
expect "--output with an empty name is a mistake" 2 audit ""
expect "--output with a name of 5000 bytes is refused" 1 audit "$(printf '%05000d' 0)"
is "nothing hidden is left" "" "$(hidden "$work/names")"
cd "$work" || exit 1

# Standard output --------------------------------------------------------------------------------------------
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
	run audit "$name"
	is "--output $name is standard output" "$wanted yes" "$code $(is_whole "$work/out" && echo yes)"
done
[ ! -e "$work/-" ]
is "no file is named -" 0 "$?"
expect "record - writes to standard output" 0 "$THINTUNE" record --root "$tree" -
is "a record, that is" "# thintune-node/1" "$(head -n 1 "$work/out")"
for name in - /dev/stderr /dev/fd/3; do
	expect "--io-config $name is a mistake" 2 "$THINTUNE" probe --root "$tree" --io-config "$name"
done

# What the caller has opened is written to as it is; what is not the caller's is not.
for name in /dev/stderr /dev/fd/2 /proc/self/fd/2; do
	run audit "$name"
	is "--output $name is standard error" "$wanted yes 0" \
		"$code $(is_whole "$work/err" && echo yes) $(stat -c %s "$work/out")"
done
for name in /dev/fd/7 /proc/self/fd/7; do
	run audit "$name" 7>"$work/seven"
	is "--output $name is the caller's descriptor" "$wanted yes" "$code $(is_whole "$work/seven" && echo yes)"
done
mkfifo "$work/fifo"
cat "$work/fifo" >"$work/pipe" &
reader=$!
run audit /dev/fd/8 8>"$work/fifo"
wait "$reader"
is "so is a pipe" "$wanted yes" "$code $(is_whole "$work/pipe" && echo yes)"
# shellcheck disable=SC2016 # that shell's
expect "record to a descriptor" 0 sh -c 'exec "$0" record --root "$1" /dev/fd/7 7>"$2"' "$THINTUNE" "$tree" "$work/seven"
is "a record, that is" "# thintune-node/1" "$(head -n 1 "$work/seven")"
echo precious >"$work/read-only"
for name in /dev/fd/0 /dev/fd/7 /dev/fd/3 /dev/fd/4 /dev/fd/2147483647; do
	expect "--output $name is refused when it cannot be written to" 1 audit "$name" 7<"$work/read-only"
	says "and told" "cannot write to descriptor [0-9]+: it is not open for writing" "$err"
done
is "what was open for reading is as before" precious "$(cat "$work/read-only")"
cp -a "$tree" "$work/untouched"
traces "$work/untouched" >"$work/before"
expect "an apply that could not tell writes nothing" 1 "$THINTUNE" apply --root "$work/untouched" --output /dev/fd/7
traces "$work/untouched" >"$work/after"
same "that is so" "$work/before" "$work/after"
rm -rf "$work/untouched"
for name in /dev/fd/x /dev/fd/-1 /dev/fd/01 /dev/fd/99999999999999999999 /dev/fd /dev/stdin; do
	expect "--output $name is a file, and none to write" 1 audit "$name"
done

# What is no regular file ---------------------------------------------------------------------------------------
mkdir "$work/odd"
echo precious >"$work/precious"
ln -s "$work/precious" "$work/odd/link"
ln -s "$work/none" "$work/odd/dangling"
ln -s loop "$work/odd/loop"
mkfifo "$work/odd/fifo"
mkdir "$work/odd/directory"
"$python" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$work/odd/socket"
find "$work/odd" -printf '%p %y %i %l\n' | sort >"$work/before"
while read -r name words; do
	expect "--output onto a $name is refused" 1 audit "$work/odd/$name"
	says "and told" "$words" "$err"
	expect "record onto a $name is refused" 1 patiently "$THINTUNE" record --root "$tree" "$work/odd/$name"
done <<-'END'
	link it is a link
	dangling it is a link
	loop it is a link
	fifo it is a FIFO
	socket it is a socket
	directory it is a directory
END
expect "--output onto a device is refused" 1 audit /dev/full
says "and told" "it is a device" "$err"
find "$work/odd" -printf '%p %y %i %l\n' | sort >"$work/after"
same "all of them are as before" "$work/before" "$work/after"
[ ! -e "$work/none" ] && [ "$(cat "$work/precious")" = precious ]
is "nothing was written through a link" 0 "$?"

# Modes ------------------------------------------------------------------------------------------------------
mkdir "$work/modes"
for mask in 022 077 027 000; do
	rm -f "$work/modes/new"
	(umask "$mask" && audit "$work/modes/new")
	is "a new file, umask $mask" "$(printf '%o' $((0666 & ~0$mask)))" "$(mode "$work/modes/new")"
done
for bits in 640 600 664 444; do
	echo old >"$work/modes/kept"
	chmod "$bits" "$work/modes/kept"
	(umask 022 && audit "$work/modes/kept")
	is "a file that was there keeps mode $bits" "$bits yes" \
		"$(mode "$work/modes/kept") $(is_whole "$work/modes/kept" && echo yes)"
done
chmod 4755 "$work/modes/kept"
audit "$work/modes/kept"
is "but never the right to become its owner" 755 "$(mode "$work/modes/kept")"
echo old >"$work/modes/one"
ln "$work/modes/one" "$work/modes/other"
audit "$work/modes/one"
is "another name of the old file keeps the old text" old "$(cat "$work/modes/other")"

# Failures: the old file stays, nothing is left beside it --------------------------------------------------------------
mkdir "$work/whole"
echo old >"$work/whole/report"
# fails SENTENCE CODE COMMAND...
fails() {
	local sentence=$1
	shift
	expect "$sentence" "$@"
	is "$sentence: the old file is whole and alone" "old report" \
		"$(cat "$work/whole/report") $(ls -A "$work/whole")"
}
fails "a limit on the size of files" 1 small_files 1 "$THINTUNE" audit --root "$tree" \
	--format json --output "$work/whole/report"
if can_trace; then
	for call in fsync:error=EIO rename,renameat,renameat2:error=EROFS fchmod:error=EIO; do
		echo old >"$work/whole/report"
		chmod 666 "$work/whole/report"
		fails "$call" 1 traced -qq -o /dev/null -e "inject=$call" "$THINTUNE" audit --root "$tree" \
			--output "$work/whole/report" --format json
	done
	# A file system without modes, such as FAT: what nobody else may write will do.
	echo old >"$work/whole/report"
	chmod 666 "$work/whole/report"
	expect "modes that cannot be changed" 3 traced -qq -o /dev/null -e inject=fchmod:error=EPERM \
		"$THINTUNE" audit --root "$tree" --output "$work/whole/report" --format json
	for signal in TERM INT HUP; do
		echo old >"$work/whole/report"
		run traced -qq -o /dev/null -e "inject=fsync:signal=$signal" \
			"$THINTUNE" audit --root "$tree" --format json --output "$work/whole/report"
		is "SIG$signal while it is written: it ends by the signal, the file is whole, nothing is left" \
			"$((128 + $(kill -l $signal))) yes report" \
			"$code $(is_whole "$work/whole/report" && echo yes) $(ls -A "$work/whole")"
	done
else
	skip "failures halfway leave the old file whole" "strace cannot be used here"
fi

# The directory of another user ----------------------------------------------------------------------------------------
if ! is_root || ! setpriv --reuid=101 --regid=101 --clear-groups true 2>/dev/null; then
	skip "root in a directory of another user" "needs root"
	finish
fi
chmod 755 "$work"
as_owner() { setpriv --reuid=101 --regid=101 --clear-groups --inh-caps=-all -- "$@"; }
mkdir -m 755 "$work/safe"
echo precious >"$work/safe/precious"
for bits in 0755 1777 0777 2777; do
	dir=$work/his-$bits
	install -d -o 101 -g 101 -m "$bits" "$dir"
	# All that used to be opened, and what it could be taken for.
	for name in .report.new .report.json.new report.new report.tmp .report.tmp; do
		as_owner mkfifo "$dir/$name"
	done
	expect "directory of uid 101, mode $bits: written" "$wanted" audit "$dir/report"
	is "mode $bits: root's, whole, nobody else may write to it" "0 644 yes" \
		"$(stat -c '%u %a' "$dir/report") $(is_whole "$dir/report" && echo yes)"
	(umask 0 && audit "$dir/open")
	is "mode $bits: nor with umask 0" 644 "$(mode "$dir/open")"
	expect "mode $bits: written over" "$wanted" audit "$dir/report"
	for kind in fifo link dangling directory; do
		case $kind in
		fifo) as_owner mkfifo "$dir/$kind" ;;
		link) as_owner ln -s "$work/safe/precious" "$dir/$kind" ;;
		dangling) as_owner ln -s "$work/safe/new" "$dir/$kind" ;;
		directory) as_owner mkdir "$dir/$kind" ;;
		esac
		expect "mode $bits: a $kind in its place is refused" 1 audit "$dir/$kind"
	done
	# Another name of a file of root's, as a careless kernel lets him make one.
	chmod 666 "$work/safe/precious"
	ln "$work/safe/precious" "$dir/hard"
	expect "mode $bits: another name of a file of root's" "$wanted" audit "$dir/hard"
	is "mode $bits: that file is untouched, its mode is not taken over" "precious 644" \
		"$(cat "$work/safe/precious") $(mode "$dir/hard")"
	chmod 644 "$work/safe/precious"
	# shellcheck disable=SC2016 # that shell's
	as_owner sh -c 'echo his >"$0"' "$dir/his"
	if [ "$bits" = 1777 ]; then
		expect "mode $bits, as /tmp: a file of his in its place is refused" 1 audit "$dir/his"
		says "and told" "another user's" "$err"
		is "and stays" his "$(cat "$dir/his")"
	else
		expect "mode $bits: a file of his in its place becomes root's" "$wanted" audit "$dir/his"
		is "with the report" "0 yes" "$(stat -c %u "$dir/his") $(is_whole "$dir/his" && echo yes)"
	fi
	expect "mode $bits: a record, too" 0 "$THINTUNE" record --root "$tree" "$dir/record"
	is "mode $bits: nothing hidden is left but his" "3" "$(hidden "$dir" | wc -l)"
done
is "nothing else was written" "precious" "$(ls -A "$work/safe")"

# A default access list would give him the right to write to root's new file.
dir=$work/his-0755
cat >"$work/grant" <<'END'
import os, struct, sys
entries = [(1, 7, -1), (2, 7, 101), (4, 5, -1), (16, 7, -1), (32, 5, -1)]
os.setxattr(sys.argv[1], "system.posix_acl_default",
            struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries))
END
if "$python" "$work/grant" "$dir" 2>/dev/null; then
	expect "a directory that grants its owner every new file" "$wanted" audit "$dir/listed"
	# shellcheck disable=SC2016 # that shell's
	run as_owner sh -c 'echo his >>"$0"' "$dir/listed"
	is "does not grant him to write to this one" "2 644 yes" \
		"$code $(mode "$dir/listed") $(is_whole "$dir/listed" && echo yes)"
else
	skip "a directory that grants its owner every new file" "there are no access lists here"
fi

# The directory of node_exporter's textfile collector ------------------------------------------------------------------------
# It belongs to the exporter's user, who reads *.prom in it; the metrics of root must not help him to anything else.
dir=$work/textfile_collector
install -d -o 101 -g 101 -m 755 "$dir"
metrics() { patiently "$THINTUNE" audit --root "$tree" --format prometheus --output "$dir/thintune.prom"; }
is_metrics() { grep -q '^thintune_info{' "$dir/thintune.prom" && tail -c 1 "$dir/thintune.prom" | cmp -s - <(echo); }
expect "metrics in the exporter's directory" "$wanted" metrics
is "they are root's, whole, and the exporter can read them" "0:0 644 yes" \
	"$(stat -c '%u:%g %a' "$dir/thintune.prom") $(is_metrics && as_owner cat "$dir/thintune.prom" >/dev/null && echo yes)"
is "nothing else is there, so that it reads nothing by halves" thintune.prom "$(ls -A "$dir")"
expect "and a newer state" "$wanted" metrics
# shellcheck disable=SC2016 # that shell's
is "the exporter cannot write into it" 1 "$(as_owner sh -c ': >>"$0"' "$dir/thintune.prom" 2>/dev/null || echo 1)"
# He may put what he likes under that name.
# shellcheck disable=SC2016 # that shell's
as_owner sh -c 'rm -f "$0" && echo his >"$1" && ln "$1" "$0"' "$dir/thintune.prom" "$dir/his.prom"
expect "a file of the exporter's own under that name" "$wanted" metrics
is "is replaced, never written into" "his yes" "$(cat "$dir/his.prom") $(is_metrics && echo yes)"
for kind in "ln -s $work/safe/precious" "ln -s $work/safe/new" "mkfifo" "mkdir"; do
	# shellcheck disable=SC2016 # that shell's
	as_owner sh -c 'rm -rf "$0" && '"$kind"' "$0"' "$dir/thintune.prom"
	expect "what '${kind%% /*}' puts there is refused" 1 metrics
	says "and told" "cannot write '.*': it is a " "$err"
done
is "nothing was written through it" "precious precious" "$(ls -A "$work/safe") $(cat "$work/safe/precious")"
rm -rf "$dir/thintune.prom"
# shellcheck disable=SC2016 # that shell's
as_owner sh -c 'mv "$0" "$0-his" && ln -s "$1" "$0"' "$work/textfile_collector" "$work/safe" 2>/dev/null
is "he cannot replace the directory itself where it is root's" "directory" "$(stat -c %F "$dir")"
rm -f "$dir/his.prom"

# Links on the way -------------------------------------------------------------------------------------------------
install -d -o 101 -g 101 -m 755 "$work/his"
mkdir "$work/roots" "$work/target"
as_owner ln -s "$work/safe" "$work/his/link"
ln -s "$work/target" "$work/his/roots-link"
ln -s ../target "$work/roots/link"
ln -s "$work/roots/link/." "$work/roots/link2"
ln -s a "$work/roots/b" && ln -s b "$work/roots/a"
for path in his/link/report his/link/../report his/./link//report his/roots-link/report; do
	expect "a link that uid 101 may change: $path is refused" 1 audit "$work/$path"
	says "and told" "other users may change a link" "$err"
done
for path in roots/link/report roots/link2/report roots/link2/../target//report; do
	expect "a link of root's: $path is written" "$wanted" audit "$work/$path"
	is_whole "$work/target/report"
	is "where it leads" 0 "$?"
	rm -f "$work/target/report"
done
expect "a loop of links ends" 1 audit "$work/roots/a/report"
says "and is told" "[Tt]oo many levels" "$err"
install -d -m 1777 "$work/sticky"
ln -s "$work/target" "$work/sticky/roots"
as_owner ln -s "$work/target" "$work/sticky/his"
ln -s "$work/target" "$work/roots/twice" && ln "$work/roots/twice" "$work/sticky/twice"
expect "in a directory as /tmp, a link of root's is followed" "$wanted" audit "$work/sticky/roots/report"
expect "his is not" 1 audit "$work/sticky/his/report"
expect "nor a second name of one of root's" 1 audit "$work/sticky/twice/report"
(cd "$work/target" && audit /proc/self/cwd/by-cwd)
[ -f "$work/target/by-cwd" ]
is "/proc/self/cwd leads to where the process is" 0 "$?"
[ ! -L /var/run ] || [ ! -w /run ] || {
	name=thintune-test-$$
	expect "/var/run is followed" "$wanted" audit "/var/run/$name"
	rm -f "/run/$name"
}

# While the owner of the directory swaps it for a link to another and back, as fast as he can.
install -d -o 101 -g 101 -m 755 "$work/race" "$work/race/dir"
as_owner ln -s "$work/safe" "$work/race/other"
cat >"$work/swap" <<'END'
import ctypes, os, sys
os.chdir(sys.argv[1])
exchange, at = 2, -100
libc = ctypes.CDLL(None)
while not os.path.exists(sys.argv[2]):
    libc.renameat2(at, b"dir", at, b"other", exchange)
END
as_owner "$python" "$work/swap" "$work/race" "$work/stop" &
swapper=$!
written=0 refused=0 odd=0
for _ in $(seq 60); do
	patiently "$shipped" record --force --root "$tree" "$work/race/dir/record" 2>/dev/null
	case $? in
	0) written=$((written + 1)) ;;
	1) refused=$((refused + 1)) ;;
	*) odd=$((odd + 1)) ;;
	esac
done
: >"$work/stop"
wait "$swapper"
is "a directory that is swapped meanwhile: each time written or refused ($written, $refused)" 0 "$odd"
is "and never through the link" "precious precious" "$(ls -A "$work/safe") $(cat "$work/safe/precious")"

# A full file system ---------------------------------------------------------------------------------------------------
# shellcheck disable=SC2016 # that shell's
if unshare -m true 2>/dev/null; then
	mkdir "$work/full"
	expect "a full file system: told, the old file whole, nothing left" 0 unshare -m sh -c '
		mount -t tmpfs -o size=16k tmpfs "$1" || exit 90
		echo old >"$1/report"
		"$0" audit --root "$2" --format json --output "$1/report" 2>"$1.err"
		[ $? -eq 1 ] && [ "$(cat "$1/report")" = old ] && [ "$(ls -A "$1")" = report ] &&
			grep -q "No space" "$1.err"' "$THINTUNE" "$work/full" "$tree"
	expect "a file that is a mount point of its own: told, and left alone" 0 unshare -m sh -c '
		echo old >"$1/inner" && echo outer >"$1/file" && mount --bind "$1/inner" "$1/file" || exit 90
		"$0" audit --root "$2" --output "$1/file"
		[ $? -eq 1 ] && [ "$(cat "$1/file")" = old ] && [ -z "$(find "$1" -name ".*" -mindepth 1)" ]' \
		"$THINTUNE" "$work/full" "$tree"
else
	skip "a full file system" "no mount namespace can be made here"
fi
finish
