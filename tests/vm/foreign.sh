# shellcheck shell=bash
# Packages of another architecture, fetched with an index of its own and never installed: this machine's own
# packages stay as they are. Sourced, after host.sh.

# foreign_apt DIR ARCH ARGUMENT... : apt-get with index and cache below DIR; sources and keys are the machine's.
foreign_apt() {
	local dir=$1 arch=$2
	shift 2
	apt-get -qq -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o APT::Sandbox::User=root \
		-o "Dir::State=$dir" -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache" \
		-o Acquire::Languages=none "$@"
}

# foreign_fetch DIR ARCH DEBS PACKAGE[=VERSION]... : their packages lie in DEBS.
foreign_fetch() {
	local dir=$1 arch=$2 debs=$3
	shift 3
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$debs"
	: >"$dir/status"
	foreign_apt "$dir" "$arch" update >"$dir/log" 2>&1 ||
		cannot "no package index for $arch: $(tail -n 1 "$dir/log")"
	(cd "$debs" && foreign_apt "$dir" "$arch" download "$@") >"$dir/log" 2>&1 ||
		cannot "not all packages for $arch can be fetched: $(tail -n 1 "$dir/log")"
}
