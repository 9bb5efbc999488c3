# SPDX-License-Identifier: Apache-2.0
"""500 nodes as their watches would tell of them, and what rules and dashboard have to make of that. Each function is given
what is generated, and counts by itself what is wanted."""
import collections
import json
import re
import subprocess

import dashboards
import rules

NODES = 500
TUNERS = ["sysctl", "disk-queue", "irq", "nic", "cpu"]
# From when it is looked: the rules have run by then, and the alerts have waited.
AT = "50m"


def node(number):
    """What is the matter with this one; all of it follows from its number."""
    return {
        "name": f"n{number}", "provider": ("aws", "azure", "onprem")[number % 3],
        "profile": "b" if number % 10 == 0 else "a",
        "off": [(TUNERS[i % 5], f"s{i}", "required" if number % 50 == 0 else "advised") for i in range(number % 7 + (40 if number < 10 else 0))],
        "checks": [("swap", "fail")] * (number % 20 == 0) + [("iommu", "unknown")],
        "contested": int(number % 100 == 1), "silent": number % 100 == 2, "history": number % 250 == 3,
        "repairs": number if number < 12 else 0,
    }


def series_of(one):
    at = f'node="{one["name"]}",provider="{one["provider"]}"'
    yield f'up{{job="thintune",{at}}}', "1x60"
    yield f'thintune_info{{{at},profile="{one["profile"]}",profile_sha256="{one["profile"] * 64}",version="0.1.0",hostname="h",node_id="i"}}', "1x60"
    yield f"thintune_exit_code{{{at}}}", f"{verdict(one)}x60"
    yield f"thintune_required_failed{{{at}}}", f"{int(verdict(one) == 4)}x60"
    for tuner, setting, severity in one["off"]:
        yield f'thintune_setting_off{{{at},tuner="{tuner}",setting="{setting}",state="differs",severity="{severity}"}}', "1x60"
    for check, state in one["checks"]:
        yield f'thintune_check_off{{{at},check="{check}",state="{state}",severity="advised"}}', "1x60"
    yield f"thintune_contested{{{at}}}", f"{one['contested']}x60"
    yield f"thintune_look_timestamp_seconds{{{at}}}", "-3600x60" if one["silent"] else "0+60x60"
    yield f"thintune_repairs_total{{{at}}}", "0+1x%d %dx60" % (one["repairs"], one["repairs"])
    for hash_ in ("x", "y") if one["history"] else ("x",):
        yield f'thintune_history_hash_info{{{at},line="7",hash="{hash_}"}}', "1x60"


def verdict(one):
    return 4 if any(severity == "required" for _, _, severity in one["off"]) else 3 if one["off"] else 0


def counted(values):
    return collections.Counter(values)


def wanted(fleet):
    """(expression, {labels: value})"""
    profiles = counted(n["profile"] for n in fleet)
    yield "profile:thintune_nodes:count", {f'profile="{p}",profile_sha256="{p * 64}",version="0.1.0"': c for p, c in profiles.items()}
    yield "exit_code:thintune_nodes:count", {f'exit_code="{v}"': c for v, c in counted(map(verdict, fleet)).items()}
    tuners = counted(pair for n in fleet for pair in {(t, s) for t, _, s in n["off"]})
    yield "tuner_severity:thintune_nodes_off:count", {f'tuner="{t}",severity="{s}"': c for (t, s), c in tuners.items()}
    failing = sum(("swap", "fail") in n["checks"] for n in fleet)
    yield "check_severity:thintune_nodes_off:count", {'check="swap",severity="advised"': failing}
    off = {f'node="{n["name"]}",provider="{n["provider"]}"': len(n["off"]) + (("swap", "fail") in n["checks"]) for n in fleet}
    yield "node:thintune_off:count", {labels: count for labels, count in off.items() if count}
    for alert, found in (("ThintuneWatchSilent", sum(n["silent"] for n in fleet)), ("ThintuneContested", sum(n["contested"] for n in fleet)),
                         ("ThintuneRepairsMany", sum(n["repairs"] > 6 for n in fleet)), ("ThintuneHistoryBroken", sum(n["history"] for n in fleet)),
                         ("ThintuneRequiredFailed", sum(verdict(n) == 4 for n in fleet))):
        yield f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})', {"": found}


def panels(top):
    """{title: expression} of the dashboard, as Grafana asks."""
    return {where.removeprefix("panel "): expression for name, where, expression in dashboards.expressions(top) if name == "fleet"}


def shown(top, fleet):
    """What the dashboard shows: the ten nodes with most, by name; how many are silent, and so on."""
    board = panels(top)
    most = sorted(((len(n["off"]) + (("swap", "fail") in n["checks"]), n) for n in fleet), key=lambda pair: -pair[0])[:10]
    yield board["The worst ten"], {f'node="{n["name"]}",provider="{n["provider"]}"': count for count, n in most}
    yield board["Nodes"], {"": len(fleet)}
    yield board["Nodes that a broker may not start on"], {"": sum(verdict(n) == 4 for n in fleet)}
    yield board["Silent watches"], {"": sum(n["silent"] for n in fleet)}
    yield board["Contested nodes"], {"": sum(n["contested"] for n in fleet)}


def sample(expression, labels, value):
    name = expression if re.fullmatch(r"[\w:]+", expression) else "node:thintune_off:count" if expression.startswith("topk") else ""
    return {"labels": f"{name}{{{labels}}}", "value": value}


def problems(top, folder):
    """What promtool has against it, by the rules of the fleet and those of the nodes. As JSON, which is YAML."""
    fleet = [node(number) for number in range(NODES)]
    groups = [g for g in rules.groups(top) if g["name"] in ("thin-ledger.fleet", "thin-ledger.nodes")]
    (folder / "fleet.rules.yml").write_text(json.dumps({"groups": groups}))
    test = {
        "interval": "1m", "input_series": [{"series": s, "values": v} for one in fleet for s, v in series_of(one)],
        "promql_expr_test": [{"expr": e, "eval_time": AT, "exp_samples": [sample(e, labels, value) for labels, value in found.items()]}
                             for e, found in [*wanted(fleet), *shown(top, fleet)]],
    }
    (folder / "fleet.test.yml").write_text(json.dumps({"rule_files": ["fleet.rules.yml"], "evaluation_interval": "1m", "tests": [test]}))
    done = subprocess.run([rules.PROMTOOL, "test", "rules", folder / "fleet.test.yml"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode or "SUCCESS" not in done.stdout:
        yield from (line[:300] for line in done.stdout.splitlines())
