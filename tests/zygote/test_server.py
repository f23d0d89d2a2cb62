from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.__main__ import listen
from sandbox_kernel.zygote.protocol import Ask, End, Message, State, Stay
from sandbox_kernel.zygote.server import Server


def asked(server: Server, path: Path, message: Message) -> Message | None:
    """What the server answers, with nothing but this one connection to serve."""
    with protocol.new_socket() as connection, protocol.Address(path) as short:
        connection.connect(short)
        assert server._listening is not None
        server._accept(server._listening)
        (theirs,) = server._connections.values()
        protocol.send(connection, message)
        server._answer(theirs)
        answer, _ = protocol.receive(connection)
    server._answer(theirs)  # it is closed
    return answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zygote.sock"


@pytest.fixture
def wanted() -> list[bool]:
    return [True]


@pytest.fixture
def server(path: Path, wanted: list[bool]) -> Iterator[Server]:
    made = Server(listen(path), idle_s=0.0, wanted=lambda: wanted[0])
    yield made
    made._stop_listening()


def test_an_idle_one_ends(server: Server) -> None:
    server._look()
    assert None is server.serve()


def test_one_that_was_told_to_stay_stays(server: Server, path: Path) -> None:
    assert isinstance(asked(server, path, Stay(3600.0)), State)
    server._look()
    assert isinstance(asked(server, path, Ask()), State)


def test_one_that_was_told_to_end_ends_even_so(server: Server, path: Path) -> None:
    asked(server, path, Stay(3600.0))
    assert isinstance(asked(server, path, End()), State)
    assert None is server.serve()


def test_one_that_nobody_wants_any_more_ends_even_so(server: Server, path: Path, wanted: list[bool]) -> None:
    asked(server, path, Stay(3600.0))
    wanted[:] = [False]
    server._look()
    assert None is server.serve()
