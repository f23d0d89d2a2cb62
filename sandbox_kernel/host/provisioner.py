"""The provisioner that the `sandbox` kernelspec names: every Jupyter front end starts its sandboxes through it.

It adds to the stock one: a directory of the sandbox's own (see `place`), an entry in the registry, and notice of an
exit at once instead of by polling. How strongly a kernel is isolated is `confinement`'s affair.

Weighed: (a) a KernelManager subclass, which each front end would have to be configured for; (b) a wrapper command in
the kernelspec's argv, which knows neither the notebook nor the life of the kernel manager; (c) a provisioner, which
jupyter_client finds by its entry point in Lab, Notebook, Voila, nbclient and papermill alike: (c).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from traitlets.config import Application

from sandbox_kernel.errors import StartError
from sandbox_kernel.host import registry
from sandbox_kernel.host.audit import Audit
from sandbox_kernel.host.confinement import LEVEL, Confinement, confinement_for
from sandbox_kernel.host.exits import until_exit
from sandbox_kernel.host.place import DIRECTORY, LEAVING, Place, choose_place, wanted_directory
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.host.watchdog import Exceeded
from sandbox_kernel.isolation.spec import python_paths
from sandbox_kernel.isolation.start import Start, interpreter_of
from sandbox_kernel.versions.settings import VARIABLE as VERSIONS

if sys.platform == "linux":
    from sandbox_kernel.host.forking import ForkingProvisioner as Starter
else:
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner as Starter

T = TypeVar("T")

NAME = "SANDBOX_KERNEL_NAME"
DOOR = "SANDBOX_KERNEL_DOOR"
OURS = (NAME, DOOR)
KILLED_S = 5.0
POLITE_S = 1.0  # most kernels end within it; whoever needs longer is looked at by the kernel manager
ISOLATED_S = 60.0
PARKED = "(parked)"  # the name of a kernel that was started ahead and belongs to nobody yet


class SandboxProvisioner(Starter):
    """One kernel of a kernel manager, restarts included. `place` is None before the first start and after the end."""

    place: Place | None = None
    confinement: Confinement | None = None
    exit_status: int | None = None
    on_exceeded: Callable[[Exceeded], None] | None = None
    """Called in the watchdog's thread when the sandbox used more than it may; who serves it sets this."""
    on_usage: Callable[[Usage], None] | None = None
    """The same, about once a second while it is busy."""
    _entry_id: str = ""
    _label: Mapping[str, str] = MappingProxyType({})

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Called by the kernel manager before each start; Any: whatever Popen and the manager take."""
        given = dict(kwargs.get("env") or os.environ)
        cwd = Path(kwargs.get("cwd") or os.getcwd()).absolute()
        if self.confinement is None:
            self.confinement = await _tried_out(
                (given.get(LEVEL), self.kernel_spec and self.kernel_spec.metadata),
                confinement_for,
                given,
                self.kernel_spec,
            )
            for reason in self.confinement.choice.reasons:
                self.log.warning(reason)
        if self.place is None:
            await LEAVING.wait(wanted_directory(given, cwd, inherited=os.environ)[0])
            self.place = choose_place(given, cwd)
        if self.confinement.is_closed:
            self._use_files_as_sockets(self.confinement.socket_prefix)
        self._label = {name: given.pop(name, "") for name in OURS}
        # What code prints travels over iopub. On the process's own standard output ipykernel only says how to quit a
        # kernel without a parent, in the middle of `nbconvert --stdout`.
        kwargs.setdefault("stdout", subprocess.DEVNULL)
        if self._label[NAME]:
            kwargs.setdefault("cwd", str(self.place.directory))
        ours = {DIRECTORY: str(self.place.directory), VERSIONS: self.confinement.versions().to_text()}
        kwargs["env"] = {**self.confinement.environment(given), **ours}
        return dict(await super().pre_launch(**kwargs))

    def _use_files_as_sockets(self, prefix: str) -> None:
        """A kernel without a network answers on sockets in a directory that it shares with this process alone."""
        manager = self.parent
        if manager is not None and getattr(manager, "ip", "") != prefix:
            manager.cache_ports = False
            manager.transport, manager.ip = "ipc", prefix

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # Any: as the base class has it
        """StartError when the isolation that was asked for is not what the kernel got; then nothing runs."""
        self.exit_status = None
        assert self.confinement is not None
        assert self.place is not None
        if self.confinement.level == "none":
            return await super().launch_kernel(cmd, **kwargs)
        cwd = Path(kwargs.get("cwd") or os.getcwd())
        connection = getattr(self.parent, "connection_file", "")
        connection = os.path.realpath(connection) if connection else ""
        python = interpreter_of(cmd)
        await _tried_out(python, python_paths, python)
        given = (cmd, kwargs["env"], self.place.directory, cwd, connection)
        if not await self._claim_parked(cmd, kwargs, self.confinement.begin_parked(*given)):
            with self.confinement.begin(*given) as start:
                kwargs |= {"pass_fds": start.inherited, "independent": True}
                await super().launch_kernel(start.command(cmd), **kwargs)
                await self._look_at(start)
        return self.connection_info

    @property
    def comes_again(self) -> bool:
        """People open more notebooks; a program says by its own pool what is to wait for it, and leaves nothing behind."""
        return not self._label.get(DOOR)

    async def _claim_parked(
        self, cmd: list[str], options: dict[str, Any], start: Start | None
    ) -> bool:  # Any: see above
        """Whether a kernel that waited in its jail is this one now."""
        assert self.confinement is not None
        if start is None or sys.platform != "linux":
            return False
        with start:
            taken = await self.claim(
                start.command(cmd), {**options, "pass_fds": start.inherited, "independent": True}, start.spec
            )
            if taken is None:
                return False
            self.confinement.adopt_cgroup(taken.cgroups)
            start.spec = start.spec._replace(user=taken.user, cgroups=tuple(taken.cgroups.values()))
            await self._look_at(start)
        return True

    async def _look_at(self, start: Start) -> None:
        """From outside, before the first code of the sandbox runs."""
        assert self.confinement is not None
        assert self.place is not None
        assert self.pid is not None
        try:
            await _readable(start.report)
            started = start.finish(self.pid, timeout_s=1.0)
        except StartError as error:
            self.audit("refused", reason=str(error))
            await self.wait()
            await asyncio.to_thread(self.confinement.leave)
            raise
        for note in self.confinement.notes:
            self.log.warning(note)
        self.pid = started.kernel
        self.confinement.watch(started, self.place.directory, self._on_limit, self._on_usage)
        self.audit("started", level=started.spec.level, kernel=started.kernel, limits=started.spec.limits.to_json())

    def _on_limit(self, exceeded: Exceeded) -> None:
        """Called in the watchdog's thread."""
        self.log.warning("sandbox '%s': %s", self.label, exceeded.sentence)
        self.audit("limit", limit=exceeded.limit, allowed=exceeded.allowed, sentence=exceeded.sentence)
        if self.on_exceeded is not None:
            self.on_exceeded(exceeded)

    def _on_usage(self, usage: Usage) -> None:
        """Called in the watchdog's thread."""
        if self.on_usage is not None:
            self.on_usage(usage)

    def audit(self, what: str, **facts: Any) -> None:  # Any: JSON
        assert self.place is not None
        Audit(self.label, self.place.directory).write(what, **facts)

    @property
    def label(self) -> str:
        """What people call the sandbox: the name it was given, else that of its notebook or directory."""
        if self.place is None:
            return ""
        given = self._label.get(NAME, "")
        return given or (Path(self.place.notebook).stem if self.place.notebook else self.place.directory.name)

    async def send_signal(self, signum: int) -> None:
        """To the kernel and what it started; the end of a kernel with a keeper is the keeper's work, so none escapes."""
        started = self.confinement.started if self.confinement else None
        if started is None:
            await super().send_signal(signum)
        elif self.running:
            with contextlib.suppress(ProcessLookupError):
                if signum == signal.SIGKILL:
                    os.kill(started.keeper, signal.SIGTERM)
                else:
                    os.killpg(started.kernel, signum)

    async def kill(self, restart: bool = False) -> None:
        """As the base class, but returns when the process has ended: the kernel manager looks every 100 ms only."""
        await super().kill(restart=restart)
        await self._settle(KILLED_S)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Called when the kernel has been asked to end; waits for it, as above."""
        if self.place is not None and not restart:
            LEAVING.begin(self.place.directory)
        await super().shutdown_requested(restart=restart)
        await self._settle(POLITE_S)

    async def _settle(self, timeout_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.exited()

    async def post_launch(self, **kwargs: Any) -> None:
        """Called once the process runs: tell the registry. A full disk must not stop a kernel."""
        await super().post_launch(**kwargs)
        with contextlib.suppress(OSError):
            self._register()

    def rename(self, name: str) -> None:
        """The kernel was started ahead and belongs to somebody now."""
        self._label = {**self._label, NAME: name}
        with contextlib.suppress(OSError):
            self._register()

    async def exited(self) -> int:
        """Waits for the end of the running process without polling; its status, negative for a signal. Reaps it."""
        process = self._process
        if process is None:
            return self.exit_status or 0
        if process.poll() is None:
            await until_exit(process.pid, pidfd=getattr(process, "pidfd", -1))
        return process.wait()  # ended already: this only reaps

    async def wait(self) -> int | None:
        """As the base class: reaps the process and forgets it, but notices its end at once."""
        process = self._process
        if process is None:
            return 0
        self.exit_status = await self.exited()
        if self.confinement is not None and self.confinement.started is not None and self.place is not None:
            self.audit("ended", status=self.exit_status)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        self.process = None
        return self.exit_status

    async def cleanup(self, restart: bool = False) -> None:
        """Called when the kernel has ended. A restart keeps directory and claim; the manager's end gives them back."""
        await super().cleanup(restart=restart)
        if self.confinement is not None:
            await asyncio.to_thread(self.confinement.leave if restart else self.confinement.close)
        if restart:
            return
        self.confinement = None
        if self._entry_id:
            with contextlib.suppress(OSError):
                registry.remove(self._entry_id)
            self._entry_id = ""
        if self.place is not None:
            place, self.place = self.place, None
            await asyncio.to_thread(place.release)
            LEAVING.end(place.directory)

    @property
    def running(self) -> bool:
        """Whether the process lives; `has_process` stays true until a dead one was waited for."""
        return self._process is not None and self._process.poll() is None

    @property
    def _process(self) -> subprocess.Popen[bytes] | None:
        return self.process

    def _register(self) -> None:
        if self._label[NAME] == PARKED:
            return
        assert self.place is not None
        assert self.pid is not None
        self._entry_id = self._entry_id or secrets.token_hex(8)
        connection = getattr(self.parent, "connection_file", "")
        directory = self.place.directory
        registry.write(
            registry.Entry(
                id=self._entry_id,
                name=self.label,
                kernel_id=str(self.kernel_id),
                directory=str(directory),
                connection_file=os.path.abspath(connection) if connection else "",
                pid=self.pid,
                pid_born=registry.born(self.pid),
                host_pid=os.getpid(),
                host_born=registry.born(os.getpid()),
                started=time.time(),
                owner="manager"
                if self._label[DOOR]
                else "server"
                if _is_served(getattr(self.parent, "parent", None))
                else "other",
                door=self._label[DOOR],
                notebook=self.place.notebook,
                temporary=self.place.temporary,
            )
        )


_tried: set[str] = set()


async def _tried_out(what: object, act: Callable[..., T], *given: Any) -> T:  # Any: passed on
    """In a thread the first time, when it tries out what the machine has; on the loop when that is known, for a thread
    costs more than the answer then, on a busy machine ten milliseconds."""
    if repr(what) in _tried:
        return act(*given)
    found = await asyncio.to_thread(act, *given)
    _tried.add(repr(what))
    return found


async def _readable(descriptor: int) -> None:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        with contextlib.suppress(TimeoutError):  # whoever reads then says so
            async with asyncio.timeout(ISOLATED_S):
                await readable.wait()
    finally:
        loop.remove_reader(descriptor)


def _is_served(kernels: object) -> bool:
    """Whether a Jupyter server of this process answers requests about these kernels; Voila's own it does not know."""
    server = sys.modules.get("jupyter_server.serverapp")
    if server is None or not Application.initialized():
        return False
    running = Application.instance()  # asked of ServerApp itself this raises where Voila runs, a sibling of it
    return isinstance(running, server.ServerApp) and running.kernel_manager is kernels
