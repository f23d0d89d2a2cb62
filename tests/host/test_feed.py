"""Events to several readers."""

from __future__ import annotations

from sandbox_kernel.host import feed as feeds
from sandbox_kernel.host.feed import Feed
from sandbox_kernel.host.status import SandboxEvent
from sandbox_kernel.wire import TreeChanged


def event(number: int) -> TreeChanged:
    return TreeChanged(number=number, reason="test")


async def test_each_reader_gets_all_from_its_own_start_in_order() -> None:
    feed = Feed()
    async with feed.subscribe() as first:
        feed.publish(event(1))
        async with feed.subscribe() as second:
            feed.publish(event(2))
            feed.close()
            assert [event(2)] == [e async for e in second]
        assert [event(1), event(2)] == [e async for e in first]


async def test_a_slow_reader_loses_its_oldest_only() -> None:
    feed = Feed()
    async with feed.subscribe() as events:
        for number in range(feeds.QUEUED_EVENTS + 5):
            feed.publish(event(number))
        feed.close()
        got: list[SandboxEvent] = [e async for e in events]
    assert [event(number) for number in range(5, feeds.QUEUED_EVENTS + 5)] == got


async def test_a_closed_feed_ends_a_new_reader_at_once() -> None:
    feed = Feed()
    feed.close()
    async with feed.subscribe() as events:
        assert [] == [e async for e in events]
