"""The trial import: runs the top level of modules in a throw-away child, from given sources instead of files.

Runs only in a forked child of the compile worker, for the compiler and for a reloader without a sandbox. What it
reports is JSON; the code under trial could forge it, which would deceive only itself: its findings before the trial were
sent already, and the live kernel runs the same code.
"""

from __future__ import annotations

import builtins
import errno
import importlib.abc
import importlib.machinery
import linecache
import os
import select
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

from sandbox_kernel.versions import hints

_TEXT = 500  # characters of an exception's own text
_FRAMES = 40


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the sandbox's modules from texts; all else is left to Python."""

    def __init__(self, sources: Mapping[str, str], paths: Mapping[str, str], codes: Mapping[str, CodeType]) -> None:
        self.sources, self.paths, self.codes = sources, paths, dict(codes)
        for name in sources:
            lines = sources[name].splitlines(keepends=True)
            linecache.cache[paths[name]] = (len(sources[name]), None, lines, paths[name])

    def install(self) -> None:
        below = tuple(f"{ours}." for ours in self.sources)
        for name in [name for name in sys.modules if name in self.sources or name.startswith(below)]:
            del sys.modules[name]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package = any(name.startswith(f"{fullname}.") for name in self.sources)
        if fullname not in self.sources:
            return self._around(fullname, path) if package else None
        origin = self.paths[fullname]
        directory, _, file = origin.rpartition("/")
        inside = file == "__init__.py"
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=package or inside)
        spec.has_location = True
        if inside and spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(directory)  # what the sources lack is looked for beside it
        return spec

    @staticmethod
    def _around(fullname: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec:
        """A package that has no text of its own: what lies on the disk, so that the rest of it is found, or nothing."""
        on_disk = importlib.machinery.PathFinder.find_spec(fullname, path)
        return on_disk or importlib.machinery.ModuleSpec(fullname, None, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        code = self.codes.get(name)
        if code is None:
            code = compile(self.sources[name], self.paths[name], "exec", dont_inherit=True)
        exec(code, module.__dict__)


def prepare_builtins() -> None:
    """What a kernel defines for every module, in a form that does no harm here."""
    builtins.display = lambda *values, **_: sys.stdout.write(f"{values}\n")  # type: ignore[attr-defined]  # as IPython adds it
    builtins.get_ipython = lambda: None  # type: ignore[attr-defined]  # as above


def attempt(action: Callable[[], object], paths: Mapping[str, str]) -> dict[str, Any] | None:  # Any: JSON
    """Runs it; None, or what it raised in the learner's terms. `paths` are the learner's modules by name."""
    try:
        action()
    except BaseException as error:  # whatever user code raises, SystemExit and KeyboardInterrupt too
        return _describe(error, {path: name for name, path in paths.items()})
    return None


class Forks:
    """Notices code under trial that forks and lets both processes go on: a kernel that imported it would be two kernels.

    The copy says so on a pipe when the import returns in it, and ends. Processes that run something else, or end, close it.
    """

    _WAIT_MS = 250

    def __init__(self) -> None:
        self._own = os.getpid()
        self._forked = False
        self._told, self._tell = os.pipe()
        os.register_at_fork(after_in_parent=self._note)

    def _note(self) -> None:
        self._forked = True

    def end_copy(self) -> None:
        """In a copy: never returns."""
        if os.getpid() != self._own:
            os.write(self._tell, b"x")
            os._exit(0)

    def left_a_copy(self) -> bool:
        """Waits a moment for those that were forked since the last time; most have ended, or become something else."""
        if not self._forked:
            return False
        self._forked = False
        os.close(self._tell)
        poller = select.poll()
        poller.register(self._told, select.POLLIN)
        copied = any(event & select.POLLIN for _, event in poller.poll(self._WAIT_MS))
        os.close(self._told)
        self._told, self._tell = os.pipe()
        return copied


def two_processes(module: str) -> dict[str, Any]:  # Any: JSON
    """The trouble with a module that forks and goes on in both."""
    return {
        **{"module": module, "line": 0, "column": 0, "kind": "Fork", "traceback": ""},
        "message": f"importing '{module}' splits the process in two (os.fork), and both go on",
        "hint": "end the new process with os._exit, or start it inside a function, by subprocess or multiprocessing",
    }


def left_behind(module: str) -> list[dict[str, Any]]:  # Any: JSON
    """What still runs after an import that succeeded: each later reload would start it once more."""
    found = []
    if threading.active_count() > 1:
        found.append("threads")
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        found.append("processes")
    except OSError:  # no children
        pass
    hint = "start them inside a function, or in a worker, so that a reload does not start them once more"
    text = f"importing '{module}' leaves {' and '.join(found)} running"
    return [{"severity": "warning", "code": "left-running", "message": text, "hint": hint}] if found else []


def _describe(error: BaseException, modules: Mapping[str, str]) -> dict[str, Any]:  # Any: JSON
    frames = [frame for frame in _frames(error) if frame.filename in modules]
    kind = type(error).__name__
    text = _text(error)
    place = {"module": "", "line": 0, "column": 0}
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in modules:
        place = {"module": modules[error.filename], "line": error.lineno or 0, "column": max(error.offset or 0, 0)}
        text = error.msg
    elif frames:
        place = {"module": modules[frames[-1].filename], "line": frames[-1].lineno or 0, "column": 0}
    shown = [f"  {modules[frame.filename]}.py, line {frame.lineno}, in {frame.name}" for frame in frames]
    lines = [entry for frame, head in zip(frames, shown, strict=True) for entry in (head, f"    {frame.line or ''}")]
    summary = f"{kind}: {text}" if text else kind
    return {
        **place,
        "kind": kind,
        "message": summary,
        "hint": _hint(error, kind, text),
        "traceback": "\n".join([*lines[-2 * _FRAMES :], summary]),
    }


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    # The last frames are enough: a recursion has a thousand of the same.
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return frames[:2] + frames[2:][-_FRAMES:]


def _text(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException:  # its __str__ is the learner's code as well
        text = ""
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def _hint(error: BaseException, kind: str, text: str) -> str:
    match error:
        case SystemExit():
            return "take the call that ends the program out of the module's top level; put it in a function"
        case SyntaxError():
            return hints.for_syntax(error.msg)
        case ModuleNotFoundError() if error.name:
            return hints.for_missing_module(error.name, sys.stdlib_module_names)
        case ImportError() if "circular import" in text or "partially initialized" in text:
            return "the modules import each other: import the module, not its names, or import inside the function"
        case ImportError() if error.name in sys.modules:
            near = hints.close(text.split("'")[1] if "'" in text else "", dir(sys.modules[error.name or ""]))
            return f"did you mean '{near}'?" if near else f"'{error.name}' does not define it: check its spelling"
        case AttributeError() if "circular import" in text or "partially initialized" in text:
            return "the modules import each other: use its names inside functions only"
        case NameError() if error.name:
            return hints.for_undefined(error.name, _visible(error), sys.stdlib_module_names)
        case RecursionError():
            return "a function calls itself without end: give it a case in which it stops"
        case MemoryError():
            return "it needs more memory than a compilation may have: make it smaller, or build it inside a function"
        case OSError(errno=errno.ENOMEM):
            return "it needs more memory than a compilation may have: make it smaller, or build it inside a function"
        case OSError(errno=errno.EFBIG):
            return "it writes a larger file than a compilation may: write less, or do it inside a function"
        case OSError(errno=errno.EMFILE):
            return "it opens more files than a compilation may: close them, or open them inside a function"
        case EOFError():
            return "a module cannot ask for input while it is imported; put input() in a function"
        case KeyboardInterrupt():
            return "remove what interrupts the import"
    return "correct this line, or move what it does into a function"


def _visible(error: BaseException) -> set[str]:
    """The names that could have been meant where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    here = {*trace.tb_frame.f_globals, *trace.tb_frame.f_locals} if trace is not None else set()
    return {*dir(builtins), *(name for name in here if isinstance(name, str))}
