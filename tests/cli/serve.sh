#!/bin/bash
# The command serve: what it answers, whom it answers, and what attacks come to.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$work/attacks"
chmod 755 "$work"
# Each line is a check, and what was found is below it.
sentence='' details=()
conclude() {
	[[ $sentence != 'not ok '* ]] || not_ok "${sentence#not ok }" "${details[@]}"
	[[ $sentence != 'ok '* ]] || ok "${sentence#ok }"
	details=()
}
while IFS= read -r line; do
	if [[ $line = '# '* ]]; then
		details+=("${line#\# }")
	else
		conclude
		sentence=$line
	fi
done < <("$python" "$top/tests/cli/serve-attack" "$work/attacks" 2>&1 || printf 'not ok the attacks come to their end\n')
conclude
says "the attacks come to their end" '^ok SIGTERM ends it with 0 while others wait' "$sentence"

# The policy that the server sends has to be the page's own, or its filter would not work.
mkdir "$work/page" "$work/node"
"$top/tests/nodes/generate" "$work/node/one" cores=4 nvme:1@0 ena:1@0
run "$THINTUNE" audit --root "$work/node/one" --format html --output "$work/page/report.html"
chmod -R a+rX "$work/page"
"$python" - "$THINTUNE" "$work/page" >"$work/policies" <<-'END'
	import os, re, subprocess, sys, urllib.request
	variables = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
	server = subprocess.Popen([sys.argv[1], "serve", "--listen", "127.0.0.1:0", "--publish", sys.argv[2]],
	                          stderr=subprocess.PIPE, text=True, env=variables)
	with urllib.request.urlopen(server.stderr.readline().split()[-1]) as answer:
	    page = answer.read().decode()
	    print(answer.headers["Content-Security-Policy"])
	    print(re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1))
	server.terminate()
	server.wait()
END
mapfile -t policies <"$work/policies"
is "a page is sent with its own policy, and may not be framed or send a form" \
	"${policies[1]-none}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" "${policies[0]-}"
finish
