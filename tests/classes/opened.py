"""A real class for tests: `jupyter sandbox classroom` as a process of its own, its address and its join codes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from visitor import Visitor

CODE = re.compile(r"^  ([a-z][\w-]*)\s+(\w{4}-\w{4})", re.MULTILINE)
PASSWORD = "a good password"
COURSE = Path(__file__).parent.parent.parent / "lessons"
END = "Everybody who"


@dataclass
class Class:
    """`open` starts it (again); people come in with their code the first time and with `PASSWORD` from then on."""

    directory: Path
    course: Path
    people: Sequence[tuple[str, str]]
    more: tuple[str, ...] = ()
    address: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    said: str = ""

    def open(self) -> None:
        roster = self.directory.parent / "roster.csv"
        lines = [f"{name},{name.title()},{role}" for name, role in self.people]
        roster.write_text("\n".join(["name,shown,role", *lines]) + "\n", encoding="utf-8")
        port = free_port()
        command = [
            sys.executable, "-P", "-m", "sandbox_kernel", "classroom", "--roster", str(roster), "--port", str(port),
            "--directory", str(self.directory), "--course", str(self.course), *self.more,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd="/")
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith(END):
                break
        assert "is open at" in self.said, self.said + self.log()
        self.address = f"http://127.0.0.1:{port}"
        self.codes |= dict(CODE.findall(self.said))

    def close(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGTERM)
        self.said += self.process.stdout.read()
        self.process.stdout.close()
        status = self.process.wait(60)
        self.process = None
        return status

    def log(self) -> str:
        path = self.directory / "hub.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def visitor(self, name: str) -> Visitor:
        """Comes in: with the join code if it was never used, else with the password."""
        visitor = Visitor(self.address, name)
        code = self.codes.pop(name, "")
        assert 302 == await visitor.come_in(PASSWORD, code=code)
        return visitor

    def processes(self) -> list[int]:
        """Everything that belongs to this class: its directory is in the command line, or its parent's is."""
        parents: dict[int, int] = {}
        ours: set[int] = set()
        for entry in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError):
                number = int(entry)
                stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                if stat[0] == "Z":
                    continue
                parents[number] = int(stat[1])
                if str(self.directory).encode() in Path(f"/proc/{entry}/cmdline").read_bytes():
                    ours.add(number)
        grown = True
        while grown:
            more = {number for number, parent in parents.items() if parent in ours} - ours
            grown = bool(more)
            ours |= more
        return sorted(ours)

    def service(self) -> int:
        """The process number of the classroom service."""
        for number in self.processes():
            if b"sandbox_kernel.board.service" in Path(f"/proc/{number}/cmdline").read_bytes():
                return number
        raise LookupError("the service does not run")


@contextlib.contextmanager
def opened_class(
    directory: Path, people: Sequence[tuple[str, str]], *more: str, course: Path | None = None
) -> Iterator[Class]:
    """A class in a fresh directory, with a copy of the shipped course."""
    own = course or directory / "course"
    if course is None:
        shutil.copytree(COURSE, own, ignore=shutil.ignore_patterns("sandboxes", ".sandbox"))
    made = Class(directory / "class", own, people, more)
    made.open()
    try:
        yield made
    finally:
        if made.process is not None:
            made.close()


def clean_environment() -> dict[str, str]:
    """As a person's own shell: no settings of a test run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_", "SANDBOX_"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
