"""What each command of `jupyter sandbox` does; the words it prints and the data it gives to machines. Called by `cli`.

Each command imports what it needs when it is called: jupyter_client and zmq cost half a second, `list` needs neither.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sandbox_kernel import wire
from sandbox_kernel.errors import ExecutionError, LimitExceeded, SandboxError, SandboxExists
from sandbox_kernel.host import registry
from sandbox_kernel.host.terminal import clean


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is for `--json`, `text` for people, `code` the exit status."""

    data: Any  # Any: JSON
    text: str = ""
    code: int = 0


async def run(asked: argparse.Namespace) -> Answer:
    name = asked.name or _name_of(asked.file)
    arguments, code = _arguments(asked.file, asked.args), _source(asked.file)
    if asked.keep:
        return await asyncio.to_thread(_run_kept, asked, name, arguments, code)
    from sandbox_kernel.host.manager import SandboxManager

    async with SandboxManager() as manager:
        sandbox = await manager.create(name, directory=asked.directory, timeout_s=60)
        (await sandbox.run(arguments)).raise_for_error()
        on_text = None if asked.json else _echo
        result = await sandbox.run(code, timeout_s=asked.timeout, on_text=on_text)
    if not asked.json:
        _tell(result.error)
    return Answer({**result.to_json(), "name": name}, code=_code_of(result.error))


def compile_(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host.compiling import compile_path
    from sandbox_kernel.host.confinement import LIMITS, settings_for

    settings = settings_for(asked.isolation, profile=asked.profile) | ({LIMITS: asked.limits} if asked.limits else {})
    report, level = compile_path(
        Path(asked.path), settings, trial_import=not asked.no_trial, timeout_s=asked.timeout, cache=asked.cache
    )
    where = f"isolation: {level}" + (", nothing was run" if asked.no_trial else "")
    text = clean(f"{report}\n{where}", colour=False)
    return Answer({**report.to_json(), "isolation": level}, text, 0 if report.ok else 1)


async def list_(asked: argparse.Namespace) -> Answer:
    entries = registry.entries()
    if not entries:
        return Answer([], "no sandbox runs on this machine; start one with 'jupyter sandbox lab' or a notebook")
    rows: list[tuple[str, ...]] = [("NAME", "ID", "PID", "OWNER", "AGE", "DIRECTORY")]
    for entry in entries:
        age = _age(time.time() - entry.started)
        rows.append((entry.name, entry.id, str(entry.pid), entry.owner, age, entry.directory))
    return Answer([_public(entry) for entry in entries], table(rows))


async def info(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host import elsewhere

    entry = elsewhere.find(asked.name)
    snapshot = await elsewhere.snapshot(entry)
    lines = [
        f"{entry.name} ({entry.id}): process {entry.pid}, Python {snapshot.hello.python}, owned by {entry.owner}",
        f"directory {entry.directory}",
        *(_module_line(module) for module in snapshot.modules),
        *(line for root in snapshot.tree for line in _tree_lines(root, 0)),
    ]
    return Answer({**_public(entry), "snapshot": wire.to_builtins(snapshot)}, "\n".join(lines))


async def restart(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host import elsewhere

    entry = elsewhere.find(asked.name)
    await elsewhere.restart(entry)
    return Answer({"ok": True, "restarted": entry.name}, f"{entry.name} was restarted")


async def destroy(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host import elsewhere

    entry = elsewhere.find(asked.name)
    await elsewhere.destroy(entry)
    return Answer({"ok": True, "destroyed": entry.name}, f"{entry.name} was ended")


def doctor(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host.doctor import examine

    findings = examine(start=not asked.no_start)
    lines = []
    for finding in findings:
        mark = "ok     " if finding.ok else "MISSING" if finding.needed else "without"
        lines.append(f"{mark} {finding.name}: {finding.found}")
        if not finding.ok:
            lines += [f"        costs: {finding.cost}", f"        fix:   {finding.fix}"]
    broken = any(finding.needed and not finding.ok for finding in findings)
    return Answer([dataclasses.asdict(finding) for finding in findings], "\n".join(lines), 1 if broken else 0)


async def warm(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host.warm import warm as make_ready

    readiness = await make_ready(asked.count, asked.hours)
    data = {**dataclasses.asdict(readiness), "room": readiness.room, "ok": readiness.ok}
    return Answer(data, readiness.sentence, 0 if readiness.ok else 1)


def lab(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.host.lab import find_lessons, serve

    directory = find_lessons(asked.directory, Path.cwd())
    say = (lambda text: None) if asked.json else _say
    status = serve(directory, port=asked.port, open_browser=not asked.no_browser, say=say)
    return Answer({"ok": status == 0, "directory": str(directory)}, code=0 if status == 0 else 3)


def _run_kept(asked: argparse.Namespace, name: str, arguments: str, code: str) -> Answer:
    if any(entry.name == name for entry in registry.entries()):
        raise SandboxExists(name)
    from sandbox_kernel.host import keeper

    directory = str(Path(asked.directory).absolute()) if asked.directory else None
    data = keeper.start(name, [arguments, code], timeout_s=asked.timeout, directory=directory)
    failed = data["error"]
    text = clean(data["stdout"] + (f"{failed['message']}\n" if failed else ""), colour=False)
    status = 0 if not failed else 124 if failed["error"] == "LimitExceeded" else 1
    return Answer(data, f"{text}sandbox '{name}' is kept; end it with 'jupyter sandbox destroy {name}'", status)


def _source(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    path = Path(file)
    if path.suffix == ".ipynb":
        raise SandboxError(f"{file} is a notebook; run it with: jupyter nbconvert --execute --to notebook {file}")
    if not path.is_file():
        raise SandboxError(f"there is no file {file}; name a Python file or - for standard input")
    return path.read_text(encoding="utf-8")


def _arguments(file: str, args: list[str]) -> str:
    """Code that gives the file its own `sys.argv`; it runs before the file, so that line numbers stay true."""
    return f"import sys\nsys.argv = {[file, *args]!r}\ndel sys\n__file__ = {file!r}"


def _name_of(file: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "-" for c in Path(file).stem)
    return kept.strip("-._")[:64] or "script"


def _tell(error: SandboxError | None) -> None:
    """How the run failed, on standard error."""
    if isinstance(error, ExecutionError):
        _echo("stderr", "\n".join(error.traceback) + "\n")
    elif error is not None:
        _echo("stderr", f"{error}\n")


def _code_of(error: SandboxError | None) -> int:
    return 0 if error is None else 124 if isinstance(error, LimitExceeded) else 1


def _echo(stream: str, text: str) -> None:
    out = sys.stderr if stream == "stderr" else sys.stdout
    out.write(clean(text, colour=out.isatty()))
    out.flush()


def _say(text: str) -> None:
    _echo("stdout", text + "\n")


def _public(entry: registry.Entry) -> dict[str, Any]:  # Any: JSON
    data: dict[str, Any] = msgspec.to_builtins(entry)
    for inside in ("pid_born", "host_born", "door", "connection_file"):
        del data[inside]
    return data


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _module_line(module: wire.ModuleInfo) -> str:
    edited = ", saved file differs" if module.edited else ""
    return f"module {module.name}: version {module.live} of {module.newest} is live{edited}"


def _tree_lines(node: wire.TreeNode, depth: int) -> list[str]:
    own = f"{'  ' * depth}{node.kind} {node.name or node.id}: {node.status}, {node.restarts} restarts"
    return [own, *(line for child in node.children for line in _tree_lines(child, depth + 1))]
