# Runs the unit tests of /programs, and every command of /commands, on a node of another architecture. What each printed lies in
# /out/NAME.out and .err, its exit code in NAME.code; the host judges it.
export CK_TAP_LOG_FILE_NAME=- CK_VERBOSITY=silent CK_TIMEOUT_MULTIPLIER=10 LC_ALL=C.UTF-8
# See is_sweep_short in tests/unit/run_suite.h.
! grep -q 'thintune.sweep=short' /proc/cmdline || export THINTUNE_SWEEP=short

# keep NAME COMMAND...
keep() {
	name=$1
	shift
	"$@" >"/out/$name.out" 2>"/out/$name.err" </dev/null
	echo $? >"/out/$name.code"
}

uname -m >/out/machine
while read -r name; do
	keep "$name" "/unit/$name"
done </programs
while read -r name seconds words; do
	date -s "@$seconds" >/dev/null
	# shellcheck disable=SC2086 # several words
	keep "$name" /bin/thintune $words
done </commands
