# SPDX-License-Identifier: Apache-2.0
"""Grafana dashboards: what a linter would look at. Grafana itself is not in Debian."""
import json
import re
import tempfile

import metrics
import rules

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Labels of the targets, of the metrics that are shown as they are, and of our recorded series.
LABELS = {"provider", "node", "pod", "device", "file", "redpanda_group", "profile", "profile_sha256", "version", "exit_code", "tuner",
          "check", "severity"}
# What Grafana replaces before it asks, by something of the same kind.
BUILT_IN = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h"}


def _unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice among {keys}")
    return dict(pairs)


def dashboards(top):
    for path in sorted((top / "deploy/monitoring/dashboards").glob("*.json")):
        yield path.stem, json.loads(path.read_text(), object_pairs_hook=_unique)


def panels(board):
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def variables(board):
    return {v["name"]: v for v in board["templating"]["list"]}


def expressions(top):
    """(dashboard, where, expression) of each query, those of variables included."""
    for name, board in dashboards(top):
        for panel in panels(board):
            for target in panel.get("targets", []):
                yield name, f"panel {panel['title']}", target["expr"]
        for variable in variables(board).values():
            if variable["type"] == "query":
                inner = re.fullmatch(r"label_values\((.*), \w+\)", variable["query"]["query"])
                yield name, f"variable {variable['name']}", inner.group(1) if inner else variable["query"]["query"]


def replaced(expression):
    for name, value in BUILT_IN.items():
        expression = expression.replace(name, value)
    return re.sub(r"\$\{?\w+\}?", "x", expression)


def layout_problems(top):
    uids = [board["uid"] for _, board in dashboards(top)]
    if len(uids) != len(set(uids)):
        yield f"uids {uids}: wanted different ones"
    for name, board in dashboards(top):
        ids = [panel["id"] for panel in panels(board)]
        yield from (f"{name}: panel id {i} stands twice" for i in set(ids) if ids.count(i) > 1)
        taken = {}
        for panel in panels(board):
            place = panel["gridPos"]
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    if (x, y) in taken or x > 23:
                        yield f"{name}: {panel['title']} lies over {taken.get((x, y), 'the edge')}"
                        break
                    taken[x, y] = panel["title"]
                else:
                    continue
                break
            if panel["type"] != "row" and not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
                yield f"{name}: {panel['title']} has no unit"


def _sources(value):
    if isinstance(value, dict):
        if "datasource" in value:
            yield value["datasource"]
        for inner in value.values():
            yield from _sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sources(inner)


def source_problems(top):
    for name, board in dashboards(top):
        chooser = variables(board).get("datasource", {})
        if chooser.get("type") != "datasource" or chooser.get("query") != "prometheus":
            yield f"{name}: no variable to choose the data source"
        for source in _sources(board):
            if source != SOURCE:
                yield f"{name}: hard-coded data source {source}"
        for panel in panels(board):
            if panel["type"] != "row" and "datasource" not in panel:
                yield f"{name}: {panel['title']} has no data source"
            for target in panel.get("targets", []):
                if "datasource" not in target:
                    yield f"{name}: a query of {panel['title']} has no data source"


def variable_problems(top):
    for name, board in dashboards(top):
        used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(board))) - {b[1:] for b in BUILT_IN}
        yield from (f"{name}: ${v} is no variable" for v in used - set(variables(board)))
        yield from (f"{name}: variable {v} is not used" for v in set(variables(board)) - used)


def legend_problems(top):
    """A legend may only speak of labels that its query leaves, and tells series apart by them."""
    for name, board in dashboards(top):
        for panel in panels(board):
            for target in panel.get("targets", []):
                grouped = re.findall(r"\b(?:sum|max|min|avg|count)\s*(?:by \(([^)]*)\))?\s*\(", target["expr"])
                left = set(re.split(r",\s*", grouped[0])) - {"le"} if grouped else LABELS
                shown = set(re.findall(r"{{(\w+)}}", target.get("legendFormat", "")))
                if shown - left:
                    yield f"{name}, panel {panel['title']}: the legend speaks of {shown - left}, which the query does not leave"
                if grouped and left - {""} != shown:
                    yield f"{name}, panel {panel['title']}: series differ by {left}, the legend shows {shown}"


def metric_problems(top):
    known = metrics.known(top)
    for name, where, expression in expressions(top):
        for metric in rules.metrics_of(replaced(expression)) - known:
            yield f"{name}, {where}: {metric} is no metric that we know"


def query_problems(top):
    with tempfile.TemporaryDirectory() as folder:
        yield from _refused(list(expressions(top)), folder)


def _refused(listed, folder):
    """Halved until the ones at fault are alone: promtool tells of one mistake only, and takes long to start."""
    problems = list(rules.syntax_problems([replaced(e) for _, _, e in listed], folder))
    if problems and len(listed) > 1:
        middle = len(listed) // 2
        yield from _refused(listed[:middle], folder)
        yield from _refused(listed[middle:], folder)
    elif problems:
        name, where, expression = listed[0]
        yield from (f"{name}, {where}: {expression}: {problem}" for problem in problems)


def reader_problems(top):
    """Nobody mends a board in Grafana that the next apply takes back; each panel says what it shows; no query looks over
    another time than a step of the graph, unless a recorded series does."""
    for name, board in dashboards(top):
        if board["editable"] is not False:
            yield f"{name}: can be edited in Grafana"
        for panel in panels(board):
            if panel["type"] != "row" and not panel.get("description"):
                yield f"{name}: {panel['title']} has no description"
    for name, where, expression in expressions(top):
        for length in re.findall(r"\[(?!\$__rate_interval\])[^\]]*\]", expression):
            yield f"{name}, {where}: a range of {length}"


def objective_problems(top):
    """The dashboard of the objective shows both budgets, by the series that the alerts go by."""
    shown = " ".join(e for name, _, e in expressions(top) if name == "ledger-sla")
    for series in ("produce_budget_left:ratio", "consume_budget_left:ratio", "produce_errors:ratio_avg1h", "consume_errors:ratio_avg1h"):
        if f"ledger:{series}" not in shown:
            yield f"ledger-sla does not show ledger:{series}"


def part_problems(top):
    """The parts that the objective adds up are shown as they are: a query of its own would be a second truth."""
    records = rules.records(top)
    parts = set().union(*(rules.metrics_of(records[f"ledger:{kind}_errors:ratio"]) for kind in ("produce", "consume")))
    shown = [e for name, where, e in expressions(top) if name == "ledger-sla" and where == "panel What fails"]
    for part in parts - {"up", "ledger:consume_errors:ratio"}:
        if part not in shown:
            yield f"ledger-sla, panel What fails: {part}, a part of the objective, is not among {shown}"


ALL = {
    "panels have ids, units and places of their own": layout_problems,
    "no data source is hard-coded": source_problems,
    "every variable is defined and used": variable_problems,
    "legends show the labels of their queries": legend_problems,
    "queries use only metrics that are known": metric_problems,
    "every query parses": query_problems,
    "boards are not edited by hand, panels say what they show": reader_problems,
    "the error budgets are shown": objective_problems,
    "the parts of the objective are shown": part_problems,
}
NEEDS_PROMTOOL = {query_problems}
