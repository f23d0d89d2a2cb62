"""A supervisor's record of one child: its spec, and what runs of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.restarts import Member
from sandbox_kernel.supervision.spec import ChildSpec, member_of


class Child:
    """A spec and what runs of it. `key` is the id, or the number of its first incarnation under a dynamic
    supervisor."""

    __slots__ = ("crash", "key", "last", "process", "spec", "status")

    def __init__(self, key: str, spec: ChildSpec, process: Process | None = None) -> None:
        self.key, self.spec, self.process = key, spec, process
        self.status: Literal["running", "stopped", "restarting"] = "stopped"
        self.last: Ref | None = (
            None  # of what ran last: by it a dynamic child is known while its restart is tried again
        )
        self.crash = ""  # the story of its last crash

    @property
    def member(self) -> Member:
        return replace(member_of(self.spec, self.status), id=self.key)

    @property
    def seen(self) -> Ref | Literal["restarting"] | None:
        if self.status == "restarting":
            return "restarting"
        return self.process.ref if self.status == "running" and self.process is not None else None
