# SPDX-License-Identifier: Apache-2.0
"""pint on the rules and dashboard-linter on the dashboards, with the exceptions in tests/deploy/linters. Each function takes
the project's folder and yields what the linter says."""
import os
import pathlib
import subprocess

import tap

PINT = os.environ.get("THINTUNE_PINT") or tap.tool("pint")
DASHBOARD_LINTER = os.environ.get("THINTUNE_DASHBOARD_LINTER") or tap.tool("dashboard-linter")
EXCEPTIONS = pathlib.Path(__file__).parent.parent / "linters"


def _said(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        yield done.stdout


def pint_problems(top):
    yield from _said(PINT, "--config", EXCEPTIONS / "pint.hcl", "--offline", "--no-color", "--log-level", "ERROR", "lint", "--fail-on", "warning",
                     top / "deploy/monitoring/rules")


def dashboard_problems(top):
    for path in sorted((top / "deploy/monitoring/dashboards").glob("*.json")):
        yield from _said(DASHBOARD_LINTER, "lint", "--strict", "--config", EXCEPTIONS / "dashboard-linter.yaml", path)


ALL = {
    "pint has nothing to say about the rules": (pint_problems, PINT, "pint is not here (THINTUNE_PINT names one)"),
    "dashboard-linter has nothing to say about the dashboards": (
        dashboard_problems, DASHBOARD_LINTER, "dashboard-linter is not here (THINTUNE_DASHBOARD_LINTER names one)"),
}
