"""The functions people use, for plain cells, async cells and workers alike. They find their system by themselves:
that of the worker that runs, that of the Ref they are given, else the default one, which is made at first use."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision.process import Process, current
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import Monitor, Ref, Sender
from sandbox_kernel.supervision.system import System

_lock = threading.Lock()


class Timer:
    """A message that is still to be sent."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        self.cancel = cancel


class Remote(Protocol):
    """In the process of a `process` worker: the way to its tree."""

    this: Ref

    def ask(self, what: str, *args: Any) -> Any: ...


_default: System | None = None
_remote: Remote | None = None


def default_system() -> System:
    """The system of plain calls; made, started and ended with the interpreter at first use."""
    global _default
    with _lock:
        if _default is None:
            _default = System().start()
            atexit.register(_default.stop)
        return _default


def set_default_system(system: System | None) -> None:
    """For a host that has its own system, such as the sandbox's session: plain calls go there."""
    global _default
    with _lock:
        _default = system


def set_remote(remote: Remote) -> None:
    """For the process of a `process` worker."""
    global _remote
    _remote = remote


def _system(target: Any = None) -> System:
    process = current.get()
    if isinstance(target, Ref) and target.core is not None:
        return target.core.system
    return default_system() if process is None else process.core.system


def call(target: Any, request: Any, timeout_s: float | None = 5.0) -> Any:
    """The reply of the worker `target` (a name or a Ref) to `request`, from plain code in any thread.

    CallTimeout after `timeout_s`: the worker may still handle the request, its late reply is dropped. CallError with
    the reason if it ended before it replied, `noproc` if there is none, `calling_self` if it is the caller.
    """
    return _system(target).call(target, request, timeout_s)


async def acall(target: Any, request: Any, timeout_s: float | None = 5.0) -> Any:
    """As `call`, from async code of any loop; in a worker's async handler it lets the others go on meanwhile."""
    return await _system(target).acall(target, request, timeout_s)


def cast(target: Any, message: Any) -> None:
    """Send `message` to `handle_cast` of `target`. Nobody waits, and nothing fails if there is nobody."""
    _system(target).cast(target, message)


def send(target: Any, message: Any) -> None:
    """Send `message` to `handle_info` of `target`."""
    _system(target).send(target, message)


def reply(sender: Sender, value: Any) -> None:
    """Answer a call later, or early: from any callback of the worker that got `sender`."""
    process = sender.process
    if process is None or threading.get_ident() == process.core.thread_id:
        sender.reply(value)
    else:
        process.core.post(sender.reply, value)


def send_after(seconds: float, target: Any, message: Any) -> Timer:
    """Send `message` to `handle_info` of `target` in `seconds`, unless the timer is cancelled before."""
    if _remote is not None:
        return Timer(partial(_remote.ask, "cancel", _remote.ask("send_after", seconds, target, message)))
    core = _system(target).core
    handle: asyncio.TimerHandle = core.ask(core.loop.call_later, seconds, core.send, target, message)
    return Timer(partial(core.post, handle.cancel))


def whereis(name: Any) -> Ref | None:
    """The Ref of the worker that has this name now, or None."""
    found: Ref | None = _system().whereis(name) if _remote is None else _remote.ask("whereis", name)
    return found


def exit(target: Any, reason: Reason) -> None:
    """Send an exit signal. To end oneself, raise `Exit(reason)` or return `Stop`."""
    if _remote is None:
        _system(target).exit(target, reason)
    else:
        _remote.ask("exit", target, reason)


def monitor(target: Any) -> Monitor:
    """Watch `target`. In a worker its end comes to `handle_info` as `ProcessDown`; plain code calls
    `.wait(timeout_s)`."""
    if _remote is not None:
        far: Monitor = _remote.ask("monitor", target)
        return far
    process = current.get()
    if process is None:
        return _system(target).monitor(target)
    watch: Monitor = process.core.ask(process.core.monitor, target, process)
    return watch


def demonitor(watch: Monitor) -> None:
    """Watch no more; a `ProcessDown` that is queued already is taken back."""
    if _remote is not None:
        _remote.ask("demonitor", watch)
        return
    core = None if watch.owner is None else watch.owner.core
    (default_system() if core is None else core.system).demonitor(watch)


# ---- only in a worker's callbacks
def this() -> Ref:
    """The Ref of the worker whose callback runs."""
    return _this("this").ref if _remote is None else _remote.this


def link(target: Any) -> None:
    """Share the fate of `target`: an abnormal end of one ends the other, unless it traps exits. If there is nobody, a
    worker that traps exits gets an `ExitMessage`; for any other it is a CallError (`noproc`)."""
    if _remote is not None:
        _remote.ask("link", target)
        return
    process = _this("link")
    process.core.ask(process.core.link, process, target)


def unlink(target: Any) -> None:
    if _remote is not None:
        _remote.ask("unlink", target)
        return
    process = _this("unlink")
    process.core.ask(lambda: process.unlink(process.core.find(target)))


def trap_exit(flag: bool = True) -> None:
    """Get exit signals as `ExitMessage` from now on, or no more."""
    if _remote is None:
        _this("trap_exit").trap_exit = flag
    else:
        _remote.ask("trap_exit", flag)


def _this(what: str) -> Process:
    process = current.get()
    if process is None:
        raise CallError(f"{what}() works only in a worker's callbacks; plain code uses monitor()", reason="badarg")
    return process
