# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of run and probe on this machine's own root share: an ext4 of their own in $disk, and a /run and
# /var/lib of their own. Sourced after lib.sh; a test without these rights ends here, skipped.
if ! is_root || ! unshare -m mount -t tmpfs none /run 2>/dev/null; then
	skip "the probe on this machine" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "the probe on this machine" "no loop device, or no mkfs.ext4"
	finish
fi

mkdir "$work/run" "$work/lib"
# apart COMMAND...: /run and /var/lib are directories of the test
# shellcheck disable=SC2016,SC2317 # for that shell; called by its name
apart() {
	unshare -m sh -c 'mount --bind "$1" /run && mount --bind "$2" /var/lib && shift 2 && exec "$@"' \
		sh "$work/run" "$work/lib" "$@"
}

# profile GATE WHEN FLOOR: writes $work/p.yaml; it sets nothing
profile() {
	cat >"$work/p.yaml" <<-END
		profile: p
		summary: for a test
		gate: $1
		checks: {direct-io: true, linux-aio: true, data-directory: true}
		probe: {when: $2, floors: {fsync-p99: {at-most: $3}}}
	END
}
step() { run apart "$THINTUNE" run --profile "$work/p.yaml" --data-dir "$disk" --format json; }
value() { jq -r "$1" "$work/out"; }
summary() { value '"\(.exit_code) \(.probe.measured) \(.probe.earlier != null) \(.probe.direct_io.proof) \(.gate.may_start)"'; }
gated() { run apart "$THINTUNE" gate; }

# valid SENTENCE: the last report keeps to the schema
valid() {
	cp "$work/out" "$work/report.json"
	run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/report.json"
	case $code in
	77) skip "$1" "the Python module jsonschema is missing" ;;
	0) ok "$1" ;;
	*) not_ok "$1" "$out" "$err" ;;
	esac
	cp "$work/report.json" "$work/out"
}
