"""From a checkout on a machine with only Python to an installed environment: `.venv` beside `pyproject.toml`.

Called by `python3 -m sandbox_kernel` and `.ci/dev.py`. Standard library only; imports nothing of the package.

Weighed for the one command of the README: (a) `pip install .` and a second command: two commands, and Debian's Python
refuses to install outside a virtual environment; (b) `uv run`: short, but uv is not on a fresh machine; (c) `pipx`: the
same; (d) a module that makes the environment with uv where it is and with venv and pip where not: (d). What it installed
stands in a stamp (hash of pyproject.toml, Python, extras), so that every later start costs no more than reading that.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWER_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14")
NO_NETWORK = ("name resolution", "dns error", "newconnectionerror", "connection refused", "network is unreachable",
              "failed to fetch", "error sending request", "could not connect")  # fmt: skip


class SetupError(Exception):
    """What is wrong and what to do about it, in one or two sentences."""


def start(arguments: list[str]) -> int:
    """Sets up what is missing, then hands over to the command line; returns only when something is wrong."""
    line = list(arguments)
    if not line or (line[0].startswith("-") and line[0] not in ("-h", "--help", "--version")):
        line = ["lab", *line]
    try:
        python = ensure(ROOT, "lab") if is_checkout(ROOT) else sys.executable
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return hand_over([python, "-m", "sandbox_kernel.host.cli", *line])


def is_checkout(root: Path) -> bool:
    return (root / "pyproject.toml").is_file() and (root / "sandbox_kernel" / "bootstrap.py").is_file()


def ensure(root: Path, extra: str) -> str:
    """The path of a Python in `root/.venv` that has the project and this extra of it; SetupError."""
    venv = root / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = venv / ".sandbox-kernel.json"
    had = _read(stamp)
    before = had.get("extras")
    extras = sorted({extra, *(before if isinstance(before, list) else [])})
    wanted = {"pyproject": _hash(root / "pyproject.toml"), "extras": extras}
    if had == wanted and python.exists():
        return str(python)
    say(f"Setting up in {venv}; the first time takes a minute or two.")
    uv = shutil.which("uv")
    if not _works(python):
        _make(venv, uv)
    if not _works(python):
        raise SetupError(f"{python} does not run; delete {venv} and start again.")
    _install(root, python, uv, extras)
    stamp.write_text(json.dumps(wanted))
    say("Set up.")
    return str(python)


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def hand_over(command: list[str]) -> int:
    """Becomes that command; on Windows, where that cannot be, waits for it. Standard output is flushed first."""
    sys.stdout.flush()
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)


def _make(venv: Path, uv: str | None) -> None:
    """Makes an empty environment, or says plainly what the machine lacks."""
    if uv:
        say("  making it with uv")
        _call(
            [uv, "venv", "--quiet", "--clear", "--python", _interpreter(uv) or f">={OLDEST[0]}.{OLDEST[1]}", str(venv)]
        )
        return
    say("  making it with venv")
    made = subprocess.run(
        [_interpreter(None) or sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True
    )
    if made.returncode == 0:
        return
    if "ensurepip" in made.stdout + made.stderr:
        shutil.rmtree(str(venv), ignore_errors=True)
        raise SetupError(
            "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv; "
            "elsewhere install uv (https://docs.astral.sh/uv). Then start again."
        )
    raise SetupError(f"The virtual environment could not be made: {(made.stderr or made.stdout).strip()}")


def _interpreter(uv: str | None) -> str | None:
    """This Python if it is new enough, else a newer one on PATH, else None where uv can fetch one; SetupError."""
    if sys.version_info >= OLDEST:
        return sys.executable
    found = next((path for path in map(shutil.which, NEWER_NAMES) if path), None)
    if found or uv:
        return found
    raise SetupError(
        f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed and this is {sys.version.split()[0]}. Install one "
        "(https://www.python.org/downloads, or uv, which fetches its own) and start again."
    )


def _install(root: Path, python: Path, uv: str | None, extras: list[str]) -> None:
    what = f"{root}[{','.join(extras)}]"
    say("  installing the project and what it needs")
    if uv:
        # Compiled here as pip does it: a confined kernel may not write what it compiles, so that every start would pay.
        _call([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), "--editable", what])
        return
    _call([str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--editable", what])


def _call(command: list[str]) -> None:
    """Runs an installer, shows every twentieth package it collects, and explains why it failed if it did."""
    lines: list[str] = []
    collected = 0
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            collected += line.startswith("Collecting ")
            if line.startswith("Collecting ") and collected % 20 == 0:
                say(f"  {collected} packages so far")
            if line.startswith("Installing collected"):
                say(f"  unpacking {collected} packages")
    if process.returncode == 0:
        return
    said = "".join(lines)
    if any(sign in said.lower() for sign in NO_NETWORK):
        raise SetupError(
            "The packages could not be fetched: the network or the package index is out of reach. Connect (or set "
            "PIP_INDEX_URL, for uv UV_INDEX_URL) and start again.\n" + said[-500:]
        )
    raise SetupError("Installing failed; this is what was said last:\n" + said[-3000:])


def _works(python: Path) -> bool:
    try:
        code = f"import sys; sys.exit(sys.version_info < {OLDEST})"
        return subprocess.run([str(python), "-c", code], stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _read(stamp: Path) -> dict[str, object]:
    try:
        return dict(json.loads(stamp.read_text()))
    except (OSError, ValueError):
        return {}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
