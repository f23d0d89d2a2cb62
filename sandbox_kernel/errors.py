"""The tree of exceptions. Imports nothing, so every room may raise and catch these.

    SandboxError
    ├── CompileError             the new source is not valid; nothing live was touched
    ├── ReloadError              the reload was refused and undone; nothing changed
    │   └── MigrationError       ... because a migration of live state failed
    ├── ModuleNotFound           no module of that name in this sandbox
    ├── VersionNotFound          the module has no version of that number
    ├── StoreError               the version store is damaged or busy
    ├── SandboxNotFound          no sandbox of that name is known to the manager
    ├── SandboxExists            a sandbox of that name exists already
    ├── StartError               a kernel, supervisor or worker did not start
    ├── RestartLimitReached      a supervisor gave up
    ├── ChildError               a supervisor refused a request about one of its children
    ├── CallError                a call to a worker was not answered
    │   └── CallTimeout          ... in time; the worker may still handle it
    ├── ExecutionError           code run in a sandbox raised
    ├── LimitExceeded            a limit of the sandbox was hit
    ├── KernelUnresponsive       the kernel did not answer in time
    ├── KernelDied               the kernel process ended
    ├── HandInRefused            a file that a sandbox made is not what it should be
    └── WireError                a message between processes could not be understood

Facts are attributes; the text is built from them and says what happened, to which thing, and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SandboxError(Exception):
    """Base of every error that this package raises on purpose."""


class CompileError(SandboxError):
    """`diagnostics` are the findings (see `versions.artifact.Diagnostic`), errors first; nothing live was touched."""

    def __init__(self, module: str, message: str, diagnostics: Sequence[Any] = ()) -> None:
        self.module = module
        self.diagnostics = tuple(diagnostics)
        super().__init__(message)


class ReloadError(SandboxError):
    """`reason` is machine-readable (`slots-changed`, `busy-worker`, ...); everything is as it was before."""

    def __init__(self, message: str, *, module: str = "", reason: str = "failed") -> None:
        self.module = module
        self.reason = reason
        super().__init__(message)


class MigrationError(ReloadError):
    """A hook (`__migrate__`, `__migrate_module__`, `code_change`) raised; `target` names what it migrated."""

    def __init__(self, message: str, *, module: str = "", target: str = "", reason: str = "migration-failed") -> None:
        self.target = target
        super().__init__(message, module=module, reason=reason)


class ModuleNotFound(SandboxError):
    def __init__(self, module: str, known: Sequence[str] = ()) -> None:
        self.module = module
        self.known = tuple(known)
        have = f"it has {', '.join(known)}" if known else "it has none yet; make one with %%sandbox_module"
        super().__init__(f"this sandbox has no module '{module}'; {have}")


class VersionNotFound(SandboxError):
    def __init__(self, module: str, number: int, newest: int) -> None:
        self.module, self.number, self.newest = module, number, newest
        super().__init__(f"version {number} of '{module}' does not exist; the newest is {newest}")


class StoreError(SandboxError):
    """The version store could not be read or written; the text says where it was kept aside, if it was."""


class SandboxNotFound(SandboxError):
    def __init__(self, name: str, known: Sequence[str] = ()) -> None:
        self.name = name
        self.known = tuple(known)
        have = f"there are: {', '.join(known)}" if known else "there are none; create one first"
        super().__init__(f"no sandbox is named '{name}'; {have}")


class SandboxExists(SandboxError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"a sandbox named '{name}' exists already; destroy it first or choose another name")


class StartError(SandboxError):
    """`reason` is the exit reason of what did not start."""

    def __init__(self, message: str, *, reason: object = None) -> None:
        self.reason = reason
        super().__init__(message)


class RestartLimitReached(SandboxError):
    """A supervisor saw more than `max_restarts` restarts within `max_seconds` and ended its children."""

    def __init__(self, supervisor: str, max_restarts: int, max_seconds: float) -> None:
        self.supervisor, self.max_restarts, self.max_seconds = supervisor, max_restarts, max_seconds
        super().__init__(
            f"supervisor '{supervisor}' gave up: more than {max_restarts} restarts in {max_seconds:g} s; "
            "mend what crashes, then start it again"
        )


class ChildError(SandboxError):
    """`reason` is `not_found`, `running`, `restarting`, `already_present`, `max_children`, ...; nothing was changed."""

    def __init__(self, message: str, *, reason: object = None) -> None:
        self.reason = reason
        super().__init__(message)


class CallError(SandboxError):
    """`reason` is why no reply came: the worker's exit reason, `noproc`, `calling_self`, ..."""

    def __init__(self, message: str, *, reason: object = None) -> None:
        self.reason = reason
        super().__init__(message)


class CallTimeout(CallError):
    def __init__(self, worker: str, timeout_s: float) -> None:
        self.worker, self.timeout_s = worker, timeout_s
        super().__init__(
            f"'{worker}' did not reply within {timeout_s:g} s; it may still handle the call", reason="timeout"
        )


class ExecutionError(SandboxError):
    """Code run in a sandbox raised: `kind` is the exception's class name, `value` its text, `traceback` the lines."""

    def __init__(self, kind: str, value: str, traceback: Sequence[str] = ()) -> None:
        self.kind, self.value, self.traceback = kind, value, tuple(traceback)
        super().__init__(f"{kind}: {value}" if value else kind)


class LimitExceeded(SandboxError):
    """`limit` names the limit (`wall_seconds`, `memory_mb`, ...), `allowed` its value."""

    def __init__(self, limit: str, allowed: float, message: str) -> None:
        self.limit, self.allowed = limit, allowed
        super().__init__(message)


class KernelUnresponsive(SandboxError):
    def __init__(self, sandbox: str, timeout_s: float) -> None:
        self.sandbox, self.timeout_s = sandbox, timeout_s
        super().__init__(
            f"the kernel of sandbox '{sandbox}' did not answer within {timeout_s:g} s; interrupt or restart it"
        )


class KernelDied(SandboxError):
    """`status` is the exit status as `waitpid` gives it: negative for a signal."""

    def __init__(self, sandbox: str, status: int | None = None) -> None:
        self.sandbox, self.status = sandbox, status
        how = "" if status is None else f" (signal {-status})" if status < 0 else f" (exit status {status})"
        super().__init__(f"the kernel of sandbox '{sandbox}' ended{how}; restart it to get its modules back")


class HandInRefused(SandboxError):
    """`name` is the file in the sandbox's directory, `reason` what is wrong with it."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"the file {name!r} is refused: {reason}")


class WireError(SandboxError):
    """A message did not parse or speaks another protocol; nothing was done."""
