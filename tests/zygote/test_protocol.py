from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import msgspec
import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.protocol import Ask, Ended, Spawn, Spawned, Words


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def test_a_message_arrives_whole_with_its_descriptors(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    reader, writer = os.pipe()
    spawn = Spawn(descriptors=("0", "lifeline"))
    with ours, theirs:
        protocol.send(ours, spawn, (reader, writer))
        received, descriptors = protocol.receive(theirs)
        os.write(descriptors[1], b"through")
        assert (spawn, b"through") == (received, os.read(reader, 7))
        assert [False, False] == [os.get_inheritable(descriptor) for descriptor in descriptors]
        protocol.close((*descriptors, reader, writer))


def test_words_for_the_kernel_alone_lie_in_a_file() -> None:
    words = Words(environ={b"NAME": b"\xff" * 200_000}, cwd=b"/", connection=b"{}", connection_file="k.json")
    assert words == protocol.read_words(protocol.write_words(words))


def test_the_end_of_a_connection_is_no_message(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    ours.close()
    with theirs:
        assert (None, ()) == protocol.receive(theirs)


def test_what_is_no_message_is_refused_and_its_descriptors_are_closed(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    before = len(os.listdir("/proc/self/fd"))
    with ours, theirs:
        socket.send_fds(ours, [b"\xc1"], [ours.fileno()])
        with pytest.raises(msgspec.DecodeError):
            protocol.receive(theirs)
        assert before == len(os.listdir("/proc/self/fd"))


def test_a_packet_is_a_message_however_many_wait(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    with ours, theirs:
        for message in (Ask(), Spawned(7), Ended(9)):
            protocol.send(ours, message)
        assert [Ask(), Spawned(7), Ended(9)] == [protocol.receive(theirs)[0] for _ in range(3)]


def test_a_socket_may_have_a_path_of_any_length(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with protocol.new_socket() as listening, protocol.new_socket() as calling:
        with protocol.Address(deep / "socket") as short:
            listening.bind(short)
        listening.listen()
        with protocol.Address(deep / "socket") as short:
            calling.connect(short)
        assert protocol.is_own_user(calling)
