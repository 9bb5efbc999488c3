# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of a probe that goes wrong share: being apart from this machine's own work, an ext4 in $disk, and a
# profile with floors that nothing meets. Sourced first; as root only.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "faults of the probe" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "faults of the probe" "no loop device, or no mkfs.ext4"
	finish
fi

cat >"$work/p.yaml" <<-END
	profile: p
	summary: for a test
	checks: {direct-io: true, linux-aio: true, data-directory: true}
	probe: {when: always, floors: {fsync-p99: {at-most: 1us}, read-p99: {at-most: 1us}}}
END
options=(--profile "$work/p.yaml" --data-dir "$disk" --format json)
value() { jq -r "$1" "$work/out"; }
job() { jq -r --arg job "$1" ".probe.jobs[] | select(.job == \$job) | $2" "$work/out"; }
quota_seen() { [[ $(value '.probe.floors[0].note') != *"cannot be seen here"* ]]; }
