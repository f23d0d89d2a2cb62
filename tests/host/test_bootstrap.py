"""Setting up from a checkout, with installers that only write down how they were called."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from sandbox_kernel import bootstrap
from sandbox_kernel.bootstrap import SetupError, ensure


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]")
    return tmp_path


@pytest.fixture
def calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The installers' command lines; making an environment links this Python into it."""
    made: list[list[str]] = []

    def call(command: list[str]) -> None:
        made.append(command)
        python = checkout / ".venv" / "bin" / "python"
        if command[1:2] == ["venv"]:
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)

    monkeypatch.setattr(bootstrap, "_call", call)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv" if name == "uv" else None)
    return made


def verbs(calls: list[list[str]]) -> list[str]:
    return [" ".join(command[1:3]).removesuffix(" --quiet") for command in calls]


@pytest.mark.process
def test_the_first_start_makes_an_environment_and_the_second_does_nothing(
    checkout: Path, calls: list[list[str]]
) -> None:
    python = ensure(checkout, "lab")
    assert (str(checkout / ".venv" / "bin" / "python"), ["venv", "pip install"]) == (python, verbs(calls))
    assert f"{checkout}[lab]" == calls[1][-1]
    assert python == ensure(checkout, "lab")
    assert 2 == len(calls)


@pytest.mark.process
def test_a_changed_project_is_installed_again_with_all_it_had(checkout: Path, calls: list[list[str]]) -> None:
    ensure(checkout, "test")
    (checkout / "pyproject.toml").write_text("[project]\nversion = '2'")
    ensure(checkout, "lab")
    assert (["venv", "pip install", "pip install"], f"{checkout}[lab,test]") == (verbs(calls), calls[-1][-1])


@pytest.mark.process
def test_another_extra_is_added(checkout: Path, calls: list[list[str]]) -> None:
    ensure(checkout, "lab")
    ensure(checkout, "test")
    assert f"{checkout}[lab,test]" == calls[-1][-1]
    ensure(checkout, "lab")
    assert 3 == len(calls)


def test_an_old_python_is_told_what_to_do(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 1))
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SetupError, match=r"Python 99\.1 or newer is needed and this is 3\..* Install one"):
        ensure(checkout, "lab")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("error: dns error: failed to lookup", "the network or the package index is out of reach"),
        ("ERROR: Could not build wheels", "Installing failed; this is what was said last:\nERROR: Could not build"),
    ],
)
def test_a_failed_install_is_explained(said: str, words: str) -> None:
    with pytest.raises(SetupError) as caught:
        bootstrap._call([sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"])
    assert words in str(caught.value)


def test_the_bootstrap_can_be_read_by_an_old_python() -> None:
    for name in ("bootstrap.py", "__main__.py"):
        ast.parse((Path(bootstrap.__file__).parent / name).read_text(), feature_version=(3, 8))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([], ["lab"]),
        (["--no-browser"], ["lab", "--no-browser"]),
        (["doctor"], ["doctor"]),
        (["--version"], ["--version"]),
    ],
)
def test_without_a_command_the_lessons_are_opened(
    line: list[str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "ensure", lambda root, extra: "python")
    monkeypatch.setattr(bootstrap, "hand_over", handed.append)
    bootstrap.start(line)
    assert [["python", "-m", "sandbox_kernel.host.cli", *expected]] == handed
