#!/bin/bash
# The command on its own: it places nothing; writes that must not wait, and io-config.yaml.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/probe-lib.sh disable=SC1091
. "$(dirname "$0")/probe-lib.sh"

# Writes that must not wait ---------------------------------------------------------------------------------
printf 'profile: p\nsummary: for a test\nchecks: {nowait: true}\n' >"$work/nowait.yaml"
run apart "$THINTUNE" probe --quick --runtime 100ms --jobs append-4k --size 32MiB --profile "$work/nowait.yaml" \
	--data-dir "$disk" --format json
# Before Linux 6.3 ext4 counts space that is reserved and not yet written as missing.
wanted="0 pass overwrite taken, append taken"
[ "$(printf '6.3\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.3 ] || wanted="3 fail overwrite taken, append refused (EAGAIN)"
is "ext4: an append that must not wait, into reserved space within the file's size" "$wanted" \
	"$code $(value '.checks[] | select(.check == "nowait") | "\(.state) \(.have)"')"

# The command itself: it places nothing -------------------------------------------------------------------------
run apart "$THINTUNE" probe --data-dir "$disk" --runtime 50ms --size 16MiB --jobs append-4k,mixed --format json
valid "the report of a probe keeps to the schema"
is "and tells no placement, nor how to start Redpanda" null "$(value '.placement // .start_options')"
is "every job that moved something has a rate" "" "$(value '.probe.jobs[] | select((.requests > 0) != (.iops > 0)) | .job')"
run apart "$THINTUNE" probe --data-dir "$work/no-disk" --io-config "$work/no.yaml" --format json
is "without a data directory: 1, and a report of that" "1 1 false there is no data directory to write to" \
	"$code $(value '"\(.exit_code) \(.probe.measured) \(.probe.skipped)"')"
says "and the sentence beside it" "nothing was measured: there is no data directory" "$err"
is "io-config.yaml is not written for the same reason" "there is no data directory to write to" "$(value .probe.io_config_note)"
valid "which keeps to the schema, too"

# io-config.yaml ---------------------------------------------------------------------------------------------
config=$work/io-config.yaml
profile required-only always 1us
run apart "$THINTUNE" probe --data-dir "$disk" --size 128MiB --profile "$work/p.yaml" --io-config "$config" --format json
# The figures say which it has to be: of each of the four a settled job that comes near the best one.
# shellcheck disable=SC2016 # for jq
settled=$(value '[.probe.jobs[] | select(.state == "done")] as $jobs |
	all("randread-4k-", "randwrite-4k-", "read-128k-", "write-128k-"; . as $kind |
		[$jobs[] | select(.job | startswith($kind))] | (map(.bandwidth) | max) as $best |
		any(.[]; (.noisy or .burst | not) and .bandwidth >= 0.75 * $best))')
note=$(value .probe.io_config_note)
[[ $note != *"cannot be seen here"* && $(value .probe.invalid) == null ]] || settled=false
is "io-config.yaml is there when the figures are settled, and only then" "$settled" "$([ -e "$config" ] && echo true || echo false)"
if [ "$settled" = true ]; then
	run "$python" "$top/tests/cli/test_io_config.py" "$config" "$disk"
	is "a default probe writes an io-config.yaml that a strict reader takes" 0 "$code"
	says "with its origin" '^# Measured by thintune' "$(cat "$config")"
	cp "$config" "$work/kept"
	expect "never over one that is there" 2 "$THINTUNE" probe --data-dir "$disk" --io-config "$config"
	same "it stays as it is" "$config" "$work/kept"
else
	is "no io-config.yaml, and the exit code says so" 1 "$code"
	says "only for figures that do not settle, or that a quota may have falsified" "is not stable|cannot be seen here|invalid" "$note"
fi
finish
