"""The command line without kernels: what it takes, prints and returns."""

from __future__ import annotations

import json
import os
import sys

import pytest

from sandbox_kernel import __version__
from sandbox_kernel.host import cli, doctor, registry
from sandbox_kernel.host.commands import _arguments, _name_of
from sandbox_kernel.host.registry import Entry
from sandbox_kernel.isolation import levels

Capture = pytest.CaptureFixture[str]


def entry(**changes: object) -> Entry:
    here = {"pid": os.getpid(), "pid_born": registry.born(os.getpid())}
    base = {
        "id": "e1",
        "name": "till",
        "kernel_id": "k1",
        "directory": "/box",
        "connection_file": "/gone",
        "started": 1.0,
    }
    host = {"host_pid": here["pid"], "host_born": here["pid_born"]}
    return Entry(**{**base, **here, **host, **changes})  # type: ignore[arg-type]  # names and types as Entry has them


def test_the_version_is_told(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert f"sandbox-kernel {__version__}\n" == capsys.readouterr().out


def test_help_names_every_command_and_exit_code(capsys: Capture) -> None:
    assert 0 == cli.main(["help"])
    told = capsys.readouterr().out
    missing = [
        w for w in ("run", "list", "info", "restart", "destroy", "doctor", "lab", "lesson", "124") if w not in told
    ]
    assert [] == missing


@pytest.mark.parametrize(
    "line", [[], ["dance"], ["run"], ["info"], ["run", "x.py", "--timeout", "0"], ["lab", "--port", "99999"]]
)
def test_a_wrong_line_is_a_usage_error(line: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(line)


def test_nothing_runs(capsys: Capture) -> None:
    assert 0 == cli.main(["list"])
    assert capsys.readouterr().out.startswith("no sandbox runs on this machine; start one with")
    assert 0 == cli.main(["list", "--json"])
    assert [] == json.loads(capsys.readouterr().out)


def test_what_runs_is_listed_without_its_secrets(capsys: Capture) -> None:
    registry.write(entry())
    assert 0 == cli.main(["list"])
    head, row = capsys.readouterr().out.splitlines()
    assert ["NAME", "till"] == [head.split()[0], row.split()[0]]
    assert 0 == cli.main(["list", "--json"])
    (told,) = json.loads(capsys.readouterr().out)
    assert ("till", "/box") == (told["name"], told["directory"])
    assert set() == {"connection_file", "door"} & set(told)


@pytest.mark.parametrize("verb", ["info", "restart", "destroy"])
def test_an_unknown_sandbox_is_one_clear_sentence(verb: str, capsys: Capture) -> None:
    assert 3 == cli.main([verb, "till"])
    expected = f"jupyter sandbox {verb}: no sandbox is named 'till'; there are none; create one first\n"
    assert ("", expected) == capsys.readouterr()
    assert 3 == cli.main([verb, "till", "--json"])
    assert {"ok": False, "error": "SandboxNotFound"}.items() <= json.loads(capsys.readouterr().out).items()


def test_two_of_one_name_are_told_apart_by_id(capsys: Capture) -> None:
    registry.write(entry(id="e1"))
    registry.write(entry(id="e2"))
    assert 3 == cli.main(["destroy", "till"])
    assert "2 sandboxes are named 'till'; say which by id: e1, e2" in capsys.readouterr().err


def test_an_owner_that_takes_no_restarts_is_named(capsys: Capture) -> None:
    registry.write(entry())
    assert 3 == cli.main(["restart", "till"])
    assert f"a program that takes no restarts (process {os.getpid()})" in capsys.readouterr().err


def test_a_server_that_cannot_be_found_is_told(capsys: Capture) -> None:
    registry.write(entry(owner="server"))
    assert 3 == cli.main(["destroy", "till"])
    assert f"the Jupyter server of sandbox 'till' (process {os.getpid()}) cannot be found" in capsys.readouterr().err


def test_a_connection_file_that_is_gone_is_told(capsys: Capture) -> None:
    registry.write(entry())
    assert 3 == cli.main(["info", "till"])
    assert "the connection file of sandbox 'till' cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "words"),
    [("gone.py", "there is no file gone.py"), ("a.ipynb", "a.ipynb is a notebook; run it with: jupyter")],
)
def test_what_cannot_be_run_is_told(file: str, words: str, capsys: Capture) -> None:
    assert 3 == cli.main(["run", file])
    assert words in capsys.readouterr().err


def test_the_doctor_tells_cost_and_fix_of_what_is_missing(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = levels.Machine({"none": "", "limits": "", "fence": "no Landlock", "jail": "no namespaces"}, 0, "none here")
    monkeypatch.setattr(levels, "machine", lambda: bare)
    cli.main(["doctor", "--no-start"])
    told = capsys.readouterr().out
    assert "without isolation jail: no namespaces\n        costs: the level that holds this cannot be had" in told
    assert "without cgroups: none here\n        costs: memory and CPU are limited per process" in told
    cli.main(["doctor", "--no-start", "--json"])
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert [False, True] == [findings["isolation fence"]["ok"], findings["isolation limits"]["ok"]]


def test_every_finding_that_is_not_ok_says_what_it_costs_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: ())
    bare = levels.Machine({"none": "", "limits": "no", "fence": "no", "jail": "no"}, 0, "none here")
    monkeypatch.setattr(levels, "machine", lambda: bare)
    bad = [finding for finding in doctor.examine(start=False) if not finding.ok]
    assert {"provisioner", "browser", "landlock", "cgroups"} <= {finding.name for finding in bad}
    assert [] == [finding.name for finding in bad if not (finding.cost and finding.fix)]


def test_a_needed_piece_that_is_missing_fails_the_doctor(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    broken = doctor.Finding("provisioner", False, "gone", needed=True, cost="no sandbox starts", fix="install")
    monkeypatch.setattr(doctor, "examine", lambda start: [broken])
    assert 1 == cli.main(["doctor"])
    assert "MISSING provisioner: gone" in capsys.readouterr().out


def test_a_script_has_its_own_name_and_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, object] = {}
    monkeypatch.setattr(sys, "argv", sys.argv)
    exec(_arguments("my script.py", ["-x", "5"]), namespace)
    assert (["my script.py", "-x", "5"], "my script.py") == (sys.argv, namespace["__file__"])
    assert ["my-script", "script"] == [_name_of("a/my script.py"), _name_of("-")]
