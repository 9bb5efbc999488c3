# shellcheck shell=bash
# What the tests of the packages share. Sourced by them, which set $top.
# shellcheck disable=SC2034,SC2154
count=0
failures=0
build=$(dirname "${1:-${THINTUNE:-$top/build/thintune}}")

check() { # sentence command...
	local sentence=$1 verdict="not ok"
	shift
	count=$((count + 1))
	if "$@"; then
		verdict=ok
	else
		failures=$((failures + 1))
	fi
	printf '%s %d - %s\n' "$verdict" "$count" "$sentence"
}

skip() { # sentence reason
	count=$((count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

finish() {
	printf '1..%d\n' "$count"
	[[ $failures == 0 ]]
	exit
}

note() { sed 's/^/# /'; }

# Passes when nothing comes in, and shows what does.
nothing_said() { ! note | grep .; }

# Links of the installed pages that lead nowhere. The text of the licence has its place by the package's own rules.
dead_links() { # tree
	local doc=$1/usr/share/doc/thintune page link
	find "$doc" -name '*.md' | while read -r page; do
		{ grep -oE '\]\([^)#]+' "$page" || true; } | sed 's/^](//' | { grep -vE '^(https?:|LICENSE$)' || true; } | while read -r link; do
			[[ -e ${page%/*}/$link ]] || printf '%s: %s\n' "${page#"$doc/"}" "$link"
		done
	done
}
links_lead_somewhere() { dead_links "$1" | nothing_said; }

# A page as a reader gets it.
is_readable_page() { zcat "$1" | mandoc -T ascii 2>/dev/null | sed 's/.\x08//g' | grep "$2" >/dev/null; }

man_pages_are_readable() { # tree
	is_readable_page "$1/usr/share/man/man1/thintune.1.gz" 'thintune audit' &&
		is_readable_page "$1/usr/share/man/man5/thintune-profile.5.gz" 'sysctl' &&
		is_readable_page "$1/usr/share/man/man7/thintune-report.7.gz" 'settings'
}

# Nothing below /etc/systemd, no links of targets, no presets, no drop-in that systemd reads: what systemd sees is the units.
enables_nothing() { # tree
	find "$1/etc" "$1/usr/lib/systemd" -mindepth 1 \( -path '*/systemd/*' -not -path '*/usr/lib/systemd/system' \
		-not -path '*/usr/lib/systemd/system/thintune*' -o -name '*.preset' \) -printf '%P\n' | nothing_said
}

# A maintainer for whom lintian and rpmlint have no word.
as_published() { DEBFULLNAME="A Maintainer" DEBEMAIL=maintainer@debian.org "$@"; }
