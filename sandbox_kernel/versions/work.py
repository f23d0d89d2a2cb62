"""What a child of the compile worker does for one request, and in which order it says what it found.

First everything that can be said without running the code; then the trial, which cannot take that back. Each message
is a JSON object with a `kind`: `static`, `live`, `begin`, `trial`, `uses`, `end`.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import gc
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox_kernel.versions import hints, imports, trial
from sandbox_kernel.versions.analysis import Analysis
from sandbox_kernel.versions.frames import framed, split_frames, write_frame
from sandbox_kernel.versions.profile import profile_from

Json = dict[str, Any]  # Any: JSON
ANSWER = 3  # the descriptor that answers are written to
END = framed(b'{"kind": "end"}')  # the last word, by which the worker knows that nothing more will come
_SHARE = 24  # so many modules are worth a process of their own
_JOBS = 4


def carry_out(request: Json, answer: int) -> None:
    """Writes what it finds to the descriptor `answer`. A request `only_trial` is answered by the trial alone."""
    if request.get("only_trial"):
        _try(request, {}, answer)
    else:
        _look_and_try(request, answer)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the code under trial may have closed or replaced it
            stream.flush()
    os.write(answer, END)


def _look_and_try(request: Json, answer: int) -> None:
    sources: dict[str, str] = request["sources"]
    live: dict[str, str] = request["live"]
    known = {*sources, *live}
    clean, looks = _analyse(request, known, answer)
    around = dict(_around(sources, live))
    for module, tree in around.items():
        names = [one.name for one in imports.of_module(module, tree, known)]
        _send(answer, {"kind": "live", "module": module, "imports": names})
    if clean and request["trial"] and _try(request, looks, answer):
        for module, tree in (around | dict(_trees(sources, looks))).items():
            findings = list(_missing(module, tree, set(request["trial"]), known))
            if findings:
                _send(answer, {"kind": "uses", "module": module, "findings": findings})


def _send(answer: int, message: Json) -> None:
    write_frame(answer, json.dumps(message).encode("ascii"))


# -- static findings ----------------------------------------------------------------------------------------------


def _analyse(request: Json, known: set[str], answer: int) -> tuple[bool, dict[str, Analysis]]:
    """Whether there is no error, and what the trial can use again; several processes share the work of many modules."""
    modules: list[str] = request["analyse"]
    jobs = max(1, min(os.cpu_count() or 1, _JOBS, len(modules) // _SHARE))
    helpers = [_help(request, known, modules[job::jobs]) for job in range(1, jobs)]
    looks: dict[str, Analysis] = {}
    clean = _analyse_share(request, known, modules[::jobs], answer, looks)
    for pid, pipe in helpers:
        with open(pipe, "rb") as file:
            found = file.read()
        _, status = os.waitpid(pid, 0)
        clean = clean and status == 0
        for frame in split_frames(found)[0]:
            write_frame(answer, frame)
    return clean, looks


def _help(request: Json, known: set[str], modules: list[str]) -> tuple[int, int]:
    read, write = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # a small pipe is only slower: the helper waits until it is read
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 1 << 20)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if _analyse_share(request, known, modules, write, {}) else 1
        finally:
            os._exit(status)
    os.close(write)
    return pid, read


def _analyse_share(request: Json, known: set[str], modules: list[str], answer: int, looks: dict[str, Analysis]) -> bool:
    gc.disable()  # trees are many small objects without circles: a third of the time would go into looking for some
    clean, profile = True, profile_from(request["profile"])
    for module in modules:
        look = Analysis(module, request["sources"][module], request["paths"][module])
        look.look(known, request["names"], profile)
        clean = clean and not any(finding["severity"] == "error" for finding in look.findings)
        _send(answer, {"kind": "static", **look.to_json()})
        if request["trial"]:
            looks[module] = look
    gc.freeze()  # what is tried now would have the collector walk through all the trees, again and again
    gc.enable()
    return clean


# -- the trial ----------------------------------------------------------------------------------------------------


def _around(sources: Mapping[str, str], live: Mapping[str, str]) -> Iterator[tuple[str, ast.Module]]:
    """Live modules that may use one of the sources: only those that mention a name are worth parsing."""
    last_parts = {module.rpartition(".")[2] for module in sources}
    for module, text in live.items():
        if any(part in text for part in last_parts):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                yield module, ast.parse(text)


def _trees(sources: Mapping[str, str], looks: Mapping[str, Analysis]) -> Iterator[tuple[str, ast.Module]]:
    """Of all sources: those that the caller knows already were not looked at here, but compiled before."""
    for module, text in sources.items():
        tree = looks[module].tree if module in looks else ast.parse(text)
        if tree is not None:
            yield module, tree


def _try(request: Json, looks: Mapping[str, Analysis], answer: int) -> bool:
    """Imports each module that is to be tried; false when one raised."""
    paths: dict[str, str] = request["paths"]
    codes = {module: look.code for module, look in looks.items() if look.code is not None}
    trial.Sources({**request["live"], **request["sources"]}, paths, codes).install()
    trial.prepare_builtins()
    forks = trial.Forks()
    fine = True
    for module in request["trial"]:
        _send(answer, {"kind": "begin", "module": module})
        error = trial.attempt(lambda module=module: importlib.import_module(module), paths)  # type: ignore[misc]  # bound now
        forks.end_copy()
        if forks.left_a_copy():
            error = trial.two_processes(module)
        _send(answer, {"kind": "trial", "module": module, "error": error})
        fine = fine and error is None
        if error is None and (left := trial.left_behind(module)):
            _send(answer, {"kind": "uses", "module": module, "findings": left})
    return fine


def _missing(module: str, tree: ast.Module, targets: set[str], known: set[str]) -> Iterator[Json]:
    """Names that a module takes from a tried one which does not have them."""
    for target, name, node in imports.used_names(module, tree, targets - {module}):
        names = vars(sys.modules[target])
        if name in names or f"{target}.{name}" in known or "__getattr__" in names:
            continue
        near = hints.close(name, names)
        yield {
            "severity": "warning",
            "code": "missing-name",
            "message": f"'{target}' has no '{name}', which this module uses",
            "hint": f"did you mean '{near}'?" if near else f"define it in '{target}', or change this module as well",
            "line": getattr(node, "lineno", 0),
        }
