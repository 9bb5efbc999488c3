# shellcheck shell=bash
# The test machine with systemd: an image of Debian, an initrd with the files of one run, NVMe drives, QEMU.
# Sourced by the tests, which have $here, $work and $results and print what they check.
# shellcheck disable=SC2154 # these are the caller's

count=0
failures=0

# What the command says follows its line, where the list of failures looks for it.
check() { # sentence command...
	local sentence=$1 verdict="not ok"
	shift
	count=$((count + 1))
	if "$@" >"$work/said"; then
		verdict=ok
	else
		failures=$((failures + 1))
	fi
	printf '%s %d - %s\n' "$verdict" "$count" "$sentence"
	cat "$work/said"
}

note() { sed 's/^/# /'; }

skip_all() {
	printf 'ok 1 - a boot with systemd # SKIP %s\n1..1\n' "$1"
	exit 0
}

need_tools() {
	local tool
	for tool in jq qemu-system-x86_64 busybox cpio mke2fs debugfs; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
}

# part PROGRAM ARGUMENT... : what it prints; where it cannot be had here the test is skipped.
part() {
	local code=0
	"$@" >>"$work/parts" 2>"$work/why" || code=$?
	cat "$work/why" >&2
	[[ $code != 77 ]] || skip_all "$(tail -n 1 "$work/why")"
	[[ $code == 0 ]] || fail "$1 ended with code $code"
}

# find_parts IMAGE: leaves the kernel's directory, its file, and the root image.
find_parts() {
	part "$here/../vm/kernel"
	part "$here/image" "$1"
	{ read -r kernel && read -r image; } <"$work/parts"
	kernel_file=$kernel/vmlinuz
	[[ ! -e $kernel/vmlinux ]] || kernel_file=$kernel/vmlinux
}

# What "systemctl enable" would do, where the [Install] section says so.
enable_units() {
	local units=$1 unit
	mkdir -p "$units/multi-user.target.wants"
	for unit in "$units"/*.service; do
		grep -qx 'WantedBy=multi-user.target' "$unit" || fail "$unit cannot be enabled"
		ln -s "../${unit##*/}" "$units/multi-user.target.wants/${unit##*/}"
	done
}

# The files in $work/tree/payload are laid over the machine's root.
make_initrd() {
	local tree=$work/tree
	mkdir -p "$tree"/{bin,dev,modules,proc,root,sys}
	install -m 755 "$(command -v busybox)" "$tree/bin/busybox"
	install -m 755 "$here/init" "$tree/init"
	cp "$kernel"/modules/* "$tree/modules/"
	enable_units "$tree/payload/etc/systemd/system"
	(cd "$tree" && find . -mindepth 1 | sort | cpio --quiet -o -H newc -R 0:0) >"$work/initrd"
}

# The data directory as the packages of Redpanda leave it: owned by its user, closed to others.
make_drives() {
	truncate --size=12G "$work/data.img"
	mke2fs -q -t ext4 -L data -E lazy_itable_init=1,lazy_journal_init=1,root_owner=101:101 \
		"$work/data.img"
	debugfs -w -R 'set_inode_field / mode 040750' "$work/data.img" 2>/dev/null
	# With data in it, so that no floor stops the start: an emulated CPU on a busy host is no disk.
	debugfs -w -R 'mkdir redpanda' "$work/data.img" 2>/dev/null
	truncate --size=16M "$work/results.img"
}

drive() { # name options: an NVMe drive that has its name for a serial number
	devices+=(-drive "if=none,id=$1,format=raw,file=$2" -device "nvme,drive=$1,serial=$1")
}

# boot SECONDS: until the machine switches itself off; its results are then in $results. A reboot is a new start of
# the emulator: its firmware does not always come back from a warm one with these drives.
boot() {
	local devices=() status=0 starts=0
	# A machine in software on a busy host may stand still for half a minute; no fault of its kernel.
	local patience="no_timer_check nosoftlockup sysctl.kernel.hung_task_timeout_secs=0"
	cp --sparse=always "$image" "$work/root.img"
	drive root "$work/root.img,cache=unsafe"
	drive data "$work/data.img,cache=unsafe"
	drive results "$work/results.img,cache=unsafe"
	while [[ $status == 0 && $starts -lt 3 ]] && ! tar -t -f "$work/results.img" 2>/dev/null | grep 'finished$' >/dev/null; do
		starts=$((starts + 1))
		timeout -k 10 "$1" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
			-machine q35 -accel tcg,thread=multi -cpu "$emulated_cpu" -smp 2 -m 5G \
			-kernel "$kernel_file" -initrd "$work/initrd" \
			-append "console=ttyS0 loglevel=4 log_buf_len=4M random.trust_cpu=on mitigations=off $patience" \
			-chardev "file,id=console,path=$work/console,append=on" -serial chardev:console \
			"${devices[@]}" </dev/null 2>"$work/qemu" || status=$?
	done
	[[ $status == 0 ]] || printf '# qemu ended with status %d: %s\n' "$status" "$(cat "$work/qemu")"
	mkdir "$results"
	tar -x -f "$work/results.img" -C "$results" 2>/dev/null || true
	printf '# booted, collected and switched off after %d s\n' "$SECONDS"
	if [[ ${THINTUNE_KEEP:-} ]]; then
		mkdir -p "$THINTUNE_KEEP"
		cp -r "$work/console" "$results" "$THINTUNE_KEEP"
	fi
}

results_are_there() {
	[[ -s $results/finished ]] && return
	tail -n 40 "$work/console" | tr -d '\r' | note
	return 1
}

ended_with() { # attempt code
	[[ $(cat "$results/$1.code") == "$2" ]] && return
	{
		printf 'exit code %s\n' "$(cat "$results/$1.code")"
		cat "$results/$1.out"
	} | note
	return 1
}

kernel_is_content() {
	grep -q 'Linux version' "$results/kernel.log" || ! note <<<"the log does not go back to the boot" || return 1
	! grep -nE 'WARNING:|BUG:|kernel BUG|Oops|Call Trace|INFO: task .* blocked|rcu.*stall' \
		"$results/kernel.log" | note | grep .
}
