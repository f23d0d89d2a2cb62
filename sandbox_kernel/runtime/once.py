"""Carries out each request of a page once, however often the page sends it.

A page asks again when no answer comes, since a message may be lost on the way (a connection that broke, a subshell that
ended). A question is simply answered again; a change that was made is not made twice: its answer is kept and sent again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from sandbox_kernel import wire

CHANGES = (
    wire.ApplyModules, wire.ReloadFiles, wire.RollBack, wire.StartTree, wire.TagVersion, wire.Undo, wire.Redo,
    wire.ImportHistory, wire.ForgetVersions, wire.CheckAnswer, wire.GetHint,
)  # fmt: skip
KEPT = 32


class Once:
    """Any thread. Requests are told apart by the ids that pages give them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._done: OrderedDict[str, wire.Reply] = OrderedDict()

    def reply(self, asked: str, request: wire.Request, act: Callable[[wire.Request], wire.Reply]) -> wire.Reply | None:
        """None while the same request is under way: its reply will come."""
        with self._lock:
            if asked in self._done:
                return self._done[asked]
            if asked in self._under_way:
                return None
            self._under_way.add(asked)
        try:
            found = act(request)
            if isinstance(request, CHANGES):
                self._keep(asked, found)
            return found
        finally:
            with self._lock:
                self._under_way.discard(asked)

    def _keep(self, asked: str, reply: wire.Reply) -> None:
        with self._lock:
            self._done[asked] = reply
            while len(self._done) > KEPT:
                self._done.popitem(last=False)
