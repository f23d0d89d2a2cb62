from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote import family
from sandbox_kernel.zygote.prepare import _NEEDED, leftovers, own_modules


def test_every_module_that_is_loaded_in_advance_exists() -> None:
    assert [] == [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def test_threads_that_a_fork_would_lose_are_noticed() -> None:
    import threading

    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert "threads" in leftovers()
    finally:
        end.set()
        thread.join()


def test_the_stamp_covers_every_file_of_ours_that_is_loaded_ahead() -> None:
    package = Path(family.__file__).parent.parent
    ahead = {*own_modules(), *(name for name in _NEEDED if name.startswith("sandbox_kernel."))}
    files = {Path(*name.split(".")[1:]).with_suffix(".py") for name in ahead}
    covered = {path for path in files if path.parts[0] in family._ROOMS_AHEAD or str(path) in family._ALSO_AHEAD}
    assert files == covered
    assert all((package / room).is_dir() for room in family._ROOMS_AHEAD)
