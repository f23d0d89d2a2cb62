"""Which commands are understood, and what the host's half of a forked kernel does, without any kernel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.host import listening
from sandbox_kernel.host.forked import UNKNOWN, ForkedProcess, status_at_pidfd
from sandbox_kernel.host.forking import Order, Streams, Unable, read
from sandbox_kernel.zygote import protocol

KERNEL = ["-m", "ipykernel_launcher", "-f", "/run/k.json", "--ext=sandbox_kernel"]


def test_a_kernel_is_understood() -> None:
    command = [sys.executable, "-Xfrozen_modules=off", *KERNEL]
    order = Order(("-Xfrozen_modules=off",), ("--ext=sandbox_kernel",), "/run/k.json")
    assert order == read(command, {"stdout": None})


def test_a_kernel_behind_the_isolation_launcher_is_understood() -> None:
    command = [sys.executable, "-P", "-m", "sandbox_kernel.isolation.launch", "17", *KERNEL]
    order = Order((), ("--ext=sandbox_kernel",), "/run/k.json", isolation=17)
    assert order == read(command, {"pass_fds": (17,), "independent": True})


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["/other/python", *KERNEL], {}),
        ([sys.executable, "-m", "xeus_python", "-f", "k.json"], {}),
        ([sys.executable, "-O", *KERNEL], {}),
        ([sys.executable, *KERNEL], {"independent": True}),
        ([sys.executable, *KERNEL], {"pass_fds": (5,)}),
        ([sys.executable, *KERNEL], {"preexec_fn": print}),
        ([sys.executable, *KERNEL], {"stdout": subprocess.PIPE}),
    ],
)
def test_what_a_fork_could_not_honour_is_started_as_ever(command: list[str], options: dict[str, Any]) -> None:
    with pytest.raises(Unable):
        read(command, options)


def test_the_standard_streams_are_those_that_popen_would_give(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        streams = Streams({"stdout": log, "stderr": subprocess.STDOUT})
        assert (log.fileno(), log.fileno()) == (streams.by_name["1"], streams.by_name["2"])
        assert os.devnull == os.readlink(f"/proc/self/fd/{streams.by_name['0']}")
        streams.close()


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_clients_can_connect_before_any_kernel_runs(tmp_path: Path, transport: str) -> None:
    ports = {f"{name}_port": 0 if transport == "tcp" else number for number, name in enumerate(protocol.CHANNELS)}
    ip = "127.0.0.1" if transport == "tcp" else str(tmp_path / "k")
    sockets = listening.listen({"transport": transport, "ip": ip, **ports})
    try:
        with socket.socket(sockets["shell"].family, socket.SOCK_STREAM) as client:
            client.connect(sockets["shell"].getsockname())
    finally:
        listening.close(sockets)
    assert {} == sockets


def test_an_address_that_is_taken_leaves_no_socket_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = {f"{name}_port": taken.getsockname()[1] for name in protocol.CHANNELS}
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(OSError, match="in use"):
            listening.listen({"transport": "tcp", "ip": "127.0.0.1", **ports})
        assert before == len(os.listdir("/proc/self/fd"))


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


def adopt(child: subprocess.Popen[bytes]) -> tuple[ForkedProcess, socket.socket, int]:
    ours, zygotes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reader, lifeline = os.pipe()
    return ForkedProcess(child.pid, os.pidfd_open(child.pid), ours, lifeline), zygotes, reader


def test_the_status_is_what_the_zygote_tells(child: subprocess.Popen[bytes]) -> None:
    process, zygote, reader = adopt(child)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0)
    process.terminate()
    with zygote:
        protocol.send(zygote, protocol.Ended(os.waitpid(child.pid, 0)[1]))
    child.returncode = 0  # reaped above
    assert (-signal.SIGTERM, -signal.SIGTERM) == (process.wait(10), process.poll())
    process.send_signal(signal.SIGKILL)  # to nobody
    assert b"" == os.read(reader, 1)  # its lifeline is closed
    os.close(reader)


def test_a_lost_zygote_leaves_the_status_to_the_system(child: subprocess.Popen[bytes]) -> None:
    process, zygote, reader = adopt(child)
    pidfd = os.dup(process.pidfd)
    zygote.close()
    child.kill()
    child.wait()
    known = status_at_pidfd(pidfd)
    assert (-signal.SIGKILL if known is not None else UNKNOWN) == process.wait(10)
    os.close(pidfd)
    os.close(reader)


def test_a_process_that_nobody_keeps_loses_its_lifeline(child: subprocess.Popen[bytes]) -> None:
    process, zygote, reader = adopt(child)
    del process
    assert b"" == os.read(reader, 1)
    zygote.close()
    os.close(reader)
