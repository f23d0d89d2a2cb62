"""Live, isolated, rewindable Python sandboxes for Jupyter.

Public names load on first use: a learner's kernel never pays for server code, nor the reverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "ChildSpec": "sandbox_kernel.supervision.spec",
    "Supervisor": "sandbox_kernel.supervision.spec",
    "Worker": "sandbox_kernel.supervision.worker",
    "Reply": "sandbox_kernel.supervision.worker",
    "NoReply": "sandbox_kernel.supervision.worker",
    "Stop": "sandbox_kernel.supervision.worker",
    "Down": "sandbox_kernel.supervision.worker",
    "call": "sandbox_kernel.supervision.api",
    "acall": "sandbox_kernel.supervision.api",
    "cast": "sandbox_kernel.supervision.api",
    "Sandbox": "sandbox_kernel.host.sandbox",
    "SandboxManager": "sandbox_kernel.host.manager",
    "ModuleEditor": "sandbox_kernel.runtime.widgets",
    "SandboxError": "sandbox_kernel.errors",
}

__all__ = [
    "ChildSpec", "Down", "ModuleEditor", "NoReply", "Reply", "Sandbox", "SandboxError", "SandboxManager", "Stop",
    "Supervisor", "Worker", "acall", "call", "cast",
]  # fmt: skip

if TYPE_CHECKING:
    from sandbox_kernel.errors import SandboxError
    from sandbox_kernel.host.manager import SandboxManager
    from sandbox_kernel.host.sandbox import Sandbox
    from sandbox_kernel.runtime.widgets import ModuleEditor
    from sandbox_kernel.supervision.api import acall, call, cast
    from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
    from sandbox_kernel.supervision.worker import Down, NoReply, Reply, Stop, Worker


def __getattr__(name: str) -> Any:  # Any: a module attribute may be anything
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sandbox_kernel' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


def load_ipython_extension(shell: Any) -> None:  # Any: IPython is imported only inside kernels
    """`%load_ext sandbox_kernel`: in a sandbox the whole product, in any other kernel the reloader and host magics."""
    from sandbox_kernel.host.magics import register
    from sandbox_kernel.runtime.extension import load

    load(shell)
    register(shell)


def unload_ipython_extension(shell: Any) -> None:  # Any: as above
    from sandbox_kernel.runtime.extension import unload

    unload(shell)
