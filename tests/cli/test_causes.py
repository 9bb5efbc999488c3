#!/usr/bin/python3 -IS
# SPDX-License-Identifier: Apache-2.0
"""usage: test_causes.py DIRECTORY

Of each report in DIRECTORY, NAME.json with NAME.wide and NAME.narrow, its text without and with a limit of columns, and
NAME.verbose: prints which causes of its rows a text tells more than once, or not at all, and marks that no cause has, or
no row. With --verbose the same goes for what settings are good for; where that comes from stays with each of them.
"""
import json
import pathlib
import re
import sys

# The last lines name what decides, so that they can be read without the tables.
LAST_LINES = re.compile(r"^\n(?:\d+ (?:settings? already right|checks? pass|values? left)|nothing was written|verdict: ).*", re.M | re.S)
# Where a cause begins: behind its row, behind another one, below the table.
BEGIN = r"(?:\(|; |^\[\d+\] )"
WHY = r"^(?: +|\[\d+\] )why: "


def one_line(text):
    return " ".join(text.split())


def parts(note):
    """What a row says besides a cause of others stands behind it alone."""
    return [one for one in re.split(r": |; | \(", note.rstrip(")")) if one]


def told(text, begin, what):
    return len(re.findall(begin + re.escape(what), text, re.M))


def faults_of_whys(settings, verbose):
    for why in sorted({one_line(row["why"]) for row in settings if row["why"]}):
        times = told(verbose, WHY, why + "\n") + told(verbose, WHY, why + " [")
        if times > 1:
            yield f"told {times} times: {why}"
        for part in parts(why):
            if part not in one_line(verbose):
                yield f"not told: {part}"
    sources = [row["source"] for row in settings if row["why"] and row["source"]]
    for source in sorted(set(sources)):
        if told(verbose, "", f"[{source}]") < sources.count(source):
            yield f"not with each row: {source}"


def faults(report, wide, narrow, verbose):
    rows = [row for kind in ("settings", "checks") for row in report[kind]]
    notes = {one_line(row["note"]) for row in rows if row["note"] and row["state"] not in ("same", "pass")}
    tables = [LAST_LINES.sub("", text) for text in (wide, narrow, verbose)]
    if len(tables[0]) == len(wide) or len(tables[2]) == len(verbose):
        yield "the text has no last lines"
    yield from faults_of_whys(report["settings"], tables[2])
    for note in sorted(notes):
        times = max(told(table, BEGIN, note) for table in (tables[0], tables[2]))
        if times > 1:
            yield f"told {times} times: {note}"
        for part in parts(note):
            if not all(part in one_line(table) for table in tables):
                yield f"not told: {part}"
    for table in tables:
        given = set(re.findall(r"^\[(\d+)\] ", table, re.M))
        meant = {mark for marks in re.findall(r"[a-z] \[(\d+(?:,\d+)*)\]", table) for mark in marks.split(",")}
        if given != meant:
            yield f"marks of rows: {sorted(meant)}, of causes: {sorted(given)}"


def main(directory):
    found = []
    names = sorted(pathlib.Path(directory).glob("*.json"))
    for name in names:
        texts = [name.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".wide", ".narrow", ".verbose")]
        found += [f"{name.stem}: {fault}" for fault in faults(json.loads(name.read_text(encoding="utf-8")), *texts)]
    print("\n".join(found[:5]) if names else "no report")
    return bool(found) or not names


sys.exit(main(*sys.argv[1:]))
