# SPDX-License-Identifier: Apache-2.0
"""Alert and recording rules: written out for promtool, which reads plain rule files, and tried there."""
import json
import os
import pathlib
import re
import subprocess
import zlib

import manifests
import tap
import yaml

PROMTOOL = tap.tool("promtool")
# Without a single series these fire, and must: nobody would know otherwise.
WHEN_ABSENT = {"RedpandaMetricsAbsent", "ChangefeedMetricsAbsent", "NodeExporterDown", "RedpandaOperatorDown"}


def groups(top):
    return [g for rule in manifests.of_kind(top, "PrometheusRule") for g in rule["spec"]["groups"]]


def alerts(top):
    return {r["alert"]: r for g in groups(top) for r in g["rules"] if "alert" in r}


def records(top):
    return {r["record"]: r["expr"] for g in groups(top) for r in g["rules"] if "record" in r}


def write_rules(top, path):
    """As a plain rule file; JSON is YAML, and faster to write."""
    path.write_text(json.dumps({"groups": groups(top)}))


def write_alert(all_groups, name, path):
    """One alert, its mutants, and what they read of what is recorded: promtool evaluates every rule of a file for every
    minute of every case."""
    recorded = {r["record"]: r["expr"] for g in all_groups for r in g["rules"] if "record" in r}
    names = {name}
    read = next(r["expr"] for g in all_groups for r in g["rules"] if r.get("alert") == name)
    while more := {record for record in recorded if record in read} - names:
        names |= more
        read = " ".join(recorded[record] for record in more)
    new = []
    for group in all_groups:
        rules = [rule for r in group["rules"] if {r.get("alert"), r.get("record")} & names for rule in [r, *mutants_of(r)]]
        if rules:
            new.append(dict(group, rules=rules))
    path.write_text(json.dumps({"groups": new}))


# Mistakes that no series can show: a number of feeds is whole, and a count of nothing is no series.
EQUAL = {("ChangefeedNotRunning", "half_0"), ("RedpandaLicenceExpiring", "half_1")}


def _near(value):
    """A threshold that is another one, and not far away."""
    return {"twice": value * 2, "half": value / 2} if value else {"twice": 1, "half": -1}


def mutants_of(rule):
    """The same alert with one plausible mistake, under another name. In a short sweep (THINTUNE_SWEEP=short) a quarter of the
    alerts have some: promtool takes as long for each as for the alert."""
    if "alert" not in rule or os.environ.get("THINTUNE_SWEEP") == "short" and zlib.crc32(rule["alert"].encode()) % 4:
        return []
    flipped = {">": "<", "<": ">", "==": "!="}
    expr = rule["expr"]
    expressions = {"turned_round": re.sub(r" (>|<|==) ", lambda m: f" {flipped[m[1]]} ", expr)}
    # What burn rates are compared with is held by arithmetic (burn_problems of test-rules).
    for number, found in enumerate(re.finditer(r"[<>] (-?[\d.]+)", expr) if not rule["alert"].startswith("Ledger") else []):
        for how, value in _near(float(found[1])).items():
            expressions[f"{how}_{number}"] = f"{expr[:found.start(1)]}{value}{expr[found.end(1):]}"
    for number, found in enumerate(re.finditer(r'\{\w+="[^"]+"\}', expr)):
        expressions[f"unmatched_{number}"] = expr[:found.start()] + expr[found.end():]
    mutants = [dict(rule, alert=f"{rule['alert']}__{how}", expr=e) for how, e in expressions.items()
               if e != expr and (rule["alert"], how) not in EQUAL]
    for how, by in {"half": 0.5, "twice": 2}.items() if "for" in rule else []:
        mutants.append(dict(rule, alert=f"{rule['alert']}__waits_{how}", **{"for": f"{int(_minutes(rule['for']) * by)}m"}))
    return mutants


def _minutes(text):
    return int(text[:-1]) * {"m": 1, "h": 60, "d": 24 * 60}[text[-1]]


def check_rules(top, folder):
    write_rules(top, folder / "rules.yml")
    result = subprocess.run([PROMTOOL, "check", "rules", folder / "rules.yml"], capture_output=True, text=True, check=False)
    if result.returncode or "SUCCESS" not in result.stdout + result.stderr:
        yield result.stdout + result.stderr


def _firing(name, number):
    # No alert has a label "case": it tells the tests apart in promtool's output.
    return f'count(ALERTS{{alertname="{name}",alertstate="firing",case!="{number}"}})'


def _test(names, number, case):
    wanted = [{"labels": "{}", "value": int(case["fires"])}] if "fires" in case else []
    return {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case["series"].items()],
        "promql_expr_test": [{"expr": _firing(name, number), "eval_time": case["at"], "exp_samples": wanted} for name in names],
    }


def cases_of(path):
    """{alert: [case]}, every scalar a string: 0x30 is thirty zeroes, not a hexadecimal number. Each alert gets the
    case in which not one of its series is there, longer than any of them waits."""
    listed = yaml.load(path.read_text(), Loader=yaml.CBaseLoader)
    for name, cases in listed.items():
        fires = {"fires": "1"} if name in WHEN_ABSENT else {}
        cases.append({"why": "not one of its series is there", "at": "3h", "series": {}, **fires})
    return listed


def _run(folder, tests):
    """Tests each with a file name of its own, {name: (rules, test)}, in one promtool. {name: what it says of the failure}."""
    paths = {}
    for name, (rule_file, listed) in tests.items():
        # What is recorded comes first: without an order promtool takes another one each time, and an alert may be a minute late.
        in_order = sorted(json.loads((folder / rule_file).read_text())["groups"], key=lambda g: any("alert" in r for r in g["rules"]))
        paths[name] = folder / f"{name}.test.yml"
        paths[name].write_text(json.dumps({"rule_files": [rule_file], "evaluation_interval": "1m", "tests": listed,
                                           "group_eval_order": [group["name"] for group in in_order]}))
    result = subprocess.run([PROMTOOL, "test", "rules", *paths.values()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False)
    said = dict(re.findall(r"^Unit Testing: +\S*/(\S+)\.test\.yml\n(.*?)(?=^Unit Testing:|\Z)", result.stdout, re.M | re.S))
    failed = {name: text for name, text in said.items() if text.strip() != "SUCCESS"}
    if said.keys() != tests.keys() or bool(result.returncode) != bool(failed):
        raise RuntimeError(result.stdout)
    return failed


def failed_tests(top, cases, folder):
    """{(alert or mutant, number of the case)} of what did not come out as listed."""
    failed, all_groups, tests = set(), groups(top), {}
    for name, rule in alerts(top).items():
        names = [name] + [mutant["alert"] for mutant in mutants_of(rule)]
        if name in cases:
            write_alert(all_groups, name, folder / f"{name}.rules.yml")
            tests[name] = (f"{name}.rules.yml", [_test(names, number, case) for number, case in enumerate(cases[name])])
    for text in _run(folder, tests).values():
        found = re.findall(r'alertname=."(\w+).".*?case!=."(\d+)', text)
        if not found:
            raise RuntimeError(text)  # no case failed, but its rules
        failed |= {(alert, int(number)) for alert, number in found}
    return failed


def value_problems(top, path, folder):
    """Recorded series that are not worth what PATH lists; a file each case, so that each is named."""
    write_rules(top, folder / "records.rules.yml")
    tests, sentences = {}, {}
    for record, cases in yaml.load(path.read_text(), Loader=yaml.CBaseLoader).items():
        for case in cases:
            wanted = [{"labels": record, "value": float(case["value"])}] if "value" in case else []
            test = {"interval": "1m", "promql_expr_test": [{"expr": record, "eval_time": case["at"], "exp_samples": wanted}],
                    "input_series": [{"series": series, "values": values} for series, values in case["series"].items()]}
            name = f"records-{len(tests)}"
            tests[name] = ("records.rules.yml", [test])
            sentences[name] = f"{record}: {case['why']}"
    yield from (f"{sentences[name]}: {text}" for name, text in _run(folder, tests).items())


def metrics_of(expression):
    """Names of metrics in a PromQL expression."""
    text = re.sub(r"\"[^\"]*\"", '""', expression)
    text = re.sub(r"#[^\n]*", "", text)
    text = re.sub(r"\{[^}]*\}", "", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    words = set(re.findall(r"(?<![\w:.$])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])", text))
    return words - {"and", "or", "unless", "bool", "by", "without", "on", "ignoring", "offset", "inf", "nan",
                    "group_left", "group_right"}


def syntax_problems(expressions, folder):
    """Which of these PromQL expressions do not parse."""
    rules = [{"record": f"syntax:{n}", "expr": e} for n, e in enumerate(expressions)]
    path = pathlib.Path(folder, "syntax.yml")
    path.write_text(yaml.safe_dump({"groups": [{"name": "syntax", "rules": rules}]}))
    result = subprocess.run([PROMTOOL, "check", "rules", path], capture_output=True, text=True, check=False)
    if result.returncode:
        yield result.stdout + result.stderr
