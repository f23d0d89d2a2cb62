from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sandbox_kernel.host.removal import remove_tree

if sys.platform == "win32":
    pytest.skip("there it is rmtree", allow_module_level=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "tree"
    made.mkdir()
    return made


def deeper(at: Path, levels: int) -> None:
    """So many directories in one another, each with a file: made by descriptors, for no path is that long."""
    here = os.open(at, os.O_RDONLY)
    for _ in range(levels):
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.mkdir("directory", dir_fd=here)
        below = os.open("directory", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def test_what_is_deeper_than_any_path_goes(tree: Path) -> None:
    deeper(tree, 3000)
    remove_tree(tree)
    assert not tree.exists()


def test_what_is_closed_to_everybody_goes(tree: Path) -> None:
    inner = tree / "closed" / "more"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    for path in (inner, tree / "closed", tree):
        path.chmod(0)
    remove_tree(tree)
    assert not tree.exists()


def test_links_go_and_what_they_lead_to_stays(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o500)
    (tmp_path / "kept" / "file").symlink_to("nowhere")
    (tree / "link").symlink_to(tmp_path / "kept")
    (tree / "inner").mkdir()
    (tree / "inner" / "link").symlink_to(tmp_path)
    remove_tree(tree)
    assert not tree.exists()
    assert (["file"], 0o500) == (os.listdir(tmp_path / "kept"), (tmp_path / "kept").stat().st_mode & 0o777)


def test_odd_names_and_kinds_go(tree: Path) -> None:
    for name in (b"\xff\n", b".going-0", b"-rf", b" "):
        (tree / os.fsdecode(name)).mkdir()
        (tree / os.fsdecode(name) / ".going-1").mkdir()
    os.mkfifo(tree / "pipe")
    remove_tree(tree)
    assert not tree.exists()


def test_a_link_in_its_place_and_nothing_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    remove_tree(tmp_path / "link")
    remove_tree(tmp_path / "missing")
    assert ["kept", "link"] == sorted(path.name for path in tmp_path.iterdir())
