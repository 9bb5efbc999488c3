# shellcheck shell=sh
# Guest script of record-nodes: sets the node up and lets thintune record it.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
hostname recorded-host-name
setup_network
setup_storage || exit 1
thintune record /out/node || exit 1
# Exit 3 and 4 are findings about the node, not failures to look at it.
thintune audit --format json >/out/audit.json
audit_status=$?
case $audit_status in 0 | 3 | 4) ;; *) exit 1 ;; esac
thintune facts --format json >/out/facts.json
