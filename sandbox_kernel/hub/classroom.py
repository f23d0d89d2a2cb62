"""A class on one machine, from the command line to the end: settings, the hub as a child process, what is said, the end."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from sandbox_kernel.errors import StartError
from sandbox_kernel.hub.config import Settings
from sandbox_kernel.isolation import syscalls
from sandbox_kernel.isolation.levels import choose, explain
from sandbox_kernel.roster import Credentials, Person, RosterError, read_roster

_DEATH_SIGNAL = 1
START_S = 90.0
STOP_S = 30.0
LOOK_S = 0.1


def settings_for(asked: argparse.Namespace) -> Settings:
    """What the command line says, checked. Makes the classroom's directory."""
    from sandbox_kernel.classroom.course import (
        COURSE_FILE,
        shipped_directory,
    )  # only here: the hub itself needs no lessons

    read_roster(asked.roster)
    directory = asked.directory.absolute()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    course = (asked.course or shipped_directory()).absolute()
    if not (course / COURSE_FILE).is_file():
        raise StartError(f"there is no {COURSE_FILE} in {course}; name a course with --course")
    if bool(asked.ssl_cert) != bool(asked.ssl_key):
        raise StartError("https needs both --ssl-cert and --ssl-key")
    for name in ("roster_secret", "board_secret"):
        if not (directory / name).exists():
            _write_secret(directory / name, secrets.token_bytes(32))
    return Settings(
        directory=str(directory),
        roster=str(asked.roster.absolute()),
        course=str(course),
        ip=asked.ip,
        port=asked.port,
        hub_port=_free_port(),
        proxy_port=_free_port(),
        service_port=_free_port(),
        database=asked.database or f"sqlite:///{directory / 'classroom.sqlite'}",
        cookie_secret=(directory / "board_secret").read_bytes().hex(),
        isolation=_isolation(asked.isolation),
        ssl_cert=str(asked.ssl_cert.absolute()) if asked.ssl_cert else "",
        ssl_key=str(asked.ssl_key.absolute()) if asked.ssl_key else "",
    )


def _isolation(asked: str) -> str:
    """The strongest level that keeps learners apart; a machine that has none gets no classroom."""
    if asked != "auto":
        return choose(asked).level
    level = choose().level
    if level not in ("jail", "fence"):
        raise StartError(
            f"this machine cannot keep learners apart ({explain('fence')}); run the classroom in a container that can"
        )
    return level


def reset(directory: Path, roster: Path, name: str) -> str:
    if name not in read_roster(roster):
        raise RosterError(f"'{name}' is not in {roster}; add the person there first")
    with _credentials(directory) as credentials:
        return f"the join code of {name} is {credentials.reset(name)}"


def run(settings: Settings) -> int:
    """Runs the class until Ctrl-C or SIGTERM; the exit code. StartError when it does not come up."""
    directory = Path(settings.directory)
    path = settings.write()
    config = directory / "jupyterhub_config.py"
    config.write_text(
        f"from sandbox_kernel.hub.config import configure\n\nconfigure(get_config(), {str(path)!r})  # noqa: F821\n"
    )
    with _only_one(directory), (directory / "hub.log").open("ab") as log:
        _refuse_taken(settings)
        stopped = threading.Event()
        hub = subprocess.Popen(
            [sys.executable, "-P", "-m", "jupyterhub", "-f", str(config)],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_plain_signals,
        )
        with _told_to_stop(stopped):
            try:
                _await_hub(settings, hub, stopped)
                if not stopped.is_set():
                    say(_welcome(settings))
                while hub.poll() is None and not stopped.wait(LOOK_S):
                    pass
                return _end(hub, stopped, directory)
            finally:
                _stop(hub)


def _end(hub: subprocess.Popen[bytes], stopped: threading.Event, directory: Path) -> int:
    if not stopped.is_set():
        raise StartError(f"the hub ended with status {hub.returncode}; {directory / 'hub.log'} says why")
    say("The classroom closes; everybody's work stays where it is.")
    _stop(hub)
    return 0


def _await_hub(settings: Settings, hub: subprocess.Popen[bytes], stopped: threading.Event) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and not stopped.is_set():
        if hub.poll() is not None:
            raise StartError(
                f"the hub ended with status {hub.returncode}; {Path(settings.directory) / 'hub.log'} says why"
            )
        if all(_answers(url) for url in _health_pages(settings)):
            return
        stopped.wait(LOOK_S)
    if not stopped.is_set():
        raise StartError(
            f"the classroom did not come up within {START_S:g} s; {Path(settings.directory) / 'hub.log'} says why"
        )


def _health_pages(settings: Settings) -> list[str]:
    """Through the proxy, as people will come: the hub answers before its routes are there."""
    host = "127.0.0.1" if settings.ip in ("", "0.0.0.0", "::") else settings.ip
    base = f"{'https' if settings.ssl_cert else 'http'}://{host}:{settings.port}"
    return [f"{base}/hub/health", f"{base}/services/classroom/health"]


def _answers(url: str) -> bool:
    context = ssl._create_unverified_context() if url.startswith("https:") else None  # it is ourselves that we ask
    try:
        with urllib.request.urlopen(url, timeout=2, context=context):
            return True
    except (OSError, http.client.HTTPException):  # an HTTP error is an OSError too
        return False


def _welcome(settings: Settings) -> str:
    people = read_roster(Path(settings.roster))
    address = _address(settings)
    with _credentials(Path(settings.directory)) as credentials:
        codes = [(person, credentials.code(person.name)) for person in people.values()]
    lines = [f"The classroom is open at {address}", f"Its state is in {settings.directory}; stop it with Ctrl-C.", ""]
    waiting = [(person, code) for person, code in codes if code]
    if waiting:
        lines += ["Join codes, each good for one first login:", *map(_code_line, waiting)]
    joined = len(codes) - len(waiting)
    return "\n".join([*lines, f"Everybody who joined comes in with their own password; {joined} of {len(codes)} have."])


def _code_line(one: tuple[Person, str]) -> str:
    person, code = one
    shown = f"  {person.shown}" if person.shown != person.name else ""
    return f"  {person.name:32}  {code}  {person.role:10}{shown}"


def _address(settings: Settings) -> str:
    host = settings.ip
    if host in ("", "0.0.0.0", "::"):
        host = _own_address()
    return f"{'https' if settings.ssl_cert else 'http'}://{host}:{settings.port}/"


def _own_address() -> str:
    """The address that this machine has towards the network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"


@contextlib.contextmanager
def _credentials(directory: Path) -> Iterator[Credentials]:
    secret = directory / "roster_secret"
    if not secret.exists():
        raise RosterError(
            f"there is no classroom in {directory} yet; start it once, or name its directory with --directory"
        )
    credentials = Credentials(f"sqlite:///{directory / 'roster.sqlite'}", secret.read_bytes())
    try:
        yield credentials
    finally:
        credentials.close()


@contextlib.contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    import fcntl

    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StartError(
            f"a classroom runs in {directory} already; stop it first, or choose another --directory"
        ) from None
    finally:
        os.close(lock)


@contextlib.contextmanager
def _told_to_stop(stopped: threading.Event) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(hub: subprocess.Popen[bytes]) -> None:
    """The hub stops learners' servers, service and proxy; what outlives it ends with its parent."""
    if hub.poll() is None:
        hub.terminate()
        try:
            hub.wait(STOP_S)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()


def _plain_signals() -> None:
    """A shell that started this in the background ignores SIGINT, and JupyterHub then takes a minute to stop.

    The hub stops in order also when this process is killed.
    """
    syscalls.prctl(_DEATH_SIGNAL, signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _refuse_taken(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.ip, settings.port))
        except OSError as error:
            raise StartError(
                f"port {settings.port} of {settings.ip} cannot be used ({error.strerror}); choose another with --port"
            ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_secret(path: Path, secret: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(secret)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
