"""The hub's spawner on one machine without root: each learner's server in a view of its own, forked from a prepared process.

What lies where, below the classroom's directory: `learners/NAME/files` is what the learner sees in the file browser,
`learners/NAME/private` is the server's own (settings, events on their way), which no code of the learner can open.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any, ClassVar

from jupyterhub.spawner import Spawner
from jupyterhub.utils import random_port
from traitlets import Dict, Unicode

from sandbox_kernel.errors import StartError
from sandbox_kernel.hub.forked import Forker
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import LEVELS, Spec, python_paths

STOP_S = 10.0
KILL_S = 10.0
LOOK_S = 0.05
AT_ONCE = 4  # more servers that start at the same moment only slow each other down
_LIMITS = Limits(memory_mb=0, processes=0, open_files=8192, file_mb=2048, tmp_mb=512)


class SeatSpawner(Spawner):  # type: ignore[misc]  # the hub has no types
    """`isolation` is `jail` or `fence`; `none` only where the operator said so."""

    directory = Unicode(config=True, help="the classroom's directory")
    isolation = Unicode("jail", config=True, help="how servers are shut in: jail, fence or none")
    seat_environment = Dict(config=True, help="variables for the learner's server: where the classroom service is")

    forker: ClassVar[Forker | None] = None
    _turns: ClassVar[asyncio.Semaphore] = asyncio.Semaphore(AT_ONCE)
    _ports: ClassVar[set[int]] = set()
    _port = 0

    async def start(self) -> tuple[str, int]:
        """Called by the hub. The address where the server will listen."""
        cls = SeatSpawner
        cls.forker = cls.forker or Forker()
        self._release_port()
        self._port = self._free_port()
        self.port = self._port  # in the environment that get_env makes
        files, private = self.places()
        for place in (files, private, private / "home" / "tmp"):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        env = self.seat_env(files, private)
        log = str(private / "server.log")
        async with cls._turns:
            await cls.forker.start(self.key, self.spec(files, private), env, str(private), log)
            await self._listening(cls.forker, log)
        return "127.0.0.1", self._port

    async def _listening(self, forker: Forker, log: str) -> None:
        """Until the server listens, or has ended: the hub itself would wait a minute for one that is gone."""
        while forker.status(self.key) is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return
            await forker.ended(self.key, LOOK_S)
        raise StartError(f"the server of '{self.key}' ended while it started; {log} says why")

    async def stop(self, now: bool = False) -> None:
        """Called by the hub: asked first, then ended with all that it started."""
        forker = SeatSpawner.forker
        if forker is not None:
            if not now:
                await forker.signal(self.key, signal.SIGTERM)
            if now or not await forker.ended(self.key, STOP_S):
                await forker.signal(self.key, signal.SIGKILL)
                await forker.ended(self.key, KILL_S)
        self._release_port()

    async def poll(self) -> int | None:
        """Called by the hub: None while the server runs."""
        return 0 if SeatSpawner.forker is None else SeatSpawner.forker.status(self.key)

    @property
    def key(self) -> str:
        return str(self.user.name)

    def places(self) -> tuple[Path, Path]:
        base = Path(self.directory) / "learners" / self.key
        return base / "files", base / "private"

    def seat_env(self, files: Path, private: Path) -> dict[str, str]:
        home = private / "home"
        env: dict[str, str] = {**self.get_env(), **self.seat_environment}
        env |= {"HOME": str(home), "TMPDIR": "/tmp" if self.isolation == "jail" else str(home / "tmp")}
        env |= {"JUPYTERHUB_ROOT_DIR": str(files), "SANDBOX_CLASSROOM_PRIVATE": str(private), "JUPYTER_NO_CONFIG": "1"}
        env |= {"JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self._port}{self.server.base_url}"}
        return env

    def spec(self, files: Path, private: Path) -> Spec:
        level = LEVELS[LEVELS.index(self.isolation)]  # an unknown one raises here
        return Spec(
            level=level,
            cwd=str(private),
            programs=python_paths(),
            writable=(str(files), str(private)),
            home=str(private / "home"),
            limits=_LIMITS,
        )

    def get_state(self) -> dict[str, Any]:  # Any: JSON
        """Nothing to find again: the servers of this machine end with the hub."""
        return dict(super().get_state())

    def _free_port(self) -> int:
        while (port := int(random_port())) in SeatSpawner._ports:
            pass
        SeatSpawner._ports.add(port)
        return port

    def _release_port(self) -> None:
        SeatSpawner._ports.discard(self._port)
