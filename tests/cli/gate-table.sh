#!/bin/bash
# The gate, as a table: each situation a node can be in at the start of a broker, without data in the directory
# and with, against each gate mode. `run` ends with the code, `gate` says the same, and so do the report and
# the verdict file; `audit` and `apply`, who compare the node with the profile, have codes of their own. These are the tables of --help and
# docs/commands.md. What has no verdict of its own (the lock, a job that failed) is in gate.sh, what a mistake comes to in
# exit-codes.sh and last-good.sh, the floors of the probe in probe-floor.sh.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

question gate '"\(.gate.mode) \(.gate.may_start) \(.exit_code)"' -r

tree=$work/tree

# Situations: what they change in the tree, and what they add to the profile ----------------------------------
# shellcheck disable=SC2317 # called by their names
{
	everything_right() { :; }
	an_advised_check_fails() { set_live "$tree" clock-synchronised no; }
	an_advised_setting_lacks_a_right() {
		set_live "$tree" capabilities
		added='sysctl: {kernel.numa_balancing: 0}'
	}
	an_advised_setting_failed() {
		added='sysctl: {kernel.numa_balancing: 0}'
		printf 'EIO /proc/sys/kernel/numa_balancing\n' >"$tree/.thintune/errors"
	}
	a_required_setting_failed() {
		added='sysctl: {kernel.numa_balancing: {value: 0, severity: required}}'
		printf 'EIO /proc/sys/kernel/numa_balancing\n' >"$tree/.thintune/errors"
	}
	an_advised_setting_is_not_on_this_node() { added='sysctl: {kernel.none: 1}'; }
	a_required_setting_lacks_a_right() {
		set_live "$tree" capabilities
		added='sysctl: {kernel.numa_balancing: {value: 0, severity: required}}'
	}
	a_required_setting_is_not_on_this_node() { added='sysctl: {kernel.none: {value: 1, severity: required}}'; }
	there_is_no_data_directory() {
		set_live "$tree" data-dir.exists no
		set_live "$tree" data-dir.is-directory no
	}
	the_data_directory_cannot_be_looked_at() {
		set_live "$tree" data-dir.exists
		set_live "$tree" data-dir.error 13
	}
	the_data_directory_is_not_mounted() { set_live "$tree" data-dir.mount-point /; }
	the_data_directory_is_read_only() { set_live "$tree" data-dir.mount-options ro,noatime; }
	the_file_system_is_wrong() { set_live "$tree" data-dir.fs-type tmpfs; }
	the_waiver_of_a_required_check_has_expired() {
		set_live "$tree" data-dir.fs-type tmpfs
		added="waivers: [{what: check filesystem, reason: r, owner: o, until: $(date -u -d yesterday +%F)}]"
	}
	io_setup_is_refused() { set_live "$tree" linux-aio no; }
	io_setup_is_not_known() { set_live "$tree" linux-aio; }
	there_is_no_place_for_a_verdict() { # and a required setting differs
		mkdir -p "$tree/run"
		: >"$tree/run/thintune"
		printf '65536\n' >"$tree/proc/sys/fs/aio-max-nr"
	}
}

# write_profile MODE: to $work/p.yaml
write_profile() {
	printf 'profile: p\nsummary: for a test\nextends: thin-ledger\ngate: %s\nchecks: {conflicts: leave}\n%s\n' \
		"$1" "$added" >"$work/p.yaml"
}

# row SITUATION DATA CODE-OF-AUDIT CODE-OF-APPLY CODE-required-only CODE-strict CODE-report
row() {
	local situation=$1 data=$2 audit=$3 apply=$4 mode wanted word sentence program
	shift 4
	fresh aws-i4i "$tree"
	printf '1\n' >"$tree/proc/sys/kernel/numa_balancing"
	set_live "$tree" data-dir.has-data "$data"
	added=
	"$situation"
	write_profile required-only
	expect "${situation//_/ }, data: $data: apply ends with $apply" "$apply" \
		"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
	# Here, and of the gate below, the like is made with sanitizers in gate.sh and exit-codes.sh.
	expect "${situation//_/ }, data: $data: audit ends with $audit" "$audit" \
		"$shipped" audit --root "$tree" --profile "$work/p.yaml"
	for mode in required-only strict report; do
		# The modes differ in the answer alone: one of them has the sanitizers.
		program=$shipped
		[ "$mode" != required-only ] || program=$THINTUNE
		wanted=$1
		shift
		word=blocked
		[ "$wanted" -ne 0 ] || word=start
		sentence="${situation//_/ }, data: $data, gate $mode"
		write_profile "$mode"
		run "$program" run --root "$tree" --profile "$work/p.yaml" --format json
		is "$sentence: run ends with $wanted" "$wanted" "$code"
		is "$sentence: the report says so" "$mode $([ "$word" = start ] && echo true || echo false) $wanted" \
			"$(ask gate "$work/out")"
		if [ -d "$tree/run/thintune" ]; then
			expect "$sentence: gate ends with $wanted" "$wanted" "$shipped" gate --root "$tree"
			says "$sentence: in words" "^$word: profile p, " "$out"
		else
			expect "$sentence: without a verdict the gate stays shut" 1 "$THINTUNE" gate --root "$tree"
		fi
	done
}

while read -r situation data codes; do
	read -ra list <<<"$codes"
	row "$situation" "$data" "${list[@]}"
done <<-'END'
	everything_right                          no   0 0  0 0 0
	everything_right                          yes  0 0  0 0 0
	an_advised_check_fails                    no   3 3  0 3 0
	an_advised_check_fails                    yes  3 3  0 3 0
	an_advised_setting_failed                 no   3 3  0 3 0
	an_advised_setting_failed                 yes  3 3  0 3 0
	an_advised_setting_is_not_on_this_node    no   0 0  0 0 0
	an_advised_setting_is_not_on_this_node    yes  0 0  0 0 0
	an_advised_setting_lacks_a_right          no   3 0  0 0 0
	an_advised_setting_lacks_a_right          yes  3 0  0 0 0
	a_required_setting_failed                 no   4 4  4 4 0
	a_required_setting_failed                 yes  4 4  0 4 0
	a_required_setting_lacks_a_right          no   3 4  4 4 0
	a_required_setting_lacks_a_right          yes  3 4  0 4 0
	a_required_setting_is_not_on_this_node    no   4 4  4 4 0
	a_required_setting_is_not_on_this_node    yes  4 4  0 4 0
	there_is_no_data_directory                no   4 4  4 4 0
	the_data_directory_cannot_be_looked_at    no   4 4  4 4 0
	the_data_directory_cannot_be_looked_at    yes  4 4  4 4 0
	the_data_directory_is_not_mounted         no   4 4  4 4 0
	the_data_directory_is_not_mounted         yes  4 4  4 4 0
	the_data_directory_is_read_only           no   4 4  4 4 0
	the_data_directory_is_read_only           yes  4 4  4 4 0
	the_file_system_is_wrong                  no   4 4  4 4 0
	the_file_system_is_wrong                  yes  4 4  4 4 0
	the_waiver_of_a_required_check_has_expired       no   4 4  4 4 0
	the_waiver_of_a_required_check_has_expired       yes  4 4  0 0 0
	io_setup_is_refused                       no   4 4  4 4 0
	io_setup_is_refused                       yes  4 4  4 4 0
	io_setup_is_not_known                     no   4 4  4 4 0
	io_setup_is_not_known                     yes  4 4  4 4 0
	there_is_no_place_for_a_verdict                  no   3 4  1 1 1
	there_is_no_place_for_a_verdict                  yes  3 4  1 1 1
END
finish
