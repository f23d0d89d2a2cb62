"""The command line with real sandboxes: its own, those of a Jupyter server, those of another program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from sandbox_kernel.host import registry
from sandbox_kernel.host.blocking import BlockingManager
from tests.journeys.jupyter_server import answering

pytestmark = pytest.mark.kernel

Json = Any  # what a machine reads
LIMIT_S = 90


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runtime"


def sandbox(*line: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """One command line in a process of its own."""
    command = [sys.executable, "-m", "sandbox_kernel.host.cli", *line]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def told(*line: str) -> Json:
    """What it tells machines; it must have succeeded."""
    done = sandbox(*line, "--json")
    assert 0 == done.returncode, done
    return json.loads(done.stdout)


def test_a_script_runs_with_its_arguments_and_its_output_is_shown(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        '"""Doc."""\nimport sys\nprint(__name__, sys.argv[1:])\nsys.stderr.write("so\\n")\n'
    )
    done = sandbox("run", "script.py", "a", "b")
    assert (0, "__main__ ['a', 'b']\n", "so\n") == (done.returncode, done.stdout, done.stderr)


def test_a_script_may_come_from_standard_input() -> None:
    assert "42\n" == sandbox("run", "-", stdin="print(6 * 7)\n").stdout


def test_a_script_that_raises_is_exit_code_1_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("x = 1\n1 / 0\n")
    done = sandbox("run", "script.py")
    assert (1, "") == (done.returncode, done.stdout)
    assert "----> 2 1 / 0" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_script_over_its_time_is_exit_code_124(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print('begun', flush=True)\nwhile True: pass\n")
    done = sandbox("run", "script.py", "--timeout", "1", "--json")
    answer = json.loads(done.stdout)
    assert (124, "begun\n", "LimitExceeded") == (done.returncode, answer["stdout"], answer["error"]["error"])


def test_a_kept_sandbox_is_listed_restarted_and_ended() -> None:
    done = sandbox("run", "-", "--keep", "--name", "kept", "--json", stdin="print('here')\n")
    try:
        kept = json.loads(done.stdout)
        assert (0, "here\n", "kept") == (done.returncode, kept["stdout"], kept["name"])
        (listed,) = told("list")
        assert ("kept", "manager", kept["directory"]) == (listed["name"], listed["owner"], listed["directory"])
        again = sandbox("run", "-", "--keep", "--name", "kept", stdin="1")
        assert (3, "SandboxExists") == (again.returncode, "SandboxExists" if "exists already" in again.stderr else "")
        assert {"ok": True, "restarted": "kept"} == told("restart", "kept")
        (restarted,) = told("list")
        assert listed["pid"] != restarted["pid"]
        assert [] == told("info", "kept")["snapshot"]["modules"]
        assert {"ok": True, "destroyed": "kept"} == told("destroy", "kept")
        assert [] == told("list")
        psutil.wait_procs([psutil.Process(pid) for pid in (listed["host_pid"],) if psutil.pid_exists(pid)], timeout=30)
        assert [False, False] == [psutil.pid_exists(listed["host_pid"]), Path(kept["directory"]).exists()]
    finally:
        for entry in registry.entries():
            psutil.Process(entry.host_pid).terminate()


def test_the_sandboxes_of_another_program_are_found_asked_and_ended() -> None:
    with BlockingManager() as manager:
        manager.create("till", modules={"till": "count = 0\n"})
        info = told("info", "till")
        assert ["till"] == [module["name"] for module in info["snapshot"]["modules"]]
        assert "module till: version 1 of 1 is live" in sandbox("info", "till").stdout
        assert "till was ended\n" == sandbox("destroy", "till").stdout
        assert [] == manager.list()


@pytest.fixture
def server(tmp_path: Path, runtime: Path) -> Iterator[dict[str, Json]]:
    """A Jupyter server on a directory with one notebook; the JSON of its own server file."""
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "lesson.ipynb")
    options = [
        f"--ServerApp.root_dir={tmp_path}",
        "--no-browser",
        "--ServerApp.port=0",
        "--allow-root",
        "--log-level=ERROR",
    ]
    process = subprocess.Popen([sys.executable, "-m", "jupyter_server", *options], stderr=subprocess.DEVNULL)
    try:
        yield answering(runtime / f"jpserver-{process.pid}.json", process)
    finally:
        process.terminate()
        process.wait(timeout=LIMIT_S)


def test_the_sandbox_of_a_notebook_is_listed_restarted_and_ended(server: dict[str, Json], tmp_path: Path) -> None:
    asked = {"path": "lesson.ipynb", "name": "lesson.ipynb", "type": "notebook", "kernel": {"name": "sandbox"}}
    session = request(server, "POST", "api/sessions", asked)
    (listed,) = told("list")
    expected = ("lesson", "server", str(tmp_path / "sandboxes" / "lesson"), session["kernel"]["id"])
    assert expected == (listed["name"], listed["owner"], listed["directory"], listed["kernel_id"])
    assert str(tmp_path / "sandboxes" / "lesson") == told("info", "lesson")["snapshot"]["hello"]["directory"]
    assert {"ok": True, "restarted": "lesson"} == told("restart", "lesson")
    (restarted,) = told("list")
    assert (listed["id"], True) == (restarted["id"], listed["pid"] != restarted["pid"])
    assert {"ok": True, "destroyed": "lesson"} == told("destroy", "lesson")
    assert [] == told("list")
    assert [] == request(server, "GET", "api/kernels")


def request(server: dict[str, Json], method: str, path: str, body: Json = None) -> Json:
    asked = urllib.request.Request(
        server["url"] + path, method=method, data=json.dumps(body).encode() if body else None
    )
    asked.add_header("Authorization", f"token {server['token']}")
    with urllib.request.urlopen(asked, timeout=LIMIT_S) as answer:
        return json.loads(answer.read() or b"null")


def test_the_doctor_finds_a_machine_that_works() -> None:
    findings = {finding["name"]: finding for finding in told("doctor")}
    assert [] == [name for name, finding in findings.items() if finding["needed"] and not finding["ok"]]
    assert findings["sandbox"]["found"].startswith("started, ran and ended in")


def test_jupyter_knows_the_kernel_and_the_command() -> None:
    scripts = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    specs = subprocess.run(
        [sys.executable, "-m", "jupyter", "kernelspec", "list", "--json"], capture_output=True, env=env, check=True
    )
    assert "Sandbox (Python)" == json.loads(specs.stdout)["kernelspecs"]["sandbox"]["spec"]["display_name"]
    version = subprocess.run(
        [sys.executable, "-m", "jupyter", "sandbox", "--version"], capture_output=True, env=env, check=True
    )
    assert version.stdout.startswith(b"sandbox-kernel ")


def test_nbconvert_executes_a_notebook_with_the_kernel(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("%%sandbox_module rates\nrate = 3\n"),
            nbformat.v4.new_code_cell("rates.rate * 2"),
        ],
        metadata={"kernelspec": {"name": "sandbox", "display_name": "Sandbox (Python)"}},
    )
    nbformat.write(notebook, tmp_path / "rates.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--stdout", "rates.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert 0 == done.returncode, done.stderr
    executed = nbformat.reads(done.stdout, as_version=4)
    assert "6" == executed.cells[1].outputs[0]["data"]["text/plain"]
