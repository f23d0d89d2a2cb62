"""How a trial import ended, in one clear sentence with the next step. Pure; used by `compiler`."""

from __future__ import annotations

import signal

from sandbox_kernel.versions.answers import Trouble
from sandbox_kernel.versions.artifact import CompileLimits, Diagnostic

BROKEN = 96  # the exit code of a child that has no way left to say what happened
_CRASHES = {getattr(signal, f"SIG{name}", 0) for name in ("SEGV", "BUS", "FPE", "ILL", "ABRT", "SYS", "TRAP")}
_INSIDE = "put it inside a function, so that it runs when it is called and not at import"


def of_limit(how: str, module: str, limits: CompileLimits, timeout_s: float) -> Diagnostic:
    """A limit ended the child while it imported `module`, or (empty) while the texts were looked at."""
    doing = f"importing '{module}'" if module else "checking this module"
    if how == "time":
        text = f"{doing} did not finish within {timeout_s:g} s"
        return _error("timeout", text, f"look for a loop or a wait that never ends; {_INSIDE}")
    if how == "output":
        text = f"{doing} prints more than {limits.output_bytes / 1e6:g} MB"
        return _error("output", text, f"look for a print in a loop; {_INSIDE}")
    if how == "processes":
        text = f"{doing} starts more than {limits.processes} processes or threads"
        return _error("processes", text, f"start fewer; {_INSIDE}")
    return _error("answer", f"{doing} reports more than can be taken", "split the module into smaller ones")


def of_exit(status: int, module: str, limits: CompileLimits, *, torn: bool = False) -> Diagnostic:
    """The child ended without finishing. `status` is its exit code, negative for a signal; `torn`: what it answered is
    no answer."""
    doing = f"importing '{module}'" if module else "checking this module"
    if torn or status == BROKEN:
        text = f"{doing} broke the way by which the outcome is told"
        return _error("broken", text, "do not close, write to or replace what the module did not open or define itself")
    if status >= 0:
        text = f"{doing} ended the whole process (exit code {status})"
        return _error("exit", text, "remove the call of os._exit, os.exec or the like from the module's top level")
    name = signal.Signals(-status).name if -status in signal.Signals.__members__.values() else f"signal {-status}"
    if -status == signal.SIGXCPU:
        return _error("cpu", f"{doing} used up its processor time", f"look for a loop that never ends; {_INSIDE}")
    if -status == signal.SIGKILL:
        text = f"{doing} was killed, as when more than {limits.memory_mb} MB of memory are needed"
        return _error("killed", text, "use less memory at import, or do not kill processes there")
    if -status in _CRASHES:
        text = f"{doing} crashed Python itself ({name})"
        return _error("crash", text, "look at the extension module or the very deep recursion that it uses")
    text = f"{doing} was ended by a signal ({name})"
    return _error("signal", text, f"look for a timer or a signal that it sends; {_INSIDE}")


def of_trouble(trouble: Trouble, owner: str) -> Diagnostic:
    """What the import raised, as a finding of module `owner`."""
    if trouble.kind == "SystemExit":
        text = f"importing '{trouble.module}' ends the program ({trouble.message})"
    elif trouble.kind == "MemoryError":
        text = f"importing '{trouble.module}' needs more memory than it may have"
    elif trouble.place and trouble.place != owner:
        text = f"{trouble.message} (in '{trouble.place}', line {trouble.line}, which '{trouble.module}' imports)"
    else:
        text = trouble.message
    code = {"ModuleNotFoundError": "import-not-found", "SystemExit": "exit"}.get(trouble.kind, "import-failed")
    here = trouble.place == owner
    return _error(code, text, trouble.hint, line=trouble.line if here else 0, column=trouble.column if here else 0)


def of_worker() -> Diagnostic:
    text = "the compile worker ended before it answered"
    return _error("worker", text, "try again; if it stays so, the module kills other processes when it is imported")


def of_child(message: str, module: str) -> Diagnostic:
    """The child could not go on; once the trial of a module has begun, that module is the reason."""
    if module:
        text = f"importing '{module}' broke Python for what comes after it: {message}"
        return _error("broken", text, "do not replace built-in functions or parts of Python's own modules")
    return _error("worker", f"the compilation could not be carried out: {message}", "run 'jupyter sandbox doctor'")


def _error(code: str, message: str, hint: str, *, line: int = 0, column: int = 0) -> Diagnostic:
    return Diagnostic("error", message, hint, code, line, column)
