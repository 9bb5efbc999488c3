#!/bin/bash
# What the package's purge removes: everything below /var/lib/thintune but the history of changes.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

if ! is_root || ! unshare -m mount -t tmpfs none /var/lib 2>/dev/null; then
	skip "purge" "no file system of its own can be mounted here"
	finish
fi
mkdir "$work/bin"
for program in deb-systemd-helper systemctl; do
	printf '#!/bin/sh\n' >"$work/bin/$program"
	chmod 755 "$work/bin/$program"
done
# purged PREPARE: what is left below /var/lib, which PREPARE has filled
purged() {
	# shellcheck disable=SC2016 # for the shell that is started
	PATH=$work/bin:$PATH unshare -m sh -ec '
		mount -t tmpfs none /var/lib
		if [ -d /etc/thintune ]; then mount -t tmpfs none /etc/thintune; fi
		# The package of this name that debconf knows on this machine is another one.
		if [ -d /usr/share/debconf ]; then mount -t tmpfs none /usr/share/debconf; fi
		cd /var/lib
		eval "$1"
		sh "$2" purge
		find . -mindepth 1 | sort | tr "\n" " "' sh "$1" "$top/packaging/deb/postrm"
}
is "the history stays, and the hash by which its end is known" \
	"./thintune ./thintune/history.jsonl ./thintune/history.jsonl.1 ./thintune/history.state " \
	"$(purged 'mkdir -p thintune/profiles/a; cd thintune; touch history.jsonl history.jsonl.1 history.state audit.json profiles/a/p.yaml .hidden; cd ..')"
is "without one nothing stays" "" "$(purged 'mkdir -p thintune/profiles; touch thintune/audit.json')"
is "nothing was there" "" "$(purged ':')"
is "a link is not followed" "./elsewhere ./elsewhere/file ./thintune " "$(purged 'mkdir elsewhere; touch elsewhere/file; ln -s elsewhere thintune')"
finish
