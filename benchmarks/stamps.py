"""Stamps of a forked kernel's start, for `timeline.py`: loaded into the zygote in advance, it wraps the steps of a start.

The stamps go to a file that is mapped into memory, which a kernel keeps when it has closed every descriptor and left the
host's files behind. Nothing of it runs in a kernel that is not measured.
"""

from __future__ import annotations

import functools
import mmap
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(os.environ.get("TMPDIR", "/tmp")) / f"sandbox-kernel-stamps-{os.getuid()}"
SIZE = 1 << 20
_STEPS = (
    ("sandbox_kernel.zygote.server", "Server._answer"),
    ("sandbox_kernel.zygote.server", "fork_quietly"),
    ("sandbox_kernel.zygote.child", "detach"),
    ("sandbox_kernel.zygote.child", "take_streams"),
    ("sandbox_kernel.zygote.child", "enter_level"),
    ("sandbox_kernel.zygote.child", "replace_environment"),
    ("sandbox_kernel.zygote.child", "reseed"),
    ("sandbox_kernel.zygote.child", "await_word"),
    ("sandbox_kernel.versions.launching", "plant"),
    ("sandbox_kernel.isolation.enter", "join"),
    ("sandbox_kernel.isolation.enter", "owner_maps"),
    ("sandbox_kernel.isolation.enter", "apply_rlimits"),
    ("sandbox_kernel.isolation.enter", "_landlock_in_jail"),
    ("sandbox_kernel.isolation.ahead", "admit"),
    ("sandbox_kernel.isolation.keeper", "may_trace"),
    ("sandbox_kernel.isolation.keeper", "start_init"),
    ("sandbox_kernel.isolation.keeper", "fork"),
    ("sandbox_kernel.isolation.namespaces", "unshare"),
    ("sandbox_kernel.isolation.namespaces", "become"),
    ("sandbox_kernel.isolation.namespaces", "configure_host"),
    ("sandbox_kernel.isolation.seccomp", "install"),
    ("sandbox_kernel.isolation.mounts", "View.gather"),
    ("sandbox_kernel.isolation.mounts", "View.build"),
    ("sandbox_kernel.isolation.mounts", "View._private"),
    ("sandbox_kernel.isolation.mounts", "View._proc"),
    ("sandbox_kernel.isolation.mounts", "View.enter"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.furnish"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.claim"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp._become_unique"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp._on_listen"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp._publish"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp._listen"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp._await_heartbeat"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.init_io"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.init_gui_pylab"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.init_extensions"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.init_code"),
    ("sandbox_kernel.zygote.application", "ForkedKernelApp.start"),
    ("sandbox_kernel.runtime.extension", "open_sandbox"),
    ("sandbox_kernel.runtime.session", "Session.open"),
    ("sandbox_kernel.versions.store", "VersionStore.open"),
    ("sandbox_kernel.supervision.system", "System.start"),
    ("sandbox_kernel.runtime.channel", "ControlChannel.open"),
    ("sandbox_kernel.runtime.lesson_magics", "register"),
    ("sandbox_kernel.runtime.session", "Session.restore"),
    ("sandbox_kernel.runtime.magics", "register"),
    ("ipykernel.ipkernel", "IPythonKernel.execute_request"),
    ("ipykernel.ipkernel", "IPythonKernel.do_execute"),
    ("ipykernel.ipkernel", "IPythonKernel.finish_metadata"),
)


class Row(NamedTuple):
    """`faults` are the page faults of the process so far: what a fork has to copy shows there."""

    time_ns: int
    pid: int
    faults: int
    what: str


class Sheet:
    """Lines of `nanoseconds pid faults what` in a shared mapping."""

    def __init__(self, *, fresh: bool = False) -> None:
        flags = os.O_RDWR | (os.O_CREAT | os.O_TRUNC if fresh else 0)
        descriptor = os.open(FILE, flags, 0o600)
        if fresh:
            os.ftruncate(descriptor, SIZE)
        self._memory = mmap.mmap(descriptor, SIZE)
        os.close(descriptor)

    def note(self, what: str) -> None:
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        line = f"{time.monotonic_ns()} {os.getpid()} {faults} {what}\n".encode()
        at = int.from_bytes(self._memory[:4], "little") or 4  # two that write at once lose one line of a benchmark
        self._memory[:4] = (at + len(line)).to_bytes(4, "little")
        self._memory[at : at + len(line)] = line

    def take(self) -> list[Row]:
        end = int.from_bytes(self._memory[:4], "little")
        rows = [line.split(" ", 3) for line in self._memory[4:end].decode(errors="replace").splitlines()]
        self._memory[:4] = bytes(4)
        return [Row(int(row[0]), int(row[1]), int(row[2]), row[3]) for row in rows if len(row) == 4]


def wrap(sheet: Sheet, module: str, path: str) -> None:
    __import__(module)
    owner: Any = sys.modules[module]  # Any: a module or a class
    *classes, name = path.split(".")
    for each in classes:
        owner = getattr(owner, each)
    raw = owner.__dict__.get(name) or getattr(owner, name)
    wrapped = raw.__func__ if isinstance(raw, classmethod) else raw
    stamped = _stamped(sheet, path, wrapped)
    setattr(owner, name, classmethod(stamped) if isinstance(raw, classmethod) else stamped)


def _stamped(sheet: Sheet, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def stamped(*given: Any, **named: Any) -> Any:  # Any: passed on
        sheet.note(f"> {name}")
        try:
            return act(*given, **named)
        finally:
            sheet.note(f"< {name}")

    return stamped


def wrap_all() -> None:
    sheet = Sheet()
    for module, path in _STEPS:
        wrap(sheet, module, path)


if os.environ.get("SANDBOX_KERNEL_PRELOAD") == "stamps":
    wrap_all()
