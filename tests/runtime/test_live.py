"""The feed of tree and usage, sampled by hand; one test with its thread."""

from __future__ import annotations

import queue

import msgspec

from sandbox_kernel import wire
from sandbox_kernel.runtime.live import USAGE_EVERY, LiveFeed, Sample

USAGE = wire.Usage(memory_bytes=1)


def tree(**facts: object) -> wire.Tree:
    node = wire.TreeNode(id="1", name="till", kind="worker", status="running")
    return wire.Tree(roots=[msgspec.structs.replace(node, **facts)])


class Sandbox:
    def __init__(self) -> None:
        self.now = tree()
        self.feed = LiveFeed(lambda: self.now, lambda: USAGE)
        self.heard: queue.Queue[Sample] = queue.Queue()

    def all_heard(self) -> list[Sample]:
        return [self.heard.get_nowait() for _ in range(self.heard.qsize())]


def quiet() -> Sandbox:
    """A sandbox whose feed has a listener and no thread of its own."""
    sandbox = Sandbox()
    sandbox.feed._listeners.append(sandbox.heard.put)
    return sandbox


def test_a_first_sample_tells_everything() -> None:
    sandbox = quiet()
    sandbox.feed.sample()
    assert [tree(), USAGE] == sandbox.all_heard()


def test_a_tree_that_only_grew_older_is_not_told_again() -> None:
    sandbox = quiet()
    sandbox.feed.sample()
    sandbox.all_heard()
    sandbox.now = tree(age_s=5.0)
    sandbox.feed.sample()
    assert [] == sandbox.all_heard()


def test_a_changed_tree_is_told() -> None:
    sandbox = quiet()
    sandbox.feed.sample()
    sandbox.all_heard()
    sandbox.now = tree(state="{'total': 5}")
    sandbox.feed.sample()
    assert [sandbox.now] == sandbox.all_heard()


def test_usage_is_told_from_time_to_time() -> None:
    sandbox = quiet()
    for _ in range(2 * USAGE_EVERY):
        sandbox.feed.sample()
    assert 2 == sandbox.all_heard().count(USAGE)


def test_a_listener_that_fails_does_not_silence_the_others() -> None:
    sandbox = Sandbox()

    def broken(_: Sample) -> None:
        raise RuntimeError("gone")

    sandbox.feed._listeners += [broken, sandbox.heard.put]
    sandbox.feed.sample()
    assert [tree(), USAGE] == sandbox.all_heard()


def test_the_thread_tells_new_listeners_and_ends_with_the_last() -> None:
    sandbox = Sandbox()
    stop = sandbox.feed.listen(sandbox.heard.put)
    thread = sandbox.feed._thread
    assert [tree(), USAGE] == [sandbox.heard.get(timeout=5), sandbox.heard.get(timeout=5)]
    sandbox.now = tree(status="crashed")
    sandbox.feed.wake()
    assert sandbox.now == sandbox.heard.get(timeout=5)
    stop()
    assert thread is not None
    thread.join(5)
    assert not thread.is_alive()
