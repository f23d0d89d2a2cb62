"""A page that asks again is answered again; a change is made once."""

from __future__ import annotations

from sandbox_kernel import wire
from sandbox_kernel.runtime.once import Once

APPLY = wire.ApplyModules(sources={"till": "x = 1"})


class Sandbox:
    def __init__(self) -> None:
        self.asked: list[wire.Request] = []

    def handle(self, request: wire.Request) -> wire.Reply:
        self.asked.append(request)
        return wire.Applied(ok=True, summary=f"change {len(self.asked)}", versions={})


def test_a_change_that_is_asked_for_again_is_made_once_and_answered_twice() -> None:
    sandbox, once = Sandbox(), Once()
    first = once.reply("a1", APPLY, sandbox.handle)
    assert (first, [APPLY]) == (once.reply("a1", APPLY, sandbox.handle), sandbox.asked)


def test_another_change_is_made() -> None:
    sandbox, once = Sandbox(), Once()
    assert once.reply("a1", APPLY, sandbox.handle) != once.reply("a2", APPLY, sandbox.handle)


def test_a_question_is_answered_anew() -> None:
    sandbox, once = Sandbox(), Once()
    for _ in range(2):
        once.reply("a1", wire.GetTree(), sandbox.handle)
    assert 2 == len(sandbox.asked)


def test_what_is_under_way_is_not_begun_again() -> None:
    once = Once()
    inner: list[wire.Reply | None] = []

    def handle(request: wire.Request) -> wire.Reply:
        inner.append(once.reply("a1", APPLY, handle))
        return wire.Applied(ok=True, summary="done", versions={})

    assert (wire.Applied(ok=True, summary="done", versions={}), [None]) == (once.reply("a1", APPLY, handle), inner)
