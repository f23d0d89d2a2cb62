"""Hostile kernels against whoever reads what they send: floods, garbage, forged replies, spoiled directories.

The verdict is the host's own state: its memory, its other sandbox, its files, and that the attacked one takes cells again.
"""

# ruff: noqa: E501 - the table holds programs
from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox_kernel.errors import HandInRefused
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.sandbox import Sandbox

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(sys.platform != "linux", reason="isolation levels are for Linux")]
GROWTH_BYTES = 150 << 20  # forty messages of the largest size are never there at once, but some are
KERNEL = "k = get_ipython().kernel; s = k.session; parent = k.get_parent('shell')\n"

FLOODS = {
    "displays": "while True: display('x' * 100_000)",
    "one huge text": "print('x' * (80 << 20))",
    "huge raw messages": KERNEL + "for _ in range(20): k.iopub_socket.send_multipart([b'x' * (20 << 20)])",
    "comms": "from comm import create_comm\nc = create_comm(target_name='../../evil')\nwhile True: c.send({'x': 'y' * 2000})",
    "garbage": KERNEL
    + "import os\nfor n in range(2000): k.iopub_socket.send_multipart([os.urandom(100) for _ in range(n % 9)] or [b''])",
    "badly signed and deep": KERNEL
    + "deep = b'[' * 100_000 + b']' * 100_000\n"
    + "for body in (deep, b'null', b'7', b'{\"data\": 1e999}', b'\\xff'):\n"
    + "    for kind in ('stream', 'status', 'display_data', 'sandbox_event', 'sandbox_live', 'error'):\n"
    + "        parts = [s.pack(s.msg_header(kind)), s.pack(parent['header']), b'{}', body]\n"
    + "        k.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', s.sign(parts), *parts])\n"
    + "        k.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', b'0' * 64, *parts])",
    "well signed and odd": KERNEL
    + "deep = b'[' * 5000 + b']' * 5000\n"
    + "bodies = (deep, b'{\"n\": ' + b'9' * 9000 + b'}', b'{\"text\": \"' + b'\\\\ud800' * 3 + b'\"}', b'{\"a\": {\"\": null}, \"a\": NaN}', b'{}')\n"
    + "for body in bodies:\n"
    + "    for kind in ('stream', 'display_data', 'update_display_data', 'execute_result', 'comm_open', 'clear_output', 'error', 'status'):\n"
    + "        parts = [s.pack(s.msg_header(kind)), s.pack(parent['header']), b'{}', body]\n"
    + "        k.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', s.sign(parts), *parts, *[b'buffer'] * 500])",
    "writes below the streams": "import os\nwhile True:\n    for stream in (1, 2): os.write(stream, b'x' * 65536)",
    "questions": KERNEL
    + "for _ in range(5000): s.send(k.stdin_socket, 'input_request', {'prompt': 'password:', 'password': True}, ident=[b'x'])",
    "forged events": KERNEL
    + "for n in range(5000): s.send(k.iopub_socket, 'sandbox_event', {'type': 'worker_crashed', 'number': n, 'worker': 'x' * 1000})",
}  # fmt: skip


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Sandbox, Sandbox]]:
    async with SandboxManager(restart="on_crash") as manager:
        neighbour = await manager.create("neighbour", limits="strict", timeout_s=60)
        await neighbour.run("mine = 7")
        yield await manager.create("attacker", limits="strict", timeout_s=60), neighbour


@pytest.mark.parametrize("flood", FLOODS)
async def test_the_host_and_the_neighbour_take_no_harm(flood: str, pair: tuple[Sandbox, Sandbox]) -> None:
    attacker, neighbour = pair
    before = resident()
    await attacker.run(FLOODS[flood], timeout_s=4)
    assert resident() - before < GROWTH_BYTES
    assert "7" == (await neighbour.run("mine", timeout_s=30)).text
    await takes_cells(attacker)


async def test_a_forged_end_of_a_cell_keeps_nothing_running(pair: tuple[Sandbox, Sandbox]) -> None:
    attacker, neighbour = pair
    forge = (
        "k.send_response(k.iopub_socket, 'status', {'execution_state': 'idle'})\n"
        "s.send(k.shell_socket, 'execute_reply', {'status': 'ok', 'execution_count': 1}, parent)\n"
    )
    await attacker.run(f"{KERNEL}{forge}while True: pass", timeout_s=3)
    await takes_cells(attacker)
    assert "7" == (await neighbour.run("mine", timeout_s=30)).text


async def test_replies_to_others_questions_reach_nobody(pair: tuple[Sandbox, Sandbox]) -> None:
    attacker, neighbour = pair
    forge = "for n in range(3000):\n    s.send(k.iopub_socket, 'stream', {'name': 'stdout', 'text': 'evil'}, {'msg_id': str(n)})"
    result = await attacker.run(f"{KERNEL}{forge}\nprint('mine')", timeout_s=10)
    assert "evil" not in result.stdout
    assert "7" == (await neighbour.run("mine", timeout_s=30)).text


async def test_a_spoiled_directory_of_sockets_does_not_stop_a_restart(
    pair: tuple[Sandbox, Sandbox], tmp_path: Path
) -> None:
    attacker, neighbour = pair
    (tmp_path / "kept").write_text("kept")
    spoil = (
        "import glob, json, os\n"
        "from ipykernel.connect import get_connection_file\n"
        "prefix = json.load(open(get_connection_file()))['ip']\n"
        "for path in glob.glob(prefix + '*'):\n"
        "    os.unlink(path)\n"
        f"    os.symlink({str(tmp_path / 'kept')!r}, path)\n"
        "for n in range(1, 9):\n"
        "    try: os.makedirs(f'{prefix}-{n}/x/y')\n"
        "    except OSError: pass\n"
    )
    await attacker.run(spoil, timeout_s=10)
    await attacker.restart(timeout_s=60)
    await takes_cells(attacker)
    assert "kept" == (tmp_path / "kept").read_text()
    assert "7" == (await neighbour.run("mine", timeout_s=30)).text


async def test_a_spoiled_history_does_not_stop_a_restart(pair: tuple[Sandbox, Sandbox], tmp_path: Path) -> None:
    attacker, _ = pair
    (tmp_path / "kept").write_text("kept")
    spoil = (
        "import os, shutil\nshutil.rmtree('.sandbox')\nos.mkdir('.sandbox')\n"
        f"os.symlink({str(tmp_path / 'kept')!r}, '.sandbox/versions.db')\nos.mkfifo('.sandbox/lock')"
    )
    await attacker.run(f"import os; os.chdir(os.environ['SANDBOX_KERNEL_DIR'])\n{spoil}", timeout_s=10)
    await attacker.restart(timeout_s=60)
    await takes_cells(attacker)
    assert "kept" == (tmp_path / "kept").read_text()


RACE = """
import os, threading
os.chdir(os.environ["SANDBOX_KERNEL_DIR"])
os.makedirs("real", exist_ok=True)
for name in ("real/answer.json", "plain"):
    open(name, "w").write("mine")
def swap():
    while True:
        for target, name in ((SECRET, "answer.json"), ("plain", "answer.json"), (FOLDER, "sub"), ("real", "sub")):
            try:
                os.symlink(target, name + ".new")
                os.rename(name + ".new", name)
                if target == "plain":
                    os.link("plain", "file.new")
                    os.rename("file.new", name)
            except OSError:
                pass
threading.Thread(target=swap, daemon=True).start()
"""


async def test_a_file_that_is_swapped_while_it_is_taken_gives_nothing_of_the_host(
    pair: tuple[Sandbox, Sandbox], tmp_path: Path
) -> None:
    attacker, _ = pair
    (tmp_path / "answer.json").write_text("secret")
    facts = f"SECRET, FOLDER = {str(tmp_path / 'answer.json')!r}, {str(tmp_path)!r}\n"
    assert (await attacker.run(facts + RACE, timeout_s=30)).ok
    taken = set()
    for _ in range(400):
        for name in ("answer.json", "sub/answer.json"):
            with contextlib.suppress(HandInRefused, OSError):
                taken.add(attacker.read_file(name))
    assert {b"mine"} >= taken


async def test_a_neighbours_key_and_sockets_are_out_of_reach(pair: tuple[Sandbox, Sandbox]) -> None:
    attacker, neighbour = pair
    told = json.loads(Path(neighbour.connection_file).read_text())
    code = (
        "import os, zmq\n"
        f"for path in ({neighbour.connection_file!r}, {str(Path(told['ip']).parent)!r}, '/proc/self/environ'):\n"
        "    try: print(os.listdir(path) if os.path.isdir(path) else open(path).read())\n"
        "    except OSError as error: print(type(error).__name__)\n"
        "socket = zmq.Context.instance().socket(zmq.DEALER)\n"
        "socket.linger, socket.immediate = 0, 1\n"
        f"socket.connect('ipc://{told['ip']}-{told['shell_port']}')\n"
        "print('sent', socket.poll(300, zmq.POLLOUT))"
    )
    result = await attacker.run(code, timeout_s=30)
    assert "sent 0" == result.stdout.splitlines()[-1]
    assert told["key"] not in result.stdout
    assert "7" == (await neighbour.run("mine", timeout_s=30)).text


async def takes_cells(sandbox: Sandbox) -> None:
    """At once, or after what holds it was ended and it was restarted."""
    for _ in range(3):
        result = await sandbox.run("1 + 1", timeout_s=5)
        if result.ok:
            break
    assert "2" == result.text


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
