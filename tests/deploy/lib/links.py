# SPDX-License-Identifier: Apache-2.0
"""Links, anchors, runbooks, and text that is computed, in the pages about deploy/."""
import json
import re
import subprocess

import invariants
import manifests
import metrics
import rules
import tap

RUNBOOKS = "https://runbooks.thin-ledger.example/"
HEADINGS = ["Look", "Do", "Do not", "Over when"]
SERIES = "redpanda|operator|controller_runtime|thintune|node|nvme|changefeed|jobs_changefeed"


def pages(top):
    yield from sorted((top / "docs").glob("*.md"))
    yield from sorted((top / "docs/runbooks").glob("*.md"))
    yield from (p for p in sorted((top / "deploy").rglob("*.md")) if "tuning" not in p.parts)


def anchors(path):
    """The names that a heading gets: lower case, without punctuation, blanks as dashes."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link_problems(top):
    for page in pages(top):
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            if re.match(r"https?:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (page.parent / file).resolve() if file else page.resolve()
            # deploy/tuning may not be part of what is tested here.
            if "tuning" in target.parts and not (top / "deploy/tuning").is_dir():
                continue
            if not target.exists():
                yield f"{page.relative_to(top)}: {link} leads nowhere"
            elif anchor and anchor not in anchors(target):
                yield f"{page.relative_to(top)}: {link}: no such heading"


def path_problems(top):
    """Paths of the project that a page names exist."""
    for page in pages(top):
        for path in re.findall(r"(?<![\w/.])(?:deploy|docs)/[\w./-]*\w", page.read_text()):
            if path.startswith("deploy/tuning") and not (top / "deploy/tuning").is_dir():
                continue
            if not (top / path).exists():
                yield f"{page.relative_to(top)}: no {path}"


def runbook_problems(top):
    """An alert has a page of its own, or a heading of its own on a page that serves several alerts."""
    folder = top / "docs/runbooks"
    alerts = rules.alerts(top)
    told = {}
    for name, alert in alerts.items():
        url, severity = alert["annotations"]["runbook_url"], alert["labels"]["severity"]
        target = url.removeprefix(RUNBOOKS)
        file, _, anchor = target.partition("#")
        text = (folder / file).read_text() if (folder / file).is_file() else ""
        heading = f"## {name}" if anchor else f"# {name}"
        if target != (f"{file}#{name.lower()}" if anchor else f"{name}.md") or not re.search(f"^{heading}$", text, re.M):
            yield f"{name}: {url} is no page"
            continue
        told[name] = (target, severity)
        if [h for h in re.findall(r"^## (.+)$", text, re.M) if h in HEADINGS] != HEADINGS:
            yield f"{name}: {file} needs the headings {HEADINGS}"
        if not re.search(r"`[^`]+`|```", text.rpartition("## Over when")[2]):
            yield f"{name}: {file} does not say by what is seen that it is over"
        if not re.search(r"^\*\*Escalate\*\* to ", text, re.M):
            yield f"{name}: {file} does not say whom to call"
        if not re.search(rf"^{heading}\n\n{severity.capitalize()}\b", text, re.M):
            yield f"{name}: {file} does not begin with its severity, {severity}"
    rows = re.findall(r"^\| \[([A-Z]\w+)\]\(([^)]+)\) \| (\w+) \|", (folder / "README.md").read_text(), re.M)
    if (listed := {name: (target, severity) for name, target, severity in rows}) != told:
        yield f"README.md does not list page and severity of {sorted(n for n in told | listed if told.get(n) != listed.get(n))}"
    for page in folder.glob("*.md"):
        for name in re.findall(r"^##? ((?:Redpanda|Ledger|Changefeed|Thintune|Nvme|Network|Node)[A-Z]\w+)$", page.read_text(), re.M):
            if told.get(name, [""])[0].partition("#")[0] != page.name:
                yield f"{page.name}: {name}: no such alert leads here"


def name_problems(top):
    """Metrics and alerts that a page speaks of exist."""
    known, alerts = metrics.known(top), rules.alerts(top)
    for page in pages(top):
        text = page.read_text()
        words = set(re.findall(rf"(?<![\w:])((?:{SERIES})_[a-z_]+|(?:ledger|provider|pod|pod_shard|node_device|group):[\w:]+)", text))
        for word in words - known:
            # Names of series in the making, options and labels end otherwise.
            if re.search(r"_(total|bytes|seconds|ratio|info|failed|nanos|retries|failures|partitions|brokers|constraint|replicas|out|alert|sec|raft_state|ready|drift|health|reachable)$|:", word) \
                    and not word.endswith("_"):
                yield f"{page.relative_to(top)}: no series {word}"
        for word in set(re.findall(r"\b(?:Redpanda|Ledger|Changefeed|Thintune|Nvme|Network|Node)[A-Z][A-Za-z]+\b", text)):
            if word not in alerts and word not in ("RedpandaBrokerPool", "NodeFeatureRule", "NodeReadinessRule"):
                yield f"{page.relative_to(top)}: no alert {word}"


def computed_problems(top):
    text = (top / "docs/platform.md").read_text()
    shown = re.search(r"<!-- quorum -->\n(.*?)\n<!-- /quorum -->", text, re.S)
    computed = subprocess.run([top / "deploy/cluster/quorum"], capture_output=True, text=True, check=True).stdout.strip()
    if not shown or shown.group(1).strip() != computed:
        yield "docs/platform.md: the table is not what deploy/cluster/quorum prints"
    quorum = invariants.quorum_module(top)
    rows = (top / "docs/runbooks/provider-loss.md").read_text()
    for loss, copies_left in (("1 provider", 2), ("1 provider + 1 broker", 1), ("2 providers", 1)):
        copies, _, left, _ = quorum.worst((2, 2, 2), 3, loss)
        if copies != copies_left or f"({copies} of 3" not in rows or f"({left} of 6)" not in rows:
            yield f"docs/runbooks/provider-loss.md: {loss} leaves {copies} of 3 and {left} of 6"


def secret_problems(top):
    """Every secret that manifests refer to is made by the page that leads to them, or by cert-manager."""
    texts = [(top / page).read_text() for page in ("docs/platform.md", "docs/disaster-recovery.md")]
    made = set(re.findall(r"create secret generic (\S+)", "".join(texts))) | {"thin-ledger-default-root-certificate", "cockroachdb-ca"}
    wanted = set()
    # Patches are text, in YAML's short form or the long one.
    patches = [p["patch"] for path in manifests.files(top) for d in manifests.load(path) for p in d.get("patches", [])]
    parts = [manifests.yaml.safe_load(patch) for patch in patches]
    for resource in [resource for _, resource in manifests.resources(top)] + parts:
        text = json.dumps(resource)
        wanted |= set(re.findall(r'"(?:secretKeyRef|licenseSecretRef|secret|accessKey|secretKey)": {[^{}]*"name": "([^"]+)"', text))
        wanted |= set(re.findall(r'"secretRef": "([^"]+)"', text))
    yield from (f"nobody makes the secret {name}" for name in sorted(wanted - made))
    yield from (f"no manifest wants the secret {name}" for name in sorted(made - wanted))


# What the page claims something of.
CLAIMED = {"operator", "cluster", "topics", "partitions", "locality", "tuning", "changefeed", "recovery", "upgrade", "monitoring", "service level", "runbooks"}


def claim_problems(top):
    """Every claim of the page names the tests that hold it, which are there, or says that it is untried."""
    text = (top / "docs/platform.md").read_text()
    table = re.search(r"<!-- claims -->\n(.*?)<!-- /claims -->", text, re.DOTALL).group(1)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    if {row[0] for row in rows} != CLAIMED:
        yield f"docs/platform.md: claims of {sorted({row[0] for row in rows} ^ CLAIMED)}"
    for of, claim, held in rows:
        tests = re.findall(r"`([^`]+)`", held)
        if not tests and held != "untried":
            yield f"docs/platform.md: nothing holds that of {of} {claim}"
        # The tests are not in a copy of deploy/ and docs/.
        yield from (f"docs/platform.md: there is no {test}" for test in tests if not (tap.TOP / test).is_file())


ALL = {
    "every claim of the page names the tests that hold it, or the word untried": claim_problems,
    "every link and anchor resolves": link_problems,
    "every path that is named exists": path_problems,
    "every alert has its runbook, every runbook its alert": runbook_problems,
    "pages speak only of series and alerts that exist": name_problems,
    "the page makes every secret that manifests want": secret_problems,
    "the table of losses is what the script computes": computed_problems,
}
