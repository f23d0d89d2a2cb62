"""The fast start: a provisioner that has kernels forked by a zygote where that can be done, and started as ever elsewhere.

It sits below `SandboxProvisioner`, which says what to start: it takes the same commands, and understands two of them, a
kernel and a kernel behind the isolation launcher. Everything else, and every zygote that is not there or does not answer,
leads to the plain start, which is told once in the log.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from sandbox_kernel.host import listening, zygotes
from sandbox_kernel.host.forked import ForkedProcess
from sandbox_kernel.isolation.spec import Spec, kind_of
from sandbox_kernel.versions.launching import SEED
from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.family import family_of, stamp_of_packages
from sandbox_kernel.zygote.parked import PAUSE_S
from sandbox_kernel.zygote.protocol import Claim, Message, Refused, Spawn, Spawned, Taken, Words

log = logging.getLogger(__name__)

START = "SANDBOX_KERNEL_START"
_LAUNCHER = ["-P", "-m", "sandbox_kernel.isolation.launch"]
_STREAMS = {"stdout": 1, "stderr": 2}
_UNDERSTOOD = {"stdin", "stdout", "stderr", "pass_fds", "independent", "env", "cwd", "kernel_id", "extra_arguments"}

Options = Mapping[str, Any]  # Any: whatever Popen takes


class Unable(Exception):
    """This kernel cannot be forked; the text says why, an empty one that nobody needs to know."""


class ForkingProvisioner(LocalProvisioner):
    """Belongs to one kernel, restarts included: it keeps the kernel's listening sockets in between."""

    @property
    def comes_again(self) -> bool:
        """Whether a kernel is to be parked for the next of this kind."""
        return True

    def __init__(self, **kwargs: Any) -> None:  # Any: traitlets
        super().__init__(**kwargs)
        self._listening: dict[str, socket.socket] = {}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # Any: as the base class has it
        if is_wanted():
            try:
                return await self._fork(cmd, kwargs)
            except Unable as reason:
                listening.close(self._listening)  # a plain kernel binds them itself
                say_once(str(reason))
        return await super().launch_kernel(cmd, **kwargs)

    async def send_signal(self, signum: int) -> None:
        """As the base class, but never to a process number that may belong to somebody else by now."""
        if self.process is None or self.process.poll() is None:
            await super().send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart=restart)
        if not restart:
            listening.close(self._listening)

    def __del__(self) -> None:
        listening.close(getattr(self, "_listening", {}))  # a manager that nobody shut down

    async def claim(self, cmd: Sequence[str], options: Options, spec: Spec) -> Taken | None:
        """A parked kernel of this kind becomes this one; None when there is none."""
        if not is_wanted():
            return None
        try:
            answer = await self._ask(cmd, options, spec)
        except Unable:
            return None
        return answer if isinstance(answer, Taken) else None

    async def _fork(self, cmd: Sequence[str], options: Options) -> Any:  # Any: as the base class has it
        await self._ask(cmd, options)
        return self.connection_info

    async def _ask(self, cmd: Sequence[str], options: Options, parked: Spec | None = None) -> Spawned | Taken:
        order = read(cmd, options)
        environ = dict(options["env"]) if options.get("env") is not None else dict(os.environ)
        cwd = Path(options.get("cwd") or os.getcwd()).absolute()
        if not order.isolation:
            environ["JPY_PARENT_PID"] = str(os.getpid())
        shared = zygotes.environ_for(environ)
        family = family_of(cmd[0], order.flags, order.arguments, shared, stamp_of_packages(shared))
        wanted = (family.digest, kind_of(parked)) if parked is not None else None
        if _none_before.get(wanted, 0.0) > time.monotonic():
            raise Unable("")
        streams = Streams(options)
        try:
            self._listen()
            connection = await zygotes.connect(family, shared)
            answer, process = await self._spawn(connection, order, environ, cwd, streams.by_name, parked)
        except (OSError, msgspec.DecodeError, TimeoutError) as error:
            raise Unable(f"the zygote did not answer ({error or type(error).__name__})") from error
        except Unable:
            _none_before.update({wanted: time.monotonic() + PAUSE_S} if wanted else {})
            raise
        finally:
            streams.close()
        if self.connection_info["transport"] == "ipc":
            listening.close(self._listening)  # the kernel has them; the next one gets new ones
        adopted: Any = process  # Any: the base class knows Popen only
        self.process, self.pid, self.cwd = adopted, process.pid, cwd
        self.pgid = process.pid  # it leads a session of its own
        return answer

    def _listen(self) -> None:
        """The sockets of the last start serve again, so that clients find them at once, unless they were files:
        jupyter_client deletes those before each restart."""
        self._listening = self._listening or listening.listen(self.connection_info)

    async def _spawn(
        self,
        connection: socket.socket,
        order: Order,
        environ: Mapping[str, str],
        cwd: Path,
        streams: Mapping[str, int],
        parked: Spec | None,
    ) -> tuple[Spawned | Taken, ForkedProcess]:
        theirs, lifeline = os.pipe()
        words = protocol.write_words(
            Words(
                environ={os.fsencode(name): os.fsencode(value) for name, value in environ.items()},
                cwd=os.fsencode(cwd),
                connection=json.dumps(self.connection_info, default=bytes.decode).encode(),
                connection_file=order.connection_file,
            )
        )
        handed = {"words": words, **streams}
        handed |= {"isolation": order.isolation} if order.isolation else {"lifeline": theirs}
        handed |= {channel: each.fileno() for channel, each in self._listening.items()}
        spawn = Spawn(descriptors=tuple(handed))
        message: Message = spawn
        if parked is not None:
            message = Claim(spawn, parked.to_json(), environ.get(SEED) != "no", self.comes_again)
        try:
            protocol.send(connection, message, tuple(handed.values()))
            answer, descriptors = await zygotes.next_message(connection)
            if not isinstance(answer, Spawned | Taken) or len(descriptors) != 1:
                protocol.close(descriptors)
                raise Unable(answer.reason if isinstance(answer, Refused) else "the zygote ended")
        except BaseException:  # cancelled ones too: without its lifeline a kernel that was made meanwhile ends
            os.close(lifeline)
            connection.close()
            raise
        finally:
            protocol.close((theirs, words))
        return answer, ForkedProcess(answer.pid, descriptors[0], connection, lifeline)


@dataclass(frozen=True, slots=True)
class Order:
    """What a command asks for. `isolation` is the descriptor of the isolation launcher's channel, 0 for none."""

    flags: tuple[str, ...]
    arguments: tuple[str, ...]
    connection_file: str
    isolation: int = 0


def read(cmd: Sequence[str], options: Options) -> Order:
    """Unable, without words, for a kernel that is none of ours to fork."""
    python, *rest = cmd
    isolation = 0
    at = next((index for index, word in enumerate(rest) if not word.startswith("-X")), len(rest))
    flags, rest = rest[:at], rest[at:]
    if rest[:3] == _LAUNCHER and len(rest) > 3:
        isolation, rest = int(rest[3]), rest[4:]
    own = os.path.abspath(python) == os.path.abspath(sys.executable) and rest[:3] == ["-m", "ipykernel_launcher", "-f"]
    handed = tuple(options.get("pass_fds", ())) == ((isolation,) if isolation else ())
    independent = bool(options.get("independent")) == bool(isolation)
    if not (own and len(rest) > 3 and handed and independent) or set(options) - _UNDERSTOOD:
        raise Unable("")
    if options.get("stdin") not in (None, subprocess.DEVNULL) or subprocess.PIPE in _given(options):
        raise Unable("")
    return Order(tuple(flags), tuple(rest[4:]), rest[3], isolation)


def _given(options: Options) -> list[Any]:  # Any: as above
    return [options.get(name) for name in _STREAMS if isinstance(options.get(name), int)]


class Streams:
    """The standard streams as descriptors by number; a kernel's input is empty, as jupyter_client has it."""

    def __init__(self, options: Options) -> None:
        self._nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self.by_name = {"0": self._nowhere}
        for name, number in _STREAMS.items():
            self.by_name[str(number)] = self._descriptor(number, options.get(name))

    def close(self) -> None:
        os.close(self._nowhere)

    def _descriptor(self, number: int, given: Any) -> int:  # Any: as Popen takes it
        if given is None:
            return number if _is_open(number) else self._nowhere
        if given == subprocess.DEVNULL:
            return self._nowhere
        if given == subprocess.STDOUT:
            return self.by_name["1"]
        return given if isinstance(given, int) else int(given.fileno())


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def is_wanted() -> bool:
    """`SANDBOX_KERNEL_START` of this process: `zygote`, or `plain` for a new interpreter for each kernel."""
    return sys.platform == "linux" and os.environ.get(START, "zygote") != "plain"


# Until when not to ask again: a zygote that had none parks none while requests come one upon another.
_none_before: dict[tuple[str, Spec] | None, float] = {}
_said: set[str] = set()


def say_once(reason: str) -> None:
    if reason and reason not in _said:
        _said.add(reason)
        log.warning("kernels start the plain, slower way: %s", reason)
