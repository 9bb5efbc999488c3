# shellcheck shell=bash
# What several scripts/check-* have in common: each judges lists of problems and prints TAP.

number=0
failed=0

# verdict SENTENCE: passes when standard input, the list of what is wrong, is empty.
verdict() {
	local problems
	problems=$(cat)
	number=$((number + 1))
	if [ -z "$problems" ]; then
		printf 'ok %d - %s\n' "$number" "$1"
	else
		failed=1
		printf 'not ok %d - %s\n' "$number" "$1"
		printf '# %s\n' "${problems//$'\n'/$'\n'# }"
	fi
}

# skip SENTENCE REASON
skip() {
	number=$((number + 1))
	printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"
}

finish() {
	printf '1..%d\n' "$number"
	exit "$failed"
}

# What belongs to the project, build directories and the repository's own data left out.
every_file() { find . \( -name .git -o -path './build*' \) -prune -o -type f -print | sort; }

scripts() {
	every_file | xargs awk '
		/^#!.*[\/ ](ba)?sh$/ || /^# shellcheck shell=/ { print FILENAME }
		{ nextfile }'
}
