#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: test_report_html.py FILE...
       test_report_html.py --same REPORT.json PAGE.html...

Says what is wrong with HTML reports as far as that can be told without a browser: elements that do not nest, attributes
that something from outside could end, anything that a page could load or run but the one script that its policy names.
With --same also what a JSON report of the same node has and the page that follows it has not. Exit code 1 if there is anything.
"""
import base64
import hashlib
import html.parser
import json
import pathlib
import re
import sys

VOID = {"meta", "input", "br", "col"}
ELEMENTS = VOID | set(
    "html head title style body header h1 h2 h3 p nav a b span small code pre details summary table caption thead tbody tr "
    "th td dl dt dd ol ul li div label button footer script svg g rect path text tspan circle line polyline title desc "
    "figure figcaption section main strong".split())
TAG = re.compile(r"""<[a-z][a-z0-9]*(\s+[a-zA-Z-]+(="[^"<>]*")?)*\s*/?>""")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.problems, self.stack, self.ids, self.targets = [], [], [], []
        self.texts, self.policy, self.scripts, self.counts = [], "", [], {}
        self.folds, self.opened = [], []  # texts of <details>, and where in texts each of those that are open begins

    def complain(self, text):
        self.problems.append(f"line {self.getpos()[0]}: {text}")

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in ELEMENTS:
            self.complain(f"an element <{tag}>")
        if not TAG.fullmatch(self.get_starttag_text()):
            self.complain(f"an attribute that is not quoted: {self.get_starttag_text()!r}")
        names = dict(attrs)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcdoc", "action", "xlink:href", "style"):
                self.complain(f"an attribute {name}")
            if name == "href" and not value.startswith("#"):
                self.complain(f"a link to {value!r}")
            if name == "id":
                self.ids.append(value)
            if name in ("href", "for"):
                self.targets.append(value.lstrip("#"))
        if names.get("http-equiv") == "Content-Security-Policy":
            self.policy = names["content"]
        elif tag == "meta" and "http-equiv" in names:
            self.complain("a <meta> that acts")
        if tag == "svg" and not (names.get("role") == "img" and names.get("aria-label")):
            self.complain("a picture without words for it")
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "br":
            self.texts.append("\n")
        if tag == "details":
            self.opened.append(len(self.texts))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.complain(f"</{tag}> ends <{self.stack[-1] if self.stack else 'nothing'}>")
        else:
            self.stack.pop()
            if tag == "summary":
                self.texts.append("\n")
            if tag == "details":
                self.folds.append("".join(self.texts[self.opened.pop():]))

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "script":
            self.scripts.append(data)
        elif self.stack and self.stack[-1] != "style":
            self.texts.append(data)
        elif not self.stack and data.strip():
            self.complain(f"text outside: {data!r}")

    def handle_comment(self, data):
        self.complain("a comment")


def read(text):
    page = Page()
    page.feed(text)
    page.close()
    return page


def problems(text):
    page = read(text)
    found = page.problems
    if not text.startswith("<!doctype html>\n"):
        found.append("no doctype")
    if page.stack:
        found.append(f"never closed: {page.stack}")
    found += [f"two elements called {name!r}" for name in sorted(set(page.ids)) if page.ids.count(name) > 1]
    found += [f"nothing is called {name!r}" for name in sorted(set(page.targets) - set(page.ids))]
    found += [f"{page.counts.get(tag, 0)} elements <{tag}>" for tag in ("h1", "header", "title", "style", "script")
              if page.counts.get(tag) != 1 and not (tag == "title" and page.counts.get(tag, 0) > 1)]
    digest = base64.b64encode(hashlib.sha256("".join(page.scripts).encode()).digest()).decode()
    if page.policy != f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'":
        found.append(f"the policy {page.policy!r} is not for this script, or not strict")
    if page.counts.get("caption", 0) != page.counts.get("table", 0):
        found.append("a table without a caption")
    return found


def missing(report, text):
    """What of the report is not to be read on the page."""
    page = read(text)
    words = "\n".join(page.texts)
    found = []
    # Those alike share a row, where each is named; the first one speaks for them.
    folded = {name for fold in page.folds if " more like it, " in fold.split("\n", 1)[0]
              for name in re.findall(r"(?m)^(.*?): .*, wanted ", fold)}
    for setting in report["settings"]:
        for key in ("setting", "path", "why", "source"):
            value = setting[key]
            if value and value not in words and (key == "setting" or setting["setting"] not in folded):
                found.append(f"{key} {value!r}")
    for check in report["checks"]:
        found += [f"{key} {check[key]!r}" for key in ("check", "note", "required", "have")
                  if check.get(key) and check[key] not in words.replace("\n", "") and "`" not in check[key]]
    found += [f"{key} {report['node'][key]!r}" for key in ("hostname", "id", "kernel") if (report["node"][key] or "") not in words]
    found += [f"profile {value!r}" for value in (report["profile"]["name"], report["profile"]["sha256"]) if value not in words]
    counted = {label: int(number) for number, label in re.findall(r'<b class="[a-z]+">(\d+)</b><span>([^<]*)</span>', text)}
    required = sum(setting["severity"] == "required" and setting["state"] not in ("same", "changed") for setting in report["settings"])
    left_out = report.get("left_out", {"settings": [], "checks": [], "required_failed": 0})
    differ = sum(setting["state"] not in ("same", "changed", "waived") for setting in left_out["settings"])
    failed = sum(check["state"] == "fail" for check in left_out["checks"])
    unknown = left_out["required_failed"] - differ - failed
    wanted = {"required amiss": required + differ,
              "checks fail": report["summary"]["checks"]["fail"] + failed,
              "not checked": report["summary"]["checks"]["unknown"] + report["summary"]["checks"]["skipped"] + unknown,
              "hold": report["summary"]["same"] + report["summary"]["changed"] + report["summary"]["checks"]["pass"]}
    return found + [f"{label}: {counted.get(label)}, not {number}" for label, number in wanted.items() if counted.get(label) != number]


def main():
    names, report, found = sys.argv[1:], None, False
    if names[:1] == ["--same"]:
        report = json.loads(pathlib.Path(names[1]).read_text(encoding="utf-8"))
        names = names[2:]
    for name in names:
        text = pathlib.Path(name).read_text(encoding="utf-8")
        for problem in problems(text) + (missing(report, text) if report else []):
            found = True
            print(f"{name}: {problem}")
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
