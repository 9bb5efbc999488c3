#!/bin/bash
# A record as a tree: unpack and --root FILE make what tests/nodes/unpack defines, refuse what is hostile, and leave
# nothing behind.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

unpack() { "$python" "$top/tests/nodes/unpack" "$1" "$2"; }
record=$top/tests/nodes/aws-i4i.node

# Private directories lie here, and nothing else does.
mkdir -m 1777 "$work/tmp"
chmod 711 "$work"
export TMPDIR=$work/tmp
left() { ls -A "$work/tmp"; }

# contents TREE: all things by kind, mode, name, target and whether they have the time stamp 0; what files hold
contents() {
	(
		cd "$1" || exit
		find . ! -type l -newermt '1970-01-02' -printf 'new %y %m %P\n' -o ! -type l -printf 'old %y %m %P\n' -o \
			-printf 'link %P %l\n' | sort
		find . -type f -print0 | sort -z | xargs -0 sha256sum
	)
}

# Both programs ------------------------------------------------------------------------------------------
for node in $(swept_nodes); do
	program=$shipped
	[ "$node" != aws-i4i ] || program=$THINTUNE
	rm -rf "$work/made"
	wanted=$(tree "$node")
	"$program" unpack "$top/tests/nodes/$node.node" "$work/made" 2>"$work/err" || cat "$work/err"
	same "$node: unpack makes the tree that tests/nodes/unpack makes" <(contents "$wanted") <(contents "$work/made")
done
# Links on the way of what failed are followed as in the node, wherever they lead.
printf '%s\n' '# thintune-node/1' '/a/ : b unread' '/a/b = "x\x00y\n"' '/a/unlisted/' '/abs -> /a/deep' '/abs/e ! EIO' \
	'/g ! EPERM' '/up -> ../../../gone/./x' '/up/f ! EACCES' >"$work/links.node"
unpack "$work/links.node" "$work/links-wanted"
expect "a record of odd links" 0 "$THINTUNE" unpack "$work/links.node" "$work/links"
same "makes the same" <(contents "$work/links-wanted") <(contents "$work/links")

# As it is -------------------------------------------------------------------------------------------------
for command in facts audit; do
	"$THINTUNE" "$command" --root "$record" --format json >"$work/a.json"
	"$THINTUNE" "$command" --root "$(tree aws-i4i)" --format json >"$work/b.json"
	same "$command of a record is that of its tree" <(without_run "$work/b.json") <(without_run "$work/a.json")
done
expect "explain takes a record" 0 "$THINTUNE" explain vm.swappiness --root "$record"
expect "so does record" 0 "$THINTUNE" record --root "$record" "$work/again.node"
expect "and of that" 0 "$THINTUNE" record --root "$work/again.node" "$work/third.node"
same "it is the same" <(grep -v '^# run: ' "$work/again.node") <(grep -v '^# run: ' "$work/third.node")
for command in apply run restore probe gate; do
	expect "$command takes none" 2 "$THINTUNE" "$command" --root "$record"
	says "and says so" "$command: --root '.*' is a file: of a record only facts"
done
expect "apply --dry-run is an audit" 3 "$THINTUNE" apply --dry-run --root "$record"
is "nothing is left of all these" "" "$(left)"
chmod 777 "$work/tmp"
expect "where others may replace what is in TMPDIR, nothing is unpacked" 1 "$shipped" facts --root "$record"
says "and it says why" 'other users may replace'
chmod 1777 "$work/tmp"

# Hostile ----------------------------------------------------------------------------------------------------
# refused SENTENCE FILE PATTERN: by both ways to take a record
refused() {
	expect "$1: unpack refuses it" 2 "$THINTUNE" unpack "$2" "$work/new"
	says "and says why" "$3"
	expect "so does --root" 2 "$shipped" audit --root "$2"
	is "nothing is left, nothing outside" "" "$(left; ls -d "$work/new" "$work/outside" 2>/dev/null)"
}
# WORK stands for this test's directory.
while IFS='|' read -r lines pattern; do
	printf '# thintune-node/1\n%b\n' "${lines//WORK/$work}" >"$work/bad.node"
	refused "$lines" "$work/bad.node" "$pattern"
done <<'END'
/../outside = "x"|absolute path
relative = "x"|absolute path
/a = "x|none of the forms
/a = "\\q"|an escape that there is not
/a = "b"c"|a bare quote
/a/ : ../b|a name in the list
/a/ :  b|none of the forms
/a ! oops|none of the forms
/a -> b\\x00c|its target
/a/ : b\\x00c|a name in the list
/\\x00 = "x"|absolute path
/a = "\x01"|no printable character
/a -> WORK\n/a/outside = "x"|leads through a link
/a -> ../../..\n/a/b/ : c|leads through a link
/a -> WORK/outside\n/a = "x"|named twice
/a = "1"\n/a = "2"|named twice
/a/ : b\n/a/ : c|listed twice
/a = "1"\n/a/b = "2"|line 3: '/a/b'
/l -> l\n/l/b ! EIO|leads through
/.thintune/errors = ""\n/b ! EIO|named twice
# run: made now\n/a = "x"|cut short
END
printf '# thintune-node/1\n/a = "\0"\n' >"$work/nul.node"
refused "NUL" "$work/nul.node" 'no printable character'
head -c -5 "$record" >"$work/cut.node"
refused "cut within a line" "$work/cut.node" 'cut short'
sed '$d' "$work/again.node" >"$work/cut.node"
refused "cut between two lines" "$work/cut.node" '"# end", is missing'
: >"$work/empty.node"
refused "empty" "$work/empty.node" 'it is empty'
{
	echo '# thintune-node/1'
	seq -f '/%.0f = "x"' 400001
} >"$work/many.node"
refused "400,001 entries" "$work/many.node" 'line 400002: there are more than 400000 entries'
# The first 400,000 of them are made and removed, which takes seconds.
if ! is_sweep_short; then
	{
		echo '# thintune-node/1'
		seq -f '/%.0f/x = "x"' 200001
	} >"$work/many.node"
	refused "400,002 things of 200,001 lines" "$work/many.node" 'more files, links and directories'
fi
printf '# thintune-node/1\n/a = "' >"$work/long.node"
truncate -s 1G "$work/long.node"
refused "a line of 1 GiB" "$work/long.node" 'larger than 256 MiB'
mkfifo "$work/fifo.node"
expect "a FIFO is no record" 1 "$THINTUNE" unpack "$work/fifo.node" "$work/new"

# The directory that unpack makes --------------------------------------------------------------------------
mkdir "$work/there"
expect "unpack into a directory that is there" 2 "$THINTUNE" unpack "$record" "$work/there"
says "is refused" "already exists"
is "and it stays" "" "$(ls -A "$work/there")"
expect "unpack of nothing" 1 "$THINTUNE" unpack "$work/none" "$work/new"
expect "unpack without a directory" 2 "$THINTUNE" unpack "$record"
expect "a name with a slash behind it" 0 "$THINTUNE" unpack "$record" "$work/slash/"
is "what is made is the caller's" "$(id -u) 755" "$(stat -c '%u %a' "$work/slash")"

# Signals ------------------------------------------------------------------------------------------------------
# Its report goes into a FIFO of one page, of which one byte is read and no more, so that it is still there when the
# signal comes.
for signal in INT TERM HUP KILL; do
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	exec {hold}<>"$work/fifo"
	"$python" -c 'import fcntl; fcntl.fcntl(0, fcntl.F_SETPIPE_SZ, 4096)' <&"$hold"
	env --default-signal "$shipped" facts --format json --root "$record" >"$work/fifo" 2>/dev/null &
	victim=$!
	head -c 1 <&"$hold" >/dev/null
	dir=$(left)
	is "$signal: there is a private directory" 1 "$(wc -l <<<"$dir" | grep -c '^1$')"
	if is_root; then
		is "$signal: it is nobody's, and for nobody else" "65534 700" "$(stat -c '%u %a' "$work/tmp/$dir")"
	else
		is "$signal: it is for nobody else" 700 "$(stat -c %a "$work/tmp/$dir")"
	fi
	kill "-$signal" "$victim"
	wait "$victim" 2>/dev/null
	timeout 60 "$trees" emptied "$work/tmp"
	is "$signal: the private directory is gone" "" "$(left)"
	exec {hold}>&-
done
finish
