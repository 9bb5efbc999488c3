# SPDX-License-Identifier: Apache-2.0
"""Links, anchors, runbooks, and text that is computed, in the pages about deploy/."""
import json
import re
import subprocess

import invariants
import manifests
import metrics
import rules

RUNBOOKS = "https://runbooks.thin-ledger.example/"
HEADINGS = ["Look", "Do", "Verify"]


def pages(top):
    yield from (top / "docs" / name for name in ("platform.md", "kubernetes.md", "rpk.md"))
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
    folder = top / "docs/runbooks"
    alerts = rules.alerts(top)
    listed = dict(re.findall(r"^\| \[(\w+)\]\(\1\.md\) \| (\w+) \|", (folder / "README.md").read_text(), re.M))
    for name, alert in alerts.items():
        url = alert["annotations"]["runbook_url"]
        page = folder / url.removeprefix(RUNBOOKS)
        if url != f"{RUNBOOKS}{name}.md" or not page.is_file():
            yield f"{name}: {url} is no page"
            continue
        text = page.read_text()
        headings = re.findall(r"^## (.+)$", text, re.M)
        if not text.startswith(f"# {name}\n") or [h for h in headings if h in HEADINGS] != HEADINGS:
            yield f"{name}: the page needs its name and {HEADINGS}: {headings}"
        if listed.get(name) != alert["labels"]["severity"]:
            yield f"{name}: not in the list with severity {alert['labels']['severity']}"
    for page in folder.glob("[A-Z]*.md"):
        if page.stem not in alerts and page.stem != "README":
            yield f"{page.name}: no such alert"


def name_problems(top):
    """Metrics and alerts that a page speaks of exist."""
    known, alerts = metrics.known(top), rules.alerts(top)
    for page in pages(top):
        text = page.read_text()
        words = set(re.findall(r"\b((?:redpanda|thintune|node|nvme|changefeed|jobs_changefeed)_[a-z_]+|(?:ledger|provider|pod|group):[\w:]+)", text))
        for word in words - known:
            # Names of series in the making, options and labels end otherwise.
            if re.search(r"_(total|bytes|seconds|ratio|info|failed|nanos|retries|failures|partitions|brokers|constraint|replicas|out|alert)$|:", word) \
                    and not word.endswith("_"):
                yield f"{page.relative_to(top)}: no series {word}"
        for word in set(re.findall(r"\b(?:Redpanda|Ledger|Changefeed|Thintune|Nvme|Network|Node)[A-Z][A-Za-z]+\b", text)):
            if word not in alerts and word not in ("RedpandaBrokerPool", "NodeFeatureRule"):
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
    made = set(re.findall(r"create secret generic (\S+)", (top / "docs/platform.md").read_text())) | {"thin-ledger-default-cert", "cockroachdb-ca"}
    wanted = set()
    for _, resource in manifests.resources(top):
        text = json.dumps(resource)
        wanted |= set(re.findall(r'"(?:secretKeyRef|licenseSecretRef|secret)": {[^{}]*"name": "([^"]+)"', text))
        wanted |= set(re.findall(r'"secretRef": "([^"]+)"', text))
    yield from (f"docs/platform.md: nobody makes the secret {name}" for name in sorted(wanted - made))
    yield from (f"docs/platform.md: no manifest wants the secret {name}" for name in sorted(made - wanted))


ALL = {
    "every link and anchor resolves": link_problems,
    "every path that is named exists": path_problems,
    "every alert has its runbook, every runbook its alert": runbook_problems,
    "pages speak only of series and alerts that exist": name_problems,
    "the page makes every secret that manifests want": secret_problems,
    "the table of losses is what the script computes": computed_problems,
}
