from __future__ import annotations

import importlib.util
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote.prepare import _NEEDED, leftovers


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
