"""Whatever a module does at import: a clear sentence in time, the worker serves on, nothing is left behind."""

from __future__ import annotations

import pytest

from sandbox_kernel.versions.compiler import Compiler
from tests.versions.hostile import HOSTILE, left_behind, only_error

pytestmark = pytest.mark.process


@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_module_does_at_import_is_told_in_one_sentence(compiler: Compiler, what: str) -> None:
    source, message, hint = HOSTILE[what]
    report = compiler.compile({"cart": source}, timeout_s=0.5 if "0.5" in message else 10.0)
    found = only_error(report)
    assert message in found.message, report
    assert hint in found.hint, report
    assert ("import", []) == (report.stage, left_behind(compiler)), report
    assert len(found.message) < 600


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n", "leaves threads running"),
        ("import subprocess\nx = subprocess.Popen(['sleep', '99'])\n", "leaves processes running"),
        (
            "import threading\ndef f():\n    while True: pass\nthreading.Thread(target=f).start()\n",
            "leaves threads running",
        ),
    ],
)
def test_what_an_import_leaves_running_is_ended_and_a_warning(compiler: Compiler, source: str, told: str) -> None:
    report = compiler.compile({"cart": source})
    ((_, found),) = report.warnings
    assert (True, "left-running", f"importing 'cart' {told}") == (report.ok, found.code, found.message)
    assert [] == left_behind(compiler)


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nassert sys.stdin.read() == ''\nassert sys.stdin.readline() == ''\n",
        "import os\nassert os.read(0, 10) == b''\n",
        "import sys, os\nsys.stdout.close()\nsys.stderr.close()\nos.close(1)\nos.close(2)\n",
        "import atexit, time\natexit.register(time.sleep, 99)\n",
        "import os, time\nif os.fork() == 0: os._exit(0)\n",
        "def g():\n    try: yield\n    finally:\n        while True: pass\nx = g()\nnext(x)\n",
    ],
)
def test_what_does_no_harm_is_no_error(compiler: Compiler, source: str) -> None:
    report = compiler.compile({"cart": source}, timeout_s=5.0)
    assert (True, []) == (report.ok, left_behind(compiler)), report
