#!/bin/bash
# Completions, as a person gets them: in an interactive shell, by pressing Tab.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
pages=$(dirname "$THINTUNE")/scripts/pages
if [ ! -e "$pages/thintune" ]; then
	skip "completions" "$pages has none: this build cannot run its own programs"
	finish
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir "$work/place" "$work/place/folder"
touch "$work/place/site.yaml" "$work/place/file.txt"
cd "$work/place" || exit 1

# pressed KEYS SENTENCE: lines of "what is typed<tab>what it becomes"; $shell is the shell and its setup.
pressed() {
	local keys=$1 sentence=$2 typed=() wanted=() line i
	while IFS=$'\t' read -r line i; do
		typed+=("$line")
		wanted+=("$i")
	done
	printf '%s\n' "${typed[@]}" | timeout 300 "$here/press-tab" "$keys" "${shell[@]}" >"$work/became" 2>"$work/trouble"
	# A blank after the last candidate says that it is complete.
	sed -i 's/ *$//' "$work/became"
	for ((i = 0; i < ${#wanted[@]}; i++)); do printf '%s\n' "${wanted[i]}"; done >"$work/wanted"
	same "$sentence" "$work/wanted" "$work/became"
	[ ! -s "$work/trouble" ] || sed 's/^/# /' "$work/trouble"
}

shell=("PS1=; . '$pages/thintune'; bind 'set bell-style none'" bash --norc --noprofile -i)
unique() {
	printf '%s\t%s\n' \
		'thintune aud' 'thintune audit' \
		'thintune help rest' 'thintune help restore' \
		'thintune audit --allow' 'thintune audit --allow-fewer-shards' \
		'thintune audit --format syst' 'thintune audit --format systemd' \
		'thintune run --netns h' 'thintune run --netns host' \
		'thintune probe --engine lin' 'thintune probe --engine linux-aio' \
		'thintune profile che' 'thintune profile check' \
		'thintune profile check si' 'thintune profile check site.yaml' \
		'thintune profile show dev' 'thintune profile show development' \
		'thintune record fi' 'thintune record file.txt' \
		'thintune explain disk-q' 'thintune explain disk-queue' \
		'thintune audit --output fi' 'thintune audit --output file.txt'
}
pressed tab "bash: commands, options, values, profiles and files" < <(unique)
pressed tab "bash: lists, values after =, and nothing that does not go with the command" < <(
	printf '%s\t%s\n' \
		'thintune audit --only sysctl,disk-q' 'thintune audit --only sysctl,disk-queue' \
		'thintune audit --format=syst' 'thintune audit --format=systemd' \
		'thintune audit -o fi' 'thintune audit -o file.txt' \
		'thintune audit --data-dir f' 'thintune audit --data-dir folder/' \
		'thintune --root / audit --format k' 'thintune --root / audit --format k8s' \
		'thintune audit --quick' 'thintune audit --quick' \
		'thintune gate --allow' 'thintune gate --allow'
)
# The shell sorts them.
formats=$("$THINTUNE" facts --format none 2>&1 | sed -n '1s/.*only //p' | tr -d ' ' | tr , '\n' | sort | paste -sd ' ')
pressed all "bash: all values there are" < <(
	printf '%s\t%s\n' 'thintune run --netns ' 'thintune run --netns broker host' \
		'thintune facts --format ' "thintune facts --format $formats"
)
for disk in /sys/block/*; do
	[ -e "$disk" ] || continue
	pressed tab "bash: a disk of this machine" < <(
		printf 'thintune audit --disk %s\tthintune audit --disk %s\n' "${disk##*/}" "${disk##*/}"
	)
	break
done

if command -v zsh >/dev/null; then
	shell=("bindkey -e; PS1=; fpath=('$pages' \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt prompt_cr" zsh -f -i)
	pressed tab "zsh: commands, options, values, profiles and files" < <(unique)
else
	skip "zsh: commands, options, values, profiles and files" "zsh is not installed"
fi
if command -v fish >/dev/null; then
	unique | while IFS=$'\t' read -r typed wanted; do
		fish --no-config -c "source '$pages/thintune.fish'; complete -C '$typed'" 2>&1 | cut -f 1 |
			grep -xF -- "${wanted##* }" | sed "s|^|${wanted% *} |" || echo "$wanted: not offered"
	done >"$work/became"
	unique | cut -f 2 >"$work/wanted"
	same "fish: commands, options, values, profiles and files" "$work/wanted" "$work/became"
else
	skip "fish: commands, options, values, profiles and files" "fish is not installed"
fi
finish
