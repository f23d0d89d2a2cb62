"""Opens JupyterLab on the lessons: `jupyter sandbox lab`.

From a checkout the lessons are opened where they are; from an installed wheel they are copied to `./sandbox-lessons`
first, once, so that a learner's work lies in a directory of their own and an update of the package never touches it.
JupyterLab runs as a child process, not in this one, so that its address can be read from its own server file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from jupyter_core.paths import jupyter_runtime_dir

from sandbox_kernel.errors import SandboxError, StartError

CHECKOUT = Path(__file__).parent.parent.parent
SHIPPED = Path(sys.prefix) / "share" / "sandbox-kernel" / "lessons"
SETTINGS = Path(__file__).parent.parent / "share" / "lab"
START_TIMEOUT_S = 90.0
POLL_S = 0.1


def find_lessons(asked: str | None, cwd: Path) -> Path:
    """The directory to open: the one asked for, the checkout's, or a copy of the shipped ones under `cwd`."""
    if asked is not None:
        path = Path(asked).expanduser().absolute()
        if not path.is_dir():
            raise SandboxError(f"there is no directory {path}; name one that holds notebooks")
        return path
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "lessons").is_dir():
        return CHECKOUT / "lessons"
    own = cwd / "sandbox-lessons"
    if not own.is_dir():
        if not SHIPPED.is_dir():
            raise SandboxError("this installation has no lessons; name a directory: jupyter sandbox lab DIRECTORY")
        shutil.copytree(SHIPPED, own)
    return own


def first_lesson(directory: Path) -> str:
    """The notebook that `course.toml` says to open first, or its first, or the first by name; empty without any."""
    with contextlib.suppress(OSError, tomllib.TOMLDecodeError, LookupError, TypeError, AttributeError):
        course = tomllib.loads((directory / "course.toml").read_text(encoding="utf-8"))
        for lesson in sorted(course["lesson"], key=lambda lesson: lesson.get("id") != course.get("open_first")):
            notebook = (directory / str(lesson["path"])).with_suffix(".ipynb")
            if notebook.is_file():
                return notebook.relative_to(directory).as_posix()
    return next((path.name for path in sorted(directory.glob("*.ipynb"))), "")


def serve(directory: Path, *, port: int | None, open_browser: bool, say: Callable[[str], None], page: str = "") -> int:
    """Runs JupyterLab until it ends; its exit status. `page` is what to open instead of the first lesson.

    StartError when it does not come up.
    """
    if find_spec("jupyterlab") is None:
        raise StartError("JupyterLab is not installed; run: pip install 'sandbox-kernel[lab]'")
    lesson = first_lesson(directory)
    page = page or (f"/lab/tree/{quote(lesson)}" if lesson else "/lab")
    server = subprocess.Popen(_command(directory, page, port, open_browser), env=_environment())
    threading.Thread(target=_start_fork_server, name="fork server", daemon=True).start()
    with _signals_go_to(server):
        address = _await_address(server, page)
        say(f"JupyterLab is open at {address}\nIt shows {directory}; stop it with Ctrl-C.")
        return server.wait()


def _start_fork_server() -> None:
    """While the server comes up, so that the first notebook's kernel does not wait for it."""
    from sandbox_kernel.host.warm import fork_server  # it imports half of Jupyter

    with contextlib.suppress(Exception):  # a border: it is an advance, the first kernel tells what is wrong
        asyncio.run(fork_server())


def _command(directory: Path, page: str, port: int | None, open_browser: bool) -> list[str]:
    command = [
        sys.executable, "-W", "ignore", "-m", "jupyterlab", "-y",
        f"--ServerApp.root_dir={directory}", f"--LabApp.default_url={page}",
        "--ServerApp.log_level=30", "--LabApp.log_level=30",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if not open_browser:
        command.append("--no-browser")
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in containers everybody is root, and the server listens on localhost alone
    return command


def _environment() -> dict[str, str]:
    """With defaults of our own: no question about Jupyter's news before the first lesson. Users' own settings win."""
    paths = [str(SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def _await_address(server: subprocess.Popen[bytes], page: str) -> str:
    """The server writes its address, token included, into a file of its own as soon as it listens."""
    path = Path(jupyter_runtime_dir()) / f"jpserver-{server.pid}.json"
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            info = json.loads(path.read_text())
            return f"{info['url'].rstrip('/')}{page}?token={info['token']}"
        if server.poll() is not None:
            raise StartError(f"JupyterLab ended with status {server.returncode}; what it printed says why")
        time.sleep(POLL_S)
    server.terminate()
    raise StartError(f"JupyterLab did not come up within {START_TIMEOUT_S:g} s")


@contextlib.contextmanager
def _signals_go_to(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-C reaches the server by itself (same terminal); a polite kill of this process is passed on."""
    before = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
        if server.poll() is None:
            server.terminate()
            server.wait()
