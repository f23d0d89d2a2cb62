"""Runs the conformance suites that lie beside the checkout, each with our adapter; fails if a single scenario does.

python .ci/conformance.py DIRECTORY        called by .ci/run when ../shared/conformance exists
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADAPTERS = ROOT / "tests" / "conformance"


def reload(suite: Path, scratch: Path) -> list[str]:
    """The names of the scenarios that did not pass."""
    report = scratch / "reload.json"
    spec = f"{ADAPTERS / 'reload_adapter.py'}:SandboxReload"
    run([sys.executable, str(suite / "run.py"), "--adapter-file", spec, "--out", str(report)])
    results = json.loads(report.read_text())["results"]["SandboxReload"]
    return [name for name, result in results.items() if result["status"] != "pass"] if results else ["no scenario ran"]


def supervision(suite: Path, scratch: Path) -> list[str]:
    """As `reload`; a skipped behaviour is a missing capability, so it counts as failed."""
    report = scratch / "supervision.xml"
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--adapter", "supervision_adapter:make"]
    run([sys.executable, *command, f"--junitxml={report}", "public"], cwd=suite)
    cases = list(ElementTree.parse(report).iter("testcase"))
    bad = [case.get("name", "?") for case in cases if case.find("*") is not None and case.find("properties") is None]
    return bad if cases else ["no behaviour ran"]


def run(command: list[str], cwd: Path = ROOT) -> None:
    path = os.pathsep.join([str(ADAPTERS), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    env = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False)


def main(directory: Path) -> int:
    failed = 0
    for suite in (reload, supervision):
        adapter = ADAPTERS / f"{suite.__name__}_adapter.py"
        if not adapter.is_file() or not (directory / suite.__name__).is_dir():
            sys.stdout.write(f"conformance {suite.__name__}: no adapter or no suite here\n")
            continue
        with tempfile.TemporaryDirectory() as scratch:
            bad = suite(directory / suite.__name__, Path(scratch))
        sys.stdout.write(f"conformance {suite.__name__}: {'all passed' if not bad else 'FAILED: ' + ', '.join(bad)}\n")
        failed += len(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
