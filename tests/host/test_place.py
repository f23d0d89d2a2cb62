"""The rule that gives each kernel its directory."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path

import pytest

from sandbox_kernel.host import place
from sandbox_kernel.host.place import Leaving, choose_place, copy_modules, is_locked, wanted_directory

NOWHERE: dict[str, str] = {}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "course" / "till.ipynb"
    path.parent.mkdir()
    path.write_text("{}")
    return path


def test_a_notebook_of_jupyter_server_gets_a_directory_beside_it(notebook: Path) -> None:
    env = {"JPY_SESSION_NAME": str(notebook)}
    expected = (notebook.parent / "sandboxes" / "till", str(notebook))
    assert expected == wanted_directory(env, Path("/"), inherited=NOWHERE)


def test_a_session_named_by_a_path_of_the_server_is_found_in_the_kernels_working_directory(notebook: Path) -> None:
    env = {"JPY_SESSION_NAME": "course/till.ipynb"}
    expected = (notebook.parent / "sandboxes" / "till", str(notebook))
    assert expected == wanted_directory(env, notebook.parent, inherited=NOWHERE)


def test_a_notebook_that_voila_shows_is_found_by_its_address(notebook: Path) -> None:
    env = {"VOILA_REQUEST_URL": "http://localhost:8866/voila/render/course/till.ipynb?theme=dark"}
    expected = (notebook.parent / "sandboxes" / "till", str(notebook))
    assert expected == wanted_directory(env, notebook.parent, inherited=NOWHERE)


def test_an_escaped_voila_address_is_read(notebook: Path) -> None:
    spaced = notebook.rename(notebook.with_name("my till.ipynb"))
    env = {"VOILA_REQUEST_URL": "http://localhost:8866/voila/render/my%20till.ipynb"}
    expected = (notebook.parent / "sandboxes" / "my till", str(spaced))
    assert expected == wanted_directory(env, notebook.parent, inherited=NOWHERE)


@pytest.mark.parametrize("session", ["", "Console 1", "/nowhere/gone.ipynb", "course"])
def test_what_is_no_notebook_gets_a_temporary_directory(session: str, tmp_path: Path, notebook: Path) -> None:
    assert (None, "") == wanted_directory({"JPY_SESSION_NAME": session}, tmp_path, inherited=NOWHERE)


def test_a_named_directory_goes_before_the_notebook(tmp_path: Path, notebook: Path) -> None:
    env = {"SANDBOX_KERNEL_DIR": "mine", "JPY_SESSION_NAME": str(notebook)}
    assert (tmp_path / "mine", "") == wanted_directory(env, tmp_path, inherited=NOWHERE)


def test_what_a_child_inherits_from_a_kernel_says_nothing_about_the_child(tmp_path: Path, notebook: Path) -> None:
    kernels = {"JPY_PARENT_PID": "7", "JPY_SESSION_NAME": str(notebook), "SANDBOX_KERNEL_DIR": "/elsewhere"}
    assert (None, "") == wanted_directory(dict(kernels), tmp_path, inherited=kernels)


def test_what_an_operator_sets_in_the_environment_counts(tmp_path: Path) -> None:
    env = {"SANDBOX_KERNEL_DIR": str(tmp_path / "chosen")}
    assert (tmp_path / "chosen", "") == wanted_directory(env, tmp_path, inherited=env)


def test_a_temporary_directory_goes_with_its_release(tmp_path: Path) -> None:
    own = choose_place({}, tmp_path, inherited=NOWHERE)
    assert own.temporary
    assert own.directory.is_dir()
    own.release()
    assert not own.directory.exists()


def test_the_directory_of_a_notebook_stays_after_release(notebook: Path) -> None:
    own = choose_place({"JPY_SESSION_NAME": str(notebook)}, notebook.parent, inherited=NOWHERE)
    own.release()
    assert own.directory.is_dir()


def test_a_second_kernel_of_a_notebook_starts_from_a_copy_of_the_modules(notebook: Path) -> None:
    env = {"JPY_SESSION_NAME": str(notebook)}
    first = choose_place(env, notebook.parent, inherited=NOWHERE)
    (first.directory / "till.py").write_text("price = 3\n")
    second = choose_place(env, notebook.parent, inherited=NOWHERE)
    try:
        assert (True, first.directory) == (second.temporary, second.copied_from)
        assert "price = 3\n" == (second.directory / "till.py").read_text()
    finally:
        first.release()
        second.release()


def test_a_released_directory_can_be_claimed_again(notebook: Path) -> None:
    env = {"JPY_SESSION_NAME": str(notebook)}
    choose_place(env, notebook.parent, inherited=NOWHERE).release()
    again = choose_place(env, notebook.parent, inherited=NOWHERE)
    again.release()
    assert not again.temporary


def test_a_directory_that_a_strangers_kernel_locks_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "box" / ".sandbox").mkdir(parents=True)
    lock = os.open(tmp_path / "box" / ".sandbox" / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        other = choose_place({"SANDBOX_KERNEL_DIR": "box"}, tmp_path, inherited=NOWHERE)
        other.release()
        assert tmp_path / "box" == other.copied_from
    finally:
        os.close(lock)


def test_a_lock_file_nobody_holds_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / ".sandbox").mkdir()
    (tmp_path / ".sandbox" / "lock").write_text("4711")
    assert not is_locked(tmp_path)


def test_a_fifo_or_a_symlink_in_place_of_the_lock_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / ".sandbox").mkdir()
    os.mkfifo(tmp_path / ".sandbox" / "lock")
    assert not is_locked(tmp_path)
    (tmp_path / ".sandbox" / "lock").unlink()
    (tmp_path / ".sandbox" / "lock").symlink_to("/etc/passwd")
    assert not is_locked(tmp_path)


def test_a_copy_takes_packages_and_leaves_history_symlinks_and_other_files(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for name in ("a.py", "shop/__init__.py", "shop/cart.py", ".sandbox/versions.py", "__pycache__/a.py", "big.csv"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x = 1\n")
    (source / "link.py").symlink_to("/etc/passwd")
    target.mkdir()
    copy_modules(source, target)
    copied = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert {"a.py", "shop/__init__.py", "shop/cart.py"} == copied


def test_a_copy_of_too_much_stops_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "COPY_BYTES", 10)
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    for name in ("a.py", "b.py", "c.py"):
        (source / name).write_text("x = 1\n")
    copy_modules(source, target)
    assert ["a.py"] == [path.name for path in target.iterdir()]


async def test_a_directory_that_is_being_left_is_waited_for(tmp_path: Path) -> None:
    leaving = Leaving()
    order: list[str] = []

    async def next_one() -> None:
        await leaving.wait(tmp_path)
        order.append("taken")

    leaving.begin(tmp_path)
    task = asyncio.create_task(next_one())
    await asyncio.sleep(0)
    order.append("left")
    leaving.end(tmp_path)
    await task
    assert ["left", "taken"] == order


async def test_nobody_waits_for_a_directory_that_is_never_left(tmp_path: Path) -> None:
    leaving = Leaving()
    leaving.begin(tmp_path)
    await leaving.wait(tmp_path, timeout_s=0.0)
    await leaving.wait(None)
