# shellcheck shell=bash
# Packages of another architecture or release, fetched with an index of its own and never installed: this
# machine's own packages stay as they are. Sourced, after host.sh.

# foreign_apt DIR ARCH COMMAND ARGUMENT... : apt-get or apt-cache with index and cache below DIR. Sources are those of
# foreign_release, else the machine's; keys are the machine's.
foreign_apt() {
	local dir=$1 arch=$2 command=$3 sources=()
	shift 3
	[ ! -e "$dir/sources.list" ] ||
		sources=(-o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null)
	"$command" -qq -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o APT::Sandbox::User=root \
		-o "Dir::State=$dir" -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache" \
		-o Acquire::Languages=none "${sources[@]}" "$@"
}

# foreign_release DIR SUITE: another release of Debian, from the places that the machine's own comes from.
foreign_release() {
	local dir=$1 suite=$2
	mkdir -p "$dir"
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | sort -u |
		awk -v suite="$suite" '
			$1 == "Debian" { print "deb", $2, suite, "main" }
			$1 == "Debian-Security" { print "deb", $2, suite "-security", "main" }' >"$dir/sources.list"
	[ -s "$dir/sources.list" ] || cannot "this machine's packages do not come from Debian"
}

# foreign_index DIR ARCH: fetches it
foreign_index() {
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	: >"$1/status"
	foreign_apt "$1" "$2" apt-get update >"$1/log" 2>&1 ||
		cannot "no package index for $2: $(tail -n 1 "$1/log")"
}

# foreign_fetch DIR ARCH DEBS PACKAGE[=VERSION]... : their packages lie in DEBS.
foreign_fetch() {
	local dir=$1 arch=$2 debs=$3
	shift 3
	mkdir -p "$debs"
	(cd "$debs" && foreign_apt "$dir" "$arch" apt-get download "$@") >"$dir/log" 2>&1 ||
		cannot "not all packages for $arch can be fetched: $(tail -n 1 "$dir/log")"
}

# foreign_fetch_all DIR ARCH DEBS PACKAGE... : and what they depend on.
foreign_fetch_all() {
	local dir=$1 arch=$2 debs=$3
	shift 3
	foreign_apt "$dir" "$arch" apt-get install --download-only --no-install-recommends -y "$@" >"$dir/log" 2>&1 ||
		cannot "not all packages for $arch can be fetched: $(tail -n 1 "$dir/log")"
	mkdir -p "$debs"
	mv "$dir"/cache/archives/*.deb "$debs"
}
