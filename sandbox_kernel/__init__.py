"""Live, isolated, rewindable Python sandboxes for Jupyter.

Public names load on first use: a learner's kernel never pays for server code, nor the reverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_NAMES = {
    "sandbox_kernel.errors": (
        "CallError CallTimeout ChildError CompileError ExecutionError HandInRefused KernelDied "
        "KernelUnresponsive LimitExceeded MigrationError ModuleNotFound ReloadError RestartLimitReached "
        "SandboxError SandboxExists SandboxNotFound StartError StoreError VersionNotFound WireError "
    ),
    "sandbox_kernel.host.blocking": "BlockingManager BlockingSandbox",
    "sandbox_kernel.host.manager": "SandboxManager",
    "sandbox_kernel.host.sandbox": "Sandbox",
    "sandbox_kernel.host.status": "RestartPolicy",
    "sandbox_kernel.host.untrusted": "Outcome aexecute_untrusted execute_untrusted",
    "sandbox_kernel.reload.reloader": "Reloader",
    "sandbox_kernel.runtime.exercise": "ExerciseView",
    "sandbox_kernel.runtime.widgets": "CrashCard DiffView ModuleEditor ResourceMeter Studio SupervisionTree VersionTimeline",
    "sandbox_kernel.supervision.api": "acall call cast link monitor reply send whereis",
    "sandbox_kernel.supervision.schema": "Field StateSchema",
    "sandbox_kernel.supervision.spec": "ChildSpec Supervisor",
    "sandbox_kernel.supervision.worker": (
        "Down Exit ExitMessage IdleTimeout Ignore NoReply ProcessDown Reply Started Stop Worker"
    ),
    "sandbox_kernel.versions.project": "compile_file compile_project compile_source",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = [
    "BlockingManager",
    "BlockingSandbox",
    "CallError",
    "CallTimeout",
    "ChildError",
    "ChildSpec",
    "CompileError",
    "CrashCard",
    "DiffView",
    "Down",
    "ExecutionError",
    "ExerciseView",
    "Exit",
    "ExitMessage",
    "Field",
    "HandInRefused",
    "IdleTimeout",
    "Ignore",
    "KernelDied",
    "KernelUnresponsive",
    "LimitExceeded",
    "MigrationError",
    "ModuleEditor",
    "ModuleNotFound",
    "NoReply",
    "Outcome",
    "ProcessDown",
    "ReloadError",
    "Reloader",
    "Reply",
    "ResourceMeter",
    "RestartLimitReached",
    "RestartPolicy",
    "Sandbox",
    "SandboxError",
    "SandboxExists",
    "SandboxManager",
    "SandboxNotFound",
    "StartError",
    "Started",
    "StateSchema",
    "Stop",
    "StoreError",
    "Studio",
    "SupervisionTree",
    "Supervisor",
    "VersionNotFound",
    "VersionTimeline",
    "WireError",
    "Worker",
    "acall",
    "aexecute_untrusted",
    "call",
    "cast",
    "compile_file",
    "compile_project",
    "compile_source",
    "execute_untrusted",
    "link",
    "monitor",
    "reply",
    "send",
    "whereis",
]

if TYPE_CHECKING:
    from sandbox_kernel.errors import (
        CallError,
        CallTimeout,
        ChildError,
        CompileError,
        ExecutionError,
        HandInRefused,
        KernelDied,
        KernelUnresponsive,
        LimitExceeded,
        MigrationError,
        ModuleNotFound,
        ReloadError,
        RestartLimitReached,
        SandboxError,
        SandboxExists,
        SandboxNotFound,
        StartError,
        StoreError,
        VersionNotFound,
        WireError,
    )
    from sandbox_kernel.host.blocking import BlockingManager, BlockingSandbox
    from sandbox_kernel.host.manager import SandboxManager
    from sandbox_kernel.host.sandbox import Sandbox
    from sandbox_kernel.host.status import RestartPolicy
    from sandbox_kernel.host.untrusted import Outcome, aexecute_untrusted, execute_untrusted
    from sandbox_kernel.reload.reloader import Reloader
    from sandbox_kernel.runtime.exercise import ExerciseView
    from sandbox_kernel.runtime.widgets import (
        CrashCard,
        DiffView,
        ModuleEditor,
        ResourceMeter,
        Studio,
        SupervisionTree,
        VersionTimeline,
    )
    from sandbox_kernel.supervision.api import acall, call, cast, link, monitor, reply, send, whereis
    from sandbox_kernel.supervision.schema import Field, StateSchema
    from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
    from sandbox_kernel.supervision.worker import (
        Down,
        Exit,
        ExitMessage,
        IdleTimeout,
        Ignore,
        NoReply,
        ProcessDown,
        Reply,
        Started,
        Stop,
        Worker,
    )
    from sandbox_kernel.versions.project import compile_file, compile_project, compile_source


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


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "sandbox_kernel"}]


def _load_jupyter_server_extension(app: Any) -> None:  # Any: jupyter_server is imported only inside servers
    from sandbox_kernel.classroom import learn_handler
    from sandbox_kernel.host.server_extension import load

    load(app)
    learn_handler.load(app)
