"""The client against a peer on real sockets that answers late, out of order, wrongly or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import zmq
import zmq.asyncio
from jupyter_client.session import Session

from sandbox_kernel import wire
from sandbox_kernel.errors import KernelDied, KernelUnresponsive, WireError
from sandbox_kernel.host.client import KernelClient
from sandbox_kernel.host.output import Output

KEY = b"a key of this test"


class Peer:
    """Plays a kernel: what it answers is up to the test."""

    def __init__(self, context: zmq.asyncio.Context, directory: Path) -> None:
        self.session = Session(key=KEY)
        self.sockets = {
            name: context.socket(kind)
            for name, kind in (("shell", zmq.ROUTER), ("control", zmq.ROUTER), ("iopub", zmq.XPUB))
        }
        ports = {}
        for number, (name, socket) in enumerate(self.sockets.items(), 1):
            socket.bind(f"ipc://{directory}/k-{number}")
            ports[f"{name}_port"] = number
        self.file = directory / "kernel.json"
        self.file.write_text(json.dumps({"transport": "ipc", "ip": f"{directory}/k", "key": KEY.decode(), **ports}))

    async def asked(self, channel: str = "control") -> tuple[list[bytes], dict[str, Any]]:
        identity, frames = self.session.feed_identities(await self.sockets[channel].recv_multipart())
        return identity, self.session.deserialize(frames)

    async def answer(
        self, identity: list[bytes], parent: dict[str, Any], content: dict[str, Any], channel: str = "control"
    ) -> None:
        message = self.session.msg("a_reply", content=content, parent=parent)
        await self.sockets[channel].send_multipart(self.session.serialize(message, ident=identity))

    async def publish(self, kind: str, content: dict[str, Any], parent: dict[str, Any] | None = None) -> None:
        message = self.session.msg(kind, content=content, parent=parent)
        await self.sockets["iopub"].send_multipart(self.session.serialize(message, ident=b"topic"))

    async def publish_raw(self, *frames: bytes) -> None:
        await self.sockets["iopub"].send_multipart(frames)


@pytest.fixture
async def context() -> AsyncIterator[zmq.asyncio.Context]:
    context = zmq.asyncio.Context()
    yield context
    context.destroy(linger=0)


@pytest.fixture
def peer(context: zmq.asyncio.Context, tmp_path: Path) -> Peer:
    return Peer(context, tmp_path)


@pytest.fixture
def events() -> asyncio.Queue[wire.AnyEvent]:
    return asyncio.Queue()


@pytest.fixture
async def client(
    peer: Peer, context: zmq.asyncio.Context, events: asyncio.Queue[wire.AnyEvent]
) -> AsyncIterator[KernelClient]:
    client = KernelClient(peer.file, context=context, sandbox="till", on_event=events.put_nowait)
    client.open()
    await peer.sockets["iopub"].recv()  # the subscription: from here on nothing published is lost
    yield client
    await client.close()


async def test_each_caller_gets_its_own_reply_whatever_their_order(peer: Peer, client: KernelClient) -> None:
    calls = [asyncio.create_task(client.control("ask", {"n": n}, timeout_s=10)) for n in range(20)]
    asked = [await peer.asked() for _ in calls]
    for identity, message in reversed(asked):
        await peer.answer(identity, message, {"n": message["content"]["n"]})
    assert [{"n": n} for n in range(20)] == await asyncio.gather(*calls)


async def test_a_question_is_answered_while_code_runs(peer: Peer, client: KernelClient) -> None:
    running = asyncio.create_task(client.execute("forever()", Output()))
    identity, executing = await peer.asked("shell")
    question = asyncio.create_task(client.request(wire.GetTree(), timeout_s=10))
    asker, asking = await peer.asked()
    await peer.answer(asker, asking, wire.to_builtins(wire.Tree(roots=[])))
    assert wire.Tree(roots=[]) == await question
    assert not running.done()
    await peer.publish("status", {"execution_state": "idle"}, executing)
    await peer.answer(identity, executing, {"status": "ok"}, "shell")
    assert {"status": "ok"} == await running


async def test_no_answer_in_time_is_an_error_that_says_so(client: KernelClient) -> None:
    with pytest.raises(KernelUnresponsive, match=r"the kernel of sandbox 'till' did not answer within 0.01 s"):
        await client.control("ask", {}, timeout_s=0.01)


async def test_a_late_answer_reaches_nobody_else(peer: Peer, client: KernelClient) -> None:
    with pytest.raises(KernelUnresponsive):
        await client.control("ask", {"n": 1}, timeout_s=0.01)
    late = await peer.asked()
    second = asyncio.create_task(client.control("ask", {"n": 2}, timeout_s=10))
    current = await peer.asked()
    await peer.answer(*late, {"n": 1})
    await peer.answer(*current, {"n": 2})
    assert {"n": 2} == await second


async def test_an_answer_that_is_none_of_the_wire_is_a_wire_error(peer: Peer, client: KernelClient) -> None:
    question = asyncio.create_task(client.request(wire.GetTree(), timeout_s=10))
    await peer.answer(*await peer.asked(), {"type": "Tree", "roots": "none"})
    with pytest.raises(WireError, match="a reply could not be understood"):
        await question


async def test_output_belongs_to_the_run_that_its_parent_names(peer: Peer, client: KernelClient) -> None:
    mine, other = Output(), Output()
    runs = [asyncio.create_task(client.execute(code, output)) for code, output in (("1", mine), ("2", other))]
    asked = [await peer.asked("shell") for _ in runs]
    for (_, message), text in zip(asked, ("one", "two"), strict=True):
        await peer.publish("stream", {"name": "stdout", "text": text}, message)
    await peer.publish("stream", {"name": "stdout", "text": "nobody's"})
    for identity, message in reversed(asked):
        await peer.publish("status", {"execution_state": "idle"}, message)
        await peer.answer(identity, message, {"status": "ok"}, "shell")
    await asyncio.gather(*runs)
    assert ["one", "two"] == [mine.result(None, 0).stdout, other.result(None, 0).stdout]


async def test_garbage_is_counted_and_dropped_and_the_next_event_arrives(
    peer: Peer, client: KernelClient, events: asyncio.Queue[wire.AnyEvent]
) -> None:
    signed = peer.session.serialize(peer.session.msg("stream", content={"text": "x"}))
    deep = b"[" * 100_000 + b"]" * 100_000
    await peer.publish_raw(b"nonsense")
    await peer.publish_raw(b"t", b"<IDS|MSG>", b"forged", *signed[2:])
    await peer.publish_raw(b"t", b"<IDS|MSG>", peer.session.sign([deep] * 4), deep, deep, deep, deep)
    await peer.publish("sandbox_event", {"type": "Unheard", "number": 1})
    await peer.publish("sandbox_event", {"type": "TreeChanged", "number": "five"})
    await peer.publish("stream", {"name": ["stdout"], "text": {}})
    await peer.publish("sandbox_event", wire.to_builtins(wire.TreeChanged(number=2, reason="started")))
    assert wire.TreeChanged(number=2, reason="started") == await asyncio.wait_for(events.get(), 10)
    assert (True, 5) == (events.empty(), client.dropped)


async def test_a_dead_kernel_fails_every_call_in_flight_and_every_later_one(peer: Peer, client: KernelClient) -> None:
    calls = [
        asyncio.create_task(client.control("ask", {}, timeout_s=10)),
        asyncio.create_task(client.execute("1", Output())),
    ]
    await peer.asked()
    await peer.asked("shell")
    client.fail(KernelDied("till", -9))
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [KernelDied, KernelDied] == [type(result) for result in results]
    with pytest.raises(KernelDied, match=r"ended \(signal 9\)"):
        await client.control("ask", {}, timeout_s=10)


async def test_a_reply_without_its_output_does_not_hang(
    peer: Peer, client: KernelClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox_kernel.host.client.IDLE_GRACE_S", 0.01)
    running = asyncio.create_task(client.execute("1", Output()))
    await peer.answer(*await peer.asked("shell"), {"status": "ok"}, "shell")
    assert {"status": "ok"} == await running
