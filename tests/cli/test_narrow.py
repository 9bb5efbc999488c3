#!/usr/bin/python3 -IS
# SPDX-License-Identifier: Apache-2.0
"""usage: test_narrow.py COLUMNS WIDE NARROW [COLUMNS WIDE NARROW]...

Compares what a command printed without a limit (WIDE) with what it printed for so many columns, and prints what is
wrong with the latter: a line that is too wide without need, a number away from its unit, and from 80 columns on a
word in two parts. Nothing at all is wrong as well.
"""
import pathlib
import re
import sys

UNITS = ("% B KiB MiB GiB TiB PiB KiB/s MiB/s MB/s Mb/s Gb/s GT/s Hz MHz GHz ns us ms s min h day days CPU CPUs IOPS rpm".split())
FIGURE = re.compile(r"(?<![\w.])\d[\d.]* (?:" + "|".join(map(re.escape, UNITS)) + r")(?![\w/])")
WHOLE_WORDS_FROM = 80


LABEL = 18


def is_forced(line, columns):
    """A word that no line could hold, alone or beside the label that it belongs to."""
    label, _, word = line.rpartition("  ")
    return " " not in word.strip() and len(label) <= LABEL and len(word) > columns - LABEL


def words(text):
    """A note may stand in brackets. What a shell joins again is no word."""
    return {word.strip("()[],;:\\") for word in text.split()} - {""}


def faults(columns, wide, narrow):
    if not wide:
        yield "nothing was printed"
    for line in narrow.splitlines():
        if len(line) > columns and not is_forced(line, columns):
            yield f"too wide: {line}"
    figures = [sorted(FIGURE.findall(text)) for text in (wide, narrow)]
    if figures[0] != figures[1]:
        lost = [one for one in figures[0] if figures[0].count(one) != figures[1].count(one)]
        yield f"figures in two parts, or in one by chance: {sorted(set(lost))}"
    if columns >= WHOLE_WORDS_FROM:
        parts = words(narrow) - words(wide)
        if parts:
            yield f"no words: {sorted(parts)}"


def main(*arguments):
    found = []
    for columns, *names in zip(*[iter(arguments)] * 3, strict=True):
        texts = [pathlib.Path(name).read_text(encoding="utf-8") for name in names]
        where = f"{pathlib.Path(names[1]).stem}, {columns} columns"
        found += [f"{where}: {fault}" for fault in faults(int(columns), *texts)]
    print("\n".join(found[:5]))
    return bool(found) or not arguments


sys.exit(main(*sys.argv[1:]))
