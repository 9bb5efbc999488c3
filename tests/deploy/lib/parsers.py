# SPDX-License-Identifier: Apache-2.0
"""What pages tell people to type, read by the programs themselves: the shell, kubectl, thintune, promtool, rpk, helm and
CockroachDB's parser. None of them reaches anything: kubectl's server is a closed port, the others are asked for help behind
their arguments."""
import functools
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

import commands
import helm
import links
import metrics
import rules
import tap

RPK = os.environ.get("THINTUNE_RPK")
# What tests/deploy/sql/build makes.
SQL = pathlib.Path(os.environ.get("THINTUNE_SQL_SAYS") or helm.CACHE.parent / "sql/sql-says")
THINTUNE = os.environ.get("THINTUNE_SHIPPED") or os.environ.get("THINTUNE")
PROGRAMS = ("kubectl", "rpk", "thintune", "promtool", "helm", "sql")
# Before a program's name, and no part of what it reads.
BEFORE = {"sudo", "command", "until", "do", "then", "!", "{"}
# The shell's own; and jq, which broker_problems() below and commands.py run.
KNOWN = {"done", "}", "echo", "jq"}
# How a block of shell begins, not one of output, of YAML or of a drawing.
SCRIPT = rf"(sudo |command )?({'|'.join(PROGRAMS)}|until|cd|grep|nvme|openssl|printf|sed|systemctl|scripts/setup) |\w+=|\w+\(\) "
STATEMENT = re.compile(r"SHOW CHANGEFEED (JOBS|JOB JOB_ID)|(CANCEL|RESUME|PAUSE) JOB JOB_ID|SHOW ZONE CONFIGURATION FROM DATABASE ledger|"
                       r"ALTER DATABASE ledger CONFIGURE ZONE USING gc\.ttlseconds = \d+")


def pages(top):
    """Those that are about deploy/, and the one about systemd. Others show what a program prints as well."""
    yield from (p for p in links.pages(top) if p.parent.name != "docs" or p.name in ("platform.md", "kubernetes.md", "systemd.md"))


def blocks(text):
    for block in commands.FENCE.findall(text):
        yield "\n".join(line.strip() for line in block.replace("\\\n", " ").splitlines()[1:-1])


def is_query(text, known):
    """PromQL speaks of series; the lines of a shell begin with a program."""
    return not text.lstrip().startswith(PROGRAMS) and any(name in known for name in re.findall(r"[a-z_][\w:]+", text))


def spans(text):
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", commands.FENCE.sub("", text)))


def simple_commands(text):
    """[word] of each command in a piece of shell, without here-documents, comments and what stands before the program."""
    text = re.sub(r"<<'?(\w+)'?.*?^\1$", "", text, flags=re.S | re.M)
    text = re.sub(r"(^|\s)#( .*)?$", "", text, flags=re.M)
    text = re.sub(r"^\w+\(\) ", "", text, flags=re.M)
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters, words = " \t\r", True, "", []
    for token in [*lexer, "\n"]:
        if set(token) - set("();|&\n"):
            words.append(token)
            continue
        words = words[:next((n for n, w in enumerate(words) if set(w) <= set("<>")), len(words))]
        while words and (words[0] in BEFORE or re.fullmatch(r"\w+=.*|\$", words[0])):
            words.pop(0)
        # A fragment, or the function itself: the reader puts the rest behind it.
        if words and words[-1] not in ("-f", "-k", "$@"):
            yield words
        words = []


def typed(top, runbooks_only=False):
    """(page, [word]) of every command: of all blocks, and of what in running text begins with one of PROGRAMS."""
    known = metrics.known(top)
    for page in pages(top):
        text, name = page.read_text(), str(page.relative_to(top))
        if runbooks_only and "runbooks" not in page.parts:
            continue
        pieces = [b for b in blocks(text) if re.match(SCRIPT, b) and not is_query(b, known)]
        pieces += [s for s in spans(text) if re.match(rf"(sudo |command )?({'|'.join(PROGRAMS)}) ", s)]
        for piece in pieces:
            try:
                yield from ((name, words) for words in simple_commands(piece))
            except ValueError:
                yield name, ["unreadable", piece]


@functools.lru_cache(maxsize=1)
def closed():
    """A folder with a kubeconfig whose every context is a port on which nobody listens, and with the files that commands name."""
    folder = tempfile.TemporaryDirectory()
    for name in ("users.txt", "LICENSE_FILE"):
        pathlib.Path(folder.name, name).touch()
    for name, target in {"deploy": "deploy", "operator": "deploy/operator", "cluster": "deploy/cluster", "FOLDER": "deploy/operator"}.items():
        pathlib.Path(folder.name, name).symlink_to(tap.TOP / target)
    contexts = [{"name": name, "context": {"cluster": "closed", "user": "nobody"}} for name in ("azure", "aws", "onprem", "here")]
    config = {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "closed", "cluster": {"server": "http://127.0.0.1:1"}}],
              "users": [{"name": "nobody", "user": {}}], "contexts": contexts, "current-context": "here"}
    pathlib.Path(folder.name, "config").write_text(json.dumps(config))
    return folder


@functools.lru_cache(maxsize=None)
def said(*command):
    """What a program says of its arguments; the same command is asked once."""
    environment = {"PATH": os.environ["PATH"], "HOME": closed().name, "KUBECONFIG": f"{closed().name}/config"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=environment, cwd=closed().name, check=False, timeout=60)
    return done.returncode, done.stdout.strip()


def kubectl_read_problems(top):
    """It has read the arguments when it asks the server, or needs none; what stands behind -- runs in a container."""
    for page, words in typed(top):
        if words[0] != "kubectl" or "-f" in words and "-" in words:
            continue
        if "--" in words:
            words = [*words[:words.index("--") + 1], "true"]
        code, text = said(*words)
        if code and "127.0.0.1:1 was refused" not in text and "connect: connection refused" not in text:
            yield f"{page}: {' '.join(words)}: {text}"


def _helped(top, program, command):
    for page, words in typed(top):
        if words[0] == program:
            code, text = said(*command, *[w for w in words[1:] if w != "--help"], "--help")
            if code:
                yield f"{page}: {' '.join(words)}: {text.partition(chr(10))[0]}"


def thintune_read_problems(top):
    yield from _helped(top, "thintune", [THINTUNE])


def promtool_read_problems(top):
    yield from _helped(top, "promtool", [rules.PROMTOOL])


def rpk_read_problems(top):
    """rpk answers an unknown command with the help of the group, so the help has to be that of the command. rpk k8s is not in
    rpk: it is installed later."""
    table = dict(commands.known())
    for page, words in typed(top):
        if words[0] != "rpk" or words[1] == "k8s":
            continue
        name = next((words[1:n] for n in (4, 3, 2) if tuple(words[1:n]) in table), ["no such command"])
        code, text = said(RPK, *["0" if w in ("ID", "OLD_ID") else w for w in words[1:]], "--help")
        if code or f"  rpk {' '.join(name)} " not in text:
            yield f"{page}: {' '.join(words)}: {text.partition(chr(10))[0]}"


def helm_read_problems(top):
    yield from _helped(top, "helm", [helm.HELM])


def shell_problems(top):
    known = metrics.known(top)
    for page in pages(top):
        text = "\n".join(b for b in blocks(page.read_text()) if re.match(SCRIPT, b) and not is_query(b, known))
        done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"{page.relative_to(top)}: {done.stderr}"


def queries(top):
    """(page, expression) of each query of the runbooks: lines of blocks, and what in running text is more than a name."""
    known = metrics.known(top)
    for page in sorted((top / "docs/runbooks").glob("*.md")):
        text = page.read_text()
        for block in blocks(text):
            if is_query(block, known):
                yield from ((page.name, line) for line in block.splitlines() if line)
        yield from ((page.name, span) for span in spans(text) if re.search(r"[({]", span) and is_query(span, known))


def query_problems(top):
    """In one call if all is well; else one by one, to name what is not."""
    listed = list(queries(top))
    with tempfile.TemporaryDirectory() as folder:
        if list(rules.syntax_problems([q for _, q in listed], folder)):
            yield from (f"{page}: {query}: {p}" for page, query in listed for p in rules.syntax_problems([query], folder))


def sql_problems(top):
    """The statements are those that deploy/cluster/changefeed and docs/disaster-recovery.md explain."""
    for page, words in typed(top):
        if words[0] == "sql" and not (len(words) == 2 and STATEMENT.fullmatch(words[1])):
            yield f"{page}: {' '.join(words)}"


def sql_read_problems(top):
    """Those of the pages, and the files of deploy/."""
    texts = [(page, words[1]) for page, words in typed(top) if words[0] == "sql"]
    texts += [(path.relative_to(top), path.read_text()) for path in sorted((top / "deploy").rglob("*.sql"))]
    for place, text in texts:
        done = subprocess.run([SQL], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"{place}: {text if len(text) < 80 else ''} {done.stdout}{done.stderr}"


def unread_problems(top):
    """What runbooks tell people to type and no program reads here is named in docs/tested.md."""
    known = metrics.known(top)
    for page in (top / "docs/runbooks").glob("*.md"):
        yield from (f"{page.name}: neither shell nor PromQL: {b}" for b in blocks(page.read_text()) if not re.match(SCRIPT, b) and not is_query(b, known))
    used = {words[0] for _, words in typed(top, runbooks_only=True)} - set(PROGRAMS) - KNOWN
    row = re.search(r"^\| runbooks \|.*$", (top / "docs/tested.md").read_text(), re.M).group(0)
    yield from (f"docs/tested.md does not say that nothing read the arguments of {name}" for name in sorted(used) if f"`{name}`" not in row)


def broker_problems(top):
    """The function rpk asks a broker that is ready, whatever stands before it in the list."""
    page = "docs/runbooks/README.md"
    block = next(b for b in blocks((top / page).read_text()) if b.startswith("pod=$(kubectl "))

    def pod(name, ready, container="redpanda"):
        return {"metadata": {"name": name}, "spec": {"containers": [{"name": container}]},
                "status": {"conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": ready}]}}
    cases = {"b": [pod("lost", "False"), pod("job", "True", "post-install"), pod("b", "True"), pod("c", "True")], "": [pod("lost", "False")],
             "d": [{**pod("new", "True"), "status": {}}, pod("d", "True")]}
    for wanted, pods in cases.items():
        script = f"kubectl() {{ printf '%s' {shlex.quote(json.dumps({'items': pods}))}; }}\n{block}"
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
        if done.returncode or done.stdout.strip() != wanted:
            yield f"{page}: of {[p['metadata']['name'] for p in pods]} it asks {done.stdout.strip() or done.stderr}, wanted {wanted}"


ALL = {
    "bash takes every block of shell": (shell_problems, None),
    "kubectl takes every command of kubectl": (kubectl_read_problems, None if commands.rendering.KUBECTL else "kubectl (1.21 or later) is not here"),
    "thintune takes every command of thintune": (thintune_read_problems, None if THINTUNE else "THINTUNE names no program"),
    "promtool takes every query of the runbooks": (query_problems, None if rules.PROMTOOL else "promtool is not here"),
    "promtool takes every command of promtool": (promtool_read_problems, None if rules.PROMTOOL else "promtool is not here"),
    "rpk takes every command of rpk": (rpk_read_problems, None if RPK else "THINTUNE_RPK names no rpk of 26.2"),
    "helm takes every command of helm": (helm_read_problems, None if helm.HELM else "there is no helm (THINTUNE_HELM names one)"),
    "every statement of SQL is one that is explained": (sql_problems, None),
    "CockroachDB's parser takes all SQL": (sql_read_problems, None if SQL.is_file() else
                                           "CockroachDB's parser was not built (tests/deploy/sql/build; THINTUNE_SQL_SAYS names what it makes)"),
    "what nothing reads is named in docs/tested.md": (unread_problems, None),
    "rpk asks a broker that is ready": (broker_problems, commands.MISSING),
}
