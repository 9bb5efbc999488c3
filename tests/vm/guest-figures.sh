# shellcheck shell=sh
# Guest script of try-figures. Leaves the reports in /out; the host judges them.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh

# The bursts begin before the measurement and end after it.
printf 'profile: p\nsummary: for a test\n' >/tmp/p.yaml
mkfifo /tmp/begun
bursts 1 40 3>/tmp/begun >/out/bursts &
read -r _ </tmp/begun
thintune probe --cpu --force --cpus 1 --runtime 20s --profile /tmp/p.yaml --format json >/out/noise.json 2>/out/noise.err
wait $!

setup_storage || exit 1
file=$DATA_DIR/file
dd if=/dev/urandom of="$file" bs=1M count=64 2>/dev/null
chown 101:101 "$file"
sync
for limit in 100 200; do
	thintune probe --quick --envelope --limit ${limit}ms --file "$file" --jobs randread-4k-qd1 --format json \
		>/out/envelope-$limit.json 2>/out/envelope-$limit.err
done
