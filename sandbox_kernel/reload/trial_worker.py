"""The process that tries imports; run as a script by `trial`, imports nothing of this package.

It reads one JSON request per line, forks a child that imports the modules from the given texts, and answers one line.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import select
import signal
import sys
import types
from typing import Any


class Texts(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def __init__(self, sources: dict[str, str], paths: dict[str, str]) -> None:
        self.sources, self.paths = sources, paths

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.sources:
            return None
        origin = self.paths.get(fullname)
        package = bool(origin) and os.path.basename(origin or "") == "__init__.py"
        spec = importlib.util.spec_from_loader(fullname, self, origin=origin, is_package=package)
        if spec is not None and origin:
            spec.has_location = True
            if package:
                spec.submodule_search_locations = [os.path.dirname(origin)]
        return spec

    def is_package(self, fullname: str) -> bool:
        return os.path.basename(self.paths.get(fullname, "")) == "__init__.py"

    def get_source(self, fullname: str) -> str:
        return self.sources[fullname]

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        code = compile(self.sources[name], self.paths.get(name, f"<{name}>"), "exec", dont_inherit=True)
        exec(code, module.__dict__)


def attempt(request: dict[str, Any]) -> dict[str, Any]:
    sys.path[:] = request["sys_path"]
    sys.meta_path.insert(0, Texts(request["sources"], request["paths"]))
    current = ""
    try:
        os.chdir(request["cwd"])
        for current in request["modules"]:
            importlib.import_module(current)
    except BaseException as error:  # border: whatever the user's code raises is the answer
        return {"ok": False, "kind": type(error).__name__, "text": str(error)[:500], "module": current}
    return {"ok": True}


def child(request: dict[str, Any], write_end: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    builtins.input = lambda *args: ""
    answer = attempt(request)
    os.write(write_end, json.dumps(answer).encode()[:60000])
    os._exit(0)


def trial(request: dict[str, Any]) -> dict[str, Any]:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        try:
            child(request, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    ready, _, _ = select.select([read_end], [], [], request["timeout_s"])
    data = os.read(read_end, 65536) if ready else b""
    os.close(read_end)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if data:
        answer: dict[str, Any] = json.loads(data)
        return answer
    if not ready:
        return {"ok": False, "kind": "Timeout", "text": f"the import took longer than {request['timeout_s']:g} s"}
    return {"ok": False, "kind": "Died", "text": f"the process ended with status {os.waitstatus_to_exitcode(status)}"}


def main() -> None:
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        sys.path[:] = request["sys_path"]
        for name in request["preload"]:
            if name not in sys.modules:
                try:
                    importlib.import_module(name)
                except Exception:  # border: a library that does not load here is the trial's business
                    continue
        out.write(json.dumps(trial(request)).encode() + b"\n")


main()
