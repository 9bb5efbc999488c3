#!/bin/bash
# /etc/default/thintune: its options reach every command that looks at the node itself, are told, and give way to
# the command line; a file that others may change, or with a mistake, is told and never obeyed.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

file=/etc/default/thintune
if ! is_root || [ ! -d /etc/default ] || ! unshare -m true 2>/dev/null; then
	skip "options from $file" "needs root, /etc/default and a mount namespace"
	finish
fi
chmod 755 "$work"

# Another directory in place of /etc/default, and of /run/thintune, for one command.
dir=$work/default
tree=$work/tree
fresh aws-i4i "$tree"
mkdir -p "$work/run/thintune"
# shellcheck disable=SC2016 # that shell's
inside() {
	unshare -m sh -c 'mount --bind "$0" /etc/default && mount --bind "$1" /run && shift && exec "$@"' \
		"$dir" "$work/run" "$@"
}
# here COMMAND [OPTION]...: on this machine
here() { inside "$THINTUNE" "$@"; }

# file_is TEXT [MODE [OWNER]]
file_is() {
	rm -rf "$dir"
	mkdir -m 755 "$dir"
	printf '%b' "$1" >"$dir/thintune"
	chmod "${2:-644}" "$dir/thintune"
	chown "${3:-0}" "$dir/thintune"
}

profile_of() { jq -r .profile.name "$work/out"; }

# Taken, told, beaten -----------------------------------------------------------------------------------------
rm -rf "$dir" && mkdir "$dir"
run here audit --format json
is "without the file, the built-in profile" "thin-ledger []" "$(profile_of) $(jq -c .run.default_options "$work/out")"
file_is 'OTHER=--nonsense\nTHINTUNE_OPTIONS="--profile development --strict"\n'
run here audit --format json
is "with it, its profile" development "$(profile_of)"
is "the JSON report has its options" '["--profile development","--strict"]' "$(jq -c .run.default_options "$work/out")"
is "and nothing is said beside it" "" "$err"
cp "$work/out" "$work/report.json"
run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/report.json"
[ "$code" -eq 0 ] || [ "$code" -eq 77 ]
is "as docs/report.schema.json has it" 0 "$?"
run here audit
says "the text report has them, too" "^options from $file: --profile development --strict\$" "$out"
run here audit --quiet
lacks "but not the verdict alone" "$file" "$out$err"
for format in sh k8s systemd prometheus; do
	run here audit --format "$format"
	is "--format $format: they are told beside it" "thintune: options from $file: --profile development --strict" "$err"
done
for command in facts "record $work/record"; do
	# shellcheck disable=SC2086 # words
	run here $command
	is "$command: they are told beside it" "thintune: options from $file: --profile development" "$err"
done
run here audit --format json --no-defaults
is "--no-defaults does without the file" "thin-ledger []" "$(profile_of) $(jq -c .run.default_options "$work/out")"
run here audit --format json --profile redpanda
is "the command line wins" 'redpanda ["--strict"]' "$(profile_of) $(jq -c .run.default_options "$work/out")"
run here audit --format json --root "$tree"
is "another root has nothing to do with it" "thin-ledger []" "$(profile_of) $(jq -c .run.default_options "$work/out")"
run here profile check redpanda
is "nor has a command that looks at no node" "0 " "$code $err"
file_is 'THINTUNE_OPTIONS=--only sysctl,governor\n'
run here audit --format json --only disk-queue,boot
is "a list on the command line replaces the file's" "[] " "$(jq -c .run.default_options "$work/out") $(
	jq -r '.settings[].tuner' "$work/out" | grep -vx 'disk-queue\|boot')"
run here audit --format json
is "without one the file's list holds" "--only sysctl,governor" "$(jq -r .left_out.by "$work/out")"
is "and nothing else is listed" "" "$(jq -r '.settings[].tuner' "$work/out" | grep -vx 'sysctl\|governor')"
file_is 'THINTUNE_OPTIONS=--skip sysctl\n'
run here audit --format json --only sysctl
is "--only on the command line takes the place of --skip in the file" "--only sysctl" "$(jq -r .left_out.by "$work/out")"

# Not to be trusted ---------------------------------------------------------------------------------------------
good='THINTUNE_OPTIONS="--profile development"\n'
# refused SENTENCE PATTERN: by all that need the options; where nothing is touched
refused() {
	local command
	for command in facts audit apply restore probe run "record $work/never"; do
		# shellcheck disable=SC2086 # words
		expect "$1: $command ends with 2" 2 here $command
		says "$1: $command says why" "$2" "$err"
		says "$1: $command says how to go on" "--no-defaults" "$err"
	done
	is "$1: nothing was touched" "" "$(ls -A "$work/run/thintune")"
	[ ! -e "$work/never" ]
	is "$1: nothing was written" 0 "$?"
	expect "$1: --no-defaults goes on" 0 here facts --no-defaults
}
for mode in 666 664 646; do
	file_is "$good" $mode
	refused "mode $mode" "cannot trust '$file': users other than root may write to it"
done
file_is "$good" 644 101
refused "another owner" "cannot trust '$file': it is not root's"
file_is "$good"
chmod 777 "$dir"
refused "a directory that others may write" "cannot trust '$file': users other than root may change a directory on its path"
file_is "$good"
install -d -o 101 -m 755 "$work/his"
cp "$dir/thintune" "$work/his/roots" && cp "$dir/thintune" "$work/his/his" && chown 101 "$work/his/his"
ln -sf "$work/his/his" "$dir/thintune"
refused "a link to a file of another user" "cannot trust '$file'"
ln -sf "$work/his/roots" "$dir/thintune"
refused "a link into a directory of another user" "cannot trust '$file'"
ln -sf none "$dir/thintune"
refused "a link that leads nowhere" "a link that leads nowhere"
ln -sf /usr/share "$dir/thintune"
refused "a directory" "it is a directory"
rm "$dir/thintune" && mkfifo "$dir/thintune"
refused "a FIFO" "it is not a regular file"
file_is 'THINTUNE_OPTIONS="--strict"\0\n'
refused "a NUL byte" "NUL byte"
file_is "$(printf '#%070000d' 0)"
refused "a file that is too large" "more than"
# Debian's /usr/share is root's, and so is all above it.
file_is ''
rm "$dir/thintune" && ln -s thintune.roots "$dir/thintune" && printf '%b' "$good" >"$dir/thintune.roots"
run here audit --format json
is "a link of root's to a file of root's is taken" development "$(profile_of)"
if can_be_nobody; then
	file_is "$good" 600
	# shellcheck disable=SC2016 # that shell's
	run inside setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$THINTUNE" audit
	is "a file that the caller may not read is not the same as none" 2 "$code"
	says "and told" "cannot open '$file': Permission denied" "$err"
fi

# Mistakes -------------------------------------------------------------------------------------------------------
file_is '# options\nTHINTUNE_OPTIONS="--strict \\\n  --nonsense"\n'
refused "an unknown option" "$file:3: unknown option '--nonsense'"
file_is 'THINTUNE_OPTIONS="--profile none"\n'
expect "a profile that is not there" 2 here audit
says "and it is told where it was named" "options from $file: --profile none" "$err"
file_is 'THINTUNE_OPTIONS="--strict"\n'
expect "what does not go with the command is left out" 0 here facts
is "and not told" "" "$err"

# The gate goes on -------------------------------------------------------------------------------------------------
mkdir -p "$tree/proc/sys/kernel/random"
cp /proc/sys/kernel/random/boot_id "$tree/proc/sys/kernel/random/boot_id"
printf 'profile: ours\nextends: development\ngate: report\nprobe: {when: never}\n' >"$work/p.yaml"
"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" >/dev/null 2>&1
cp -a "$tree/run/thintune" "$work/run/"
rm -rf "$dir" && mkdir "$dir"
expect "gate: the verdict lets the broker start" 0 here gate
answer=$out
for text in 'THINTUNE_OPTIONS=--nonsense\n' 'THINTUNE_OPTIONS="--strict\n' 'THINTUNE_OPTIONS=gate\n'; do
	file_is "$text"
	expect "gate: also where the file has a mistake ($text)" 0 here gate
	is "gate: with the same answer" "$answer" "$out"
	says "gate: the mistake is told" "$file:1: " "$err"
done
file_is "$good" 666
expect "gate: also where the file cannot be trusted" 0 here gate
says "gate: which is told" "cannot trust '$file'" "$err"
expect "gate: nor is it looked at with --no-defaults" 0 here gate --no-defaults
is "gate: so there is nothing to tell" "" "$err"

# A directory that the caller may not enter has nothing to do with where files are.
if can_be_nobody; then
	mkdir -m 700 "$work/closed"
	cd "$work/closed" || exit 1
	rm -rf "$dir"
	mkdir -m 755 "$dir"
	expect "in a closed directory, without the file" 0 inside setpriv --reuid=65534 --regid=65534 \
		--clear-groups --inh-caps=-all -- "$THINTUNE" facts
	is "in a closed directory: nothing to tell" "" "$err"
	cd "$top" || exit 1
fi
finish
