#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: test_report_lists.py [NAME...]

For each NAME, three reports of one call: NAME.json, NAME.xml (junit) and NAME.csv. Says what is wrong with the last two:
whether they are what junit.xsd and RFC 4180 say, whether a reader of a package counts the same, and whether they hold what
the JSON holds, neither more nor less. Exit code 1 if there is anything, 77 if a package for it is missing. Without a NAME
only that is told.
"""
import collections
import csv
import io
import json
import pathlib
import re
import sys

try:
    import junitparser
    import lxml.etree
except ImportError as error:
    junitparser = None
    MISSING = f"the Python module {error.name} (packages python3-lxml, python3-junitparser) is missing"

FIELD = r'(?:[^",\r\n]*|"(?:[^"\r]|"")*")'
FORMULA = re.compile("[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# What XML 1.0 has no way to write.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def texts(data):
    """All that a reader gets to see."""
    for element in lxml.etree.fromstring(data).iter():
        yield element.text or ""
        yield from element.attrib.values()


def schema():
    return lxml.etree.XMLSchema(lxml.etree.parse(pathlib.Path(__file__).with_name("junit.xsd")))


def elements(report):
    """Of the JSON: kind, tuner or None, name, state, severity, note."""
    left_out = report.get("left_out", {"settings": [], "checks": []})
    for setting in report["settings"] + left_out["settings"]:
        yield "setting", setting["tuner"], setting["setting"], setting["state"]
    for check in report["checks"] + left_out["checks"]:
        yield "check", None, check["check"], check["state"]
    for floor in (report.get("probe") or {}).get("floors", []):
        yield "floor", "probe", floor["floor"], floor["state"]
    for one in report.get("lowered", []):
        yield "lowered", "profile", one["key"] if one["section"] == "gate" else f"{one['section']} {one['key']}", "lowered"


def xml_problems(data, report=None):
    """report: the JSON of the same call; None: it is not compared."""
    try:
        root = lxml.etree.fromstring(data)
    except lxml.etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    rules = schema()
    if not rules.validate(root):
        return [f"line {error.line}: {error.message}" for error in rules.error_log][:4]
    found = []
    totals = collections.Counter()
    for suite in root:
        cases = suite.findall("testcase")
        counts = collections.Counter({"tests": len(cases), "failures": 0, "errors": 0, "skipped": 0})
        for case in cases:
            for result in case:
                counts[{"failure": "failures", "error": "errors", "skipped": "skipped"}[result.tag]] += 1
        found += [f"suite {suite.get('name')}: {name}={suite.get(name)}, counted {count}"
                  for name, count in counts.items() if suite.get(name) != str(count)]
        totals.update(counts)
    found += [f"{name}={root.get(name)}, counted {count}" for name, count in totals.items() if root.get(name) != str(count)]
    read = junitparser.JUnitXml.fromstring(data)
    for suite, element in zip(read, root):
        if [suite.name, suite.tests, suite.failures, suite.errors, suite.skipped, len(list(suite))] != [
                element.get("name"), *(int(element.get(name)) for name in ("tests", "failures", "errors", "skipped")),
                len(element.findall("testcase"))]:
            found.append(f"junitparser reads suite {suite.name} otherwise")
    return found + (list(compare_xml(root, report)) if report else [])


def compare_xml(root, report):
    cases = [(suite.get("name").removesuffix("s"), case) for suite in root for case in suite.findall("testcase")]
    wanted = list(elements(report))
    if len(cases) != len(wanted):
        yield f"{len(cases)} cases for {len(wanted)} in JSON"
        return
    faults = 0
    for (kind, case), (kind_wanted, tuner, name, state) in zip(cases, wanted):
        visible = FORBIDDEN.sub("\ufffd", name or "unknown")
        if kind != kind_wanted or case.get("name") != visible or (tuner and not case.get("classname").endswith("." + tuner)):
            yield f"{kind} {case.get('classname')} {case.get('name')!r} for {kind_wanted} {tuner} {name!r}"
        result = next(iter(case), None)
        if (result is None) != (state in ("same", "changed", "pass", "met")):
            yield f"{name}: {state} is {'passed' if result is None else result.tag}"
        if result is not None and not result.get("message").startswith(state):
            yield f"{name}: {state} is told as {result.get('message')!r}"
        faults += result is not None and result.tag != "skipped"
    properties = {p.get("name"): p.get("value") for p in root[0].find("properties")}
    for name, value in (("exit_code", str(report["exit_code"])), ("verdict", report["verdict"]), ("date", report["run"]["date"]),
                        ("command", report["command"]), ("thintune", report["tool"]["version"])):
        if properties.get(name) != value:
            yield f"property {name} is {properties.get(name)}, not {value}"
    if (report["exit_code"] in (3, 4)) > bool(faults) and root[0].find("system-err") is None:
        yield f"exit code {report['exit_code']} without a failure"
    if report["exit_code"] == 0 and faults and report["command"] == "audit" and "left_out" not in report:
        yield f"exit code 0 with {faults} failures"


def csv_problems(data, report=None):
    text = data.decode()
    if not re.fullmatch(rf"(?:{FIELD}(?:,{FIELD})*\r\n)+", text):
        return ["it is not of the form that RFC 4180 gives"]
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    found = [f"row {number}: {len(row)} cells" for number, row in enumerate(rows) if None in row or None in row.values()]
    found += [f"row {number}: {head} begins as a formula: {cell!r}" for number, row in enumerate(rows) if not found
              for head, cell in row.items() if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]
    if found or not report:
        return found
    wanted = list(elements(report))
    if len(rows) != len(wanted):
        return [f"{len(rows)} rows for {len(wanted)} in JSON"]
    for row, (kind, tuner, name, state) in zip(rows, wanted):
        if (row["kind"], row["state"]) != (kind, state) or (tuner and row["tuner"] != tuner) \
                or row["name"].lstrip("'") != (name or "") and "\\x" not in row["name"]:
            found.append(f"{row['kind']} {row['name']!r} {row['state']} for {kind} {name!r} {state}")
        if (row["result"] == "pass") != (state in ("same", "changed", "pass", "met")):
            found.append(f"{row['name']}: {state} is {row['result']}")
    for row, setting in zip(rows, report["settings"]):
        for head in ("path", "have", "want", "rule", "severity", "why", "source"):
            value = setting[head]
            if row[head].lstrip("'") != (value or "") and not re.search(r"\\x|\t|^'", row[head] + (value or "")):
                found.append(f"{row['name']}: {head} is {row[head]!r}, not {value!r}")
    return found


def problems(name):
    report = json.loads(pathlib.Path(f"{name}.json").read_bytes())
    for suffix, look in (("xml", xml_problems), ("csv", csv_problems)):
        for problem in look(pathlib.Path(f"{name}.{suffix}").read_bytes(), report):
            yield f"{name}.{suffix}: {problem}"


def main():
    if not junitparser:
        print(f"skipped: {MISSING}")
        return 77
    found = [problem for name in sys.argv[1:] for problem in problems(name)]
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
