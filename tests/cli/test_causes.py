#!/usr/bin/python3 -IS
# SPDX-License-Identifier: Apache-2.0
"""usage: test_causes.py DIRECTORY

Of each report in DIRECTORY, NAME.json with NAME.wide and NAME.narrow, its text without and with a limit of columns:
prints which causes of its rows a text tells more than once, or not at all, and marks that no cause has, or no row.
"""
import json
import pathlib
import re
import sys

# The last lines name what decides, so that they can be read without the tables.
LAST_LINES = re.compile(r"^\n(?:\d+ (?:settings? already right|checks? pass|values? left)|nothing was written|verdict: ).*", re.M | re.S)
# Where a cause begins: behind its row, behind another one, below the table.
BEGIN = r"(?:\(|; |^\[\d+\] )"


def one_line(text):
    return " ".join(text.split())


def parts(note):
    """What a row says besides a cause of others stands behind it alone."""
    return [one for one in re.split(r": |; | \(", note.rstrip(")")) if one]


def faults(report, wide, narrow):
    rows = [row for kind in ("settings", "checks") for row in report[kind]]
    notes = {one_line(row["note"]) for row in rows if row["note"] and row["state"] not in ("same", "pass")}
    tables = [LAST_LINES.sub("", text) for text in (wide, narrow)]
    if len(tables[0]) == len(wide):
        yield "the text has no last lines"
    for note in sorted(notes):
        times = len(re.findall(BEGIN + re.escape(note), tables[0], re.M))
        if times > 1:
            yield f"told {times} times: {note}"
        for part in parts(note):
            if not all(part in one_line(table) for table in tables):
                yield f"not told: {part}"
    for table in tables:
        told = set(re.findall(r"^\[(\d+)\] ", table, re.M))
        meant = {mark for marks in re.findall(r"[a-z] \[(\d+(?:,\d+)*)\]", table) for mark in marks.split(",")}
        if told != meant:
            yield f"marks of rows: {sorted(meant)}, of causes: {sorted(told)}"


def main(directory):
    found = []
    names = sorted(pathlib.Path(directory).glob("*.json"))
    for name in names:
        texts = [name.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".wide", ".narrow")]
        found += [f"{name.stem}: {fault}" for fault in faults(json.loads(name.read_text(encoding="utf-8")), *texts)]
    print("\n".join(found[:5]) if names else "no report")
    return bool(found) or not names


sys.exit(main(*sys.argv[1:]))
