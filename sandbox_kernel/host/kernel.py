"""One kernel process of a manager: start it until it says Hello, tell of its end, interrupt and stop it.

Called by `Sandbox` alone, on the manager's loop. Its ZMQ sockets are files in a directory that only this user may enter
(no port of the machine is opened) and what the process writes to its standard streams is kept in memory, the tail only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import zmq.asyncio
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel import wire
from sandbox_kernel.errors import KernelDied, KernelUnresponsive, SandboxError, StartError, WireError
from sandbox_kernel.host.client import KernelClient
from sandbox_kernel.host.place import DIRECTORY
from sandbox_kernel.host.provisioner import DOOR, NAME, SandboxProvisioner
from sandbox_kernel.host.status import LimitReached, SandboxEvent, UsageChanged
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.host.watchdog import Exceeded
from sandbox_kernel.isolation.limits import PROFILES, Limits

log = logging.getLogger(__name__)

KERNELSPECS = Path(__file__).parent.parent / "share" / "kernels"
TAIL_BYTES = 16 * 1024
HELLO_GRACE_S = 3.0
SOCKET_PATH_BYTES = 100
CAUSE = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|NotFound|Exit)\b.*")


class Tail:
    """Drains a pipe on the loop and keeps its last bytes, so that no kernel blocks on it or fills a disk with it."""

    def __init__(self) -> None:
        self._kept = b""
        self._reader = -1

    @property
    def text(self) -> str:
        """What was written last, up to now."""
        if self._reader >= 0:
            self._read()
        return self._kept.decode(errors="replace")

    def open(self) -> int:
        """The descriptor for the process to write to; the caller closes it after the start."""
        self.close()
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        asyncio.get_running_loop().add_reader(self._reader, self._read)
        return writer

    def close(self) -> None:
        if self._reader < 0:
            return
        self._read()
        if self._reader >= 0:
            self._shut()

    def _read(self) -> None:
        try:
            data = os.read(self._reader, 65536)
        except BlockingIOError:
            return
        self._kept = (self._kept + data)[-TAIL_BYTES:]
        if not data:
            self._shut()

    def _shut(self) -> None:
        asyncio.get_running_loop().remove_reader(self._reader)
        os.close(self._reader)
        self._reader = -1


class Kernel:
    """From `start` to `stop`; `client` and `hello` belong to the process that runs now."""

    client: KernelClient
    hello: wire.Hello

    def __init__(
        self,
        name: str,
        *,
        sockets: Path,
        context: zmq.asyncio.Context,
        directory: Path | None,
        door: str,
        on_event: Callable[[SandboxEvent], None],
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.tail = Tail()
        self._wanted = directory
        self._sockets = sockets
        self._settings = dict(settings or {})
        self._door = door
        self._context = context
        self._on_event = on_event
        self._started_ahead = False
        self._manager = AsyncKernelManager(
            kernel_name="sandbox",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELSPECS)]),
            connection_file=str(sockets / "kernel.json"),
            context=context,  # one of its own costs a thread, and 100 ms of the loop when it ends
            shutdown_wait_time=4.0,
            log=log,
        )
        if sys.platform != "win32" and len(os.fsencode(sockets)) <= SOCKET_PATH_BYTES:
            self._manager.transport = "ipc"
            self._manager.ip = str(sockets / "k")

    @property
    def provisioner(self) -> SandboxProvisioner | None:
        provisioner = self._manager.provisioner
        assert provisioner is None or isinstance(provisioner, SandboxProvisioner)
        return provisioner

    @property
    def pid(self) -> int:
        provisioner = self.provisioner
        return provisioner.pid or 0 if provisioner is not None and provisioner.running else 0

    def adopt(self, name: str, on_event: Callable[[SandboxEvent], None]) -> None:
        """A kernel that was started ahead becomes this sandbox's; its `start` is done already."""
        assert self.provisioner is not None
        self.name = self.client.sandbox = name
        self._on_event = on_event
        self._started_ahead = True
        self.provisioner.rename(name)

    async def start(self, timeout_s: float, *, restart: bool = False) -> wire.Hello:
        """Starts, or stops and starts again, and waits for the Hello. StartError names the cause; then nothing runs."""
        if self._started_ahead and not restart:
            self._started_ahead = False
            return self.hello
        began = time.monotonic()
        output = self.tail.open()
        try:
            await self._launch(output, restart)
            self._check_place()
            self._hear_watchdog()
            self.client = KernelClient(
                self._manager.connection_file,
                context=self._context,
                sandbox=self.name,
                on_event=lambda event: self._on_event(event),  # whose it is may change
            )
            self.client.open()
            self.hello = await self._await_hello(timeout_s - (time.monotonic() - began))
        except BaseException:  # cancelled ones too: no half-started kernel stays
            await asyncio.shield(self._abort(keep=restart))
            raise
        return self.hello

    async def exited(self) -> int:
        """Waits for the end of the process; every call in flight then raises KernelDied. Its exit status."""
        assert self.provisioner is not None
        status = await self.provisioner.exited()
        if self.provisioner.confinement is not None:
            self.provisioner.confinement.look_why(status)
        self.client.fail(KernelDied(self.name, status))
        return status

    @property
    def connection_file(self) -> str:
        return str(self._manager.connection_file)

    @property
    def level(self) -> str:
        """The isolation level; empty before the first start."""
        confinement = self.provisioner.confinement if self.provisioner is not None else None
        return confinement.level if confinement is not None else ""

    @property
    def limits(self) -> Limits:
        confinement = self.provisioner.confinement if self.provisioner is not None else None
        return confinement.limits if confinement is not None else PROFILES["trusted"]

    async def ask_alive(self, timeout_s: float) -> None:
        """Raises KernelUnresponsive when it does not answer on its control channel."""
        await self.client.control("kernel_info_request", {}, timeout_s=timeout_s)

    async def end(self, limit: str, allowed: float, sentence: str) -> None:
        """Ends the process because of a limit; `ended_by` says so from here on."""
        if self.provisioner is not None and self.provisioner.confinement is not None:
            self.provisioner.confinement.ended_by = Exceeded(limit, allowed, sentence)
            self.provisioner.audit("limit", limit=limit, allowed=allowed, sentence=sentence)
        await self.kill()

    def usage(self) -> Usage:
        confinement = self.provisioner.confinement if self.provisioner is not None else None
        return confinement.usage() if confinement is not None else Usage()

    @property
    def ended_by(self) -> Exceeded | None:
        """Which limit ended the process that ran last."""
        confinement = self.provisioner.confinement if self.provisioner is not None else None
        return confinement.ended_by if confinement is not None else None

    async def interrupt(self) -> None:
        if self.pid:
            await self._manager.interrupt_kernel()

    async def kill(self) -> None:
        """Ends the process at once; `exited` tells when."""
        provisioner = self.provisioner
        if provisioner is not None and self.pid:
            await provisioner.send_signal(signal.SIGKILL)

    async def stop(self, *, now: bool = False) -> None:
        """Ends the kernel, politely unless `now`, and removes its sockets and its temporary directory.

        One that leaves nothing behind is not asked: what its last words could change goes with it.
        """
        if hasattr(self, "client"):
            await self.client.close()
        if self._manager.provisioner is not None:
            await self._manager.shutdown_kernel(now=now or not self.pid or self._leaves_nothing)
        self.tail.close()
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def _leaves_nothing(self) -> bool:
        """Whether all that it can write to or talk to goes when it ends."""
        provisioner = self.provisioner
        if provisioner is None or provisioner.place is None or provisioner.confinement is None:
            return False
        return provisioner.place.temporary and provisioner.confinement.is_closed

    async def _abort(self, *, keep: bool) -> None:
        """Ends what did not start well; `keep` leaves the directory for the next try."""
        if hasattr(self, "client"):
            await self.client.close()
        if self._manager.provisioner is not None:
            await self._manager.shutdown_kernel(now=True, restart=keep)
        self.tail.close()

    def _hear_watchdog(self) -> None:
        """From its thread to this loop. Of a limit that ends the kernel `Sandbox` tells, who knows what follows."""
        loop = asyncio.get_running_loop()

        def tell(make: Callable[[], SandboxEvent]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(lambda: self._on_event(make()))

        def tell_limit(over: Exceeded) -> None:
            if self.ended_by is None:
                tell(lambda: LimitReached(self.name, over.limit, over.allowed, over.sentence))

        assert self.provisioner is not None
        self.provisioner.on_usage = lambda usage: tell(lambda: UsageChanged(self.name, usage))
        self.provisioner.on_exceeded = tell_limit

    async def _launch(self, output: int, restart: bool) -> None:
        try:
            await self._launch_process(output, restart)
        except SandboxError:
            raise
        except Exception as error:  # a border: jupyter_client and the system raise what they like
            raise StartError(f"the kernel of sandbox '{self.name}' could not be launched: {error}") from error
        finally:
            os.close(output)

    async def _launch_process(self, output: int, restart: bool) -> None:
        streams = {"stderr": output}
        if restart:
            await self.client.close()
            await self._manager.restart_kernel(now=not self.pid, **streams)
            return
        env = {**os.environ, NAME: self.name, DOOR: self._door, **self._settings}
        env.pop(DIRECTORY, None)
        if self._wanted is not None:
            env[DIRECTORY] = str(self._wanted)
        await self._manager.start_kernel(env=env, **streams)

    def _check_place(self) -> None:
        place = self.provisioner.place if self.provisioner else None
        if place is not None and place.copied_from is not None:
            raise StartError(
                f"the directory {place.copied_from} is in use by another running kernel; "
                "shut that one down or choose another directory",
                reason="locked",
            )

    async def _await_hello(self, timeout_s: float) -> wire.Hello:
        assert self.provisioner is not None
        asking = asyncio.create_task(self._ask_hello(max(timeout_s, 0.1)))
        ending = asyncio.create_task(self.provisioner.exited())
        try:
            await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise StartError(self._story(f"ended with status {ending.result()}"), reason=ending.result())
            return asking.result()
        finally:
            for task in (asking, ending):
                task.cancel()
            await asyncio.gather(asking, ending, return_exceptions=True)

    async def _ask_hello(self, timeout_s: float) -> wire.Hello:
        """A plain kernel answers `kernel_info` but never `sandbox_request`: then the extension did not load."""
        asking = asyncio.create_task(self.client.request(wire.GetHello(), timeout_s=timeout_s))
        try:
            await self.client.control("kernel_info_request", {}, timeout_s=timeout_s)
            async with asyncio.timeout(HELLO_GRACE_S):
                hello = await asking
            await self.client.listening(HELLO_GRACE_S)
        except KernelUnresponsive as error:
            raise StartError(self._story(f"did not answer within {error.timeout_s:.1f} s"), reason="timeout") from None
        except TimeoutError:
            raise StartError(self._story("came up without the sandbox extension"), reason="no-hello") from None
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        if isinstance(hello, wire.Failure):
            raise StartError(self._story(f"refused to start the sandbox: {hello.message}"), reason=hello.error)
        if not isinstance(hello, wire.Hello) or hello.protocol != wire.PROTOCOL:
            raise WireError(f"the kernel of sandbox '{self.name}' speaks another protocol; restart it after an update")
        return hello

    def _story(self, what: str) -> str:
        said = self.tail.text.strip()
        cause = next((line for line in reversed(said.splitlines()) if CAUSE.match(line)), "")
        story = f"the kernel of sandbox '{self.name}' {what}" + (f": {cause}" if cause else "")
        return story + (f"\nit printed:\n{said[-2000:]}" if said else "")
