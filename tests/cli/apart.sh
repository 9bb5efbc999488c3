# shellcheck shell=bash
# Starts the test anew, with a /run, a /var/lib and processes of its own, as this machine may be at work: the lock and the
# journal are in /run, what a run keeps in /var/lib, and beside a process that is named like a broker nothing is measured where
# there is data. Sourced first, with the test's arguments; without effect for anybody but root, when PROBE_APART stays unset.
if [ "$(id -u)" -eq 0 ] && [ -z "${PROBE_APART-}" ] && unshare -pf --mount-proc mount -t tmpfs none /run 2>/dev/null; then
	PROBE_APART=1 exec unshare -pf --kill-child --mount-proc \
		sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && "$@"' sh "$0" "$@"
fi
