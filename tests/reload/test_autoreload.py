"""Saved files are applied as one change at a safe point, and reports or refusals reach the callback."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.autoreload import AutoReload
from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.report import ReloadReport

pytestmark = pytest.mark.process


@pytest.fixture
def saved_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reloader: Reloader) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "watched.py").write_text("def f():\n    return 1\n")
    import watched

    yield watched
    del sys.modules["watched"]


def save(module: Any, text: str) -> str:
    path = Path(module.__file__)
    path.write_text(text)
    return str(path)


def test_saves_wait_for_the_safe_point(saved_module: Any, reloader: Reloader) -> None:
    outcomes: list[ReloadReport | ReloadError] = []
    auto = AutoReload(reloader, outcomes.append)
    auto.saved([save(saved_module, "def f():\n    return 2\n")])
    assert saved_module.f() == 1
    assert auto.apply_pending()
    assert saved_module.f() == 2
    assert [("f", "patched")] == [(o.name, o.action) for o in outcomes[0].objects]  # type: ignore[union-attr]  # a report
    assert not auto.apply_pending()


def test_a_refused_save_is_tried_again_with_the_next_one(saved_module: Any, reloader: Reloader, tmp_path: Path) -> None:
    outcomes: list[ReloadReport | ReloadError] = []
    auto = AutoReload(reloader, outcomes.append)
    auto.saved([save(saved_module, "import watched_helper\ndef f():\n    return watched_helper.X\n")])
    auto.apply_pending()
    assert isinstance(outcomes[0], ReloadError)
    assert saved_module.f() == 1
    helper = tmp_path / "watched_helper.py"
    helper.write_text("X = 5\n")
    auto.saved([str(helper)])
    auto.apply_pending()
    assert saved_module.f() == 5
    del sys.modules["watched_helper"]


def test_the_watcher_thread_applies_at_once_if_told_so(saved_module: Any, reloader: Reloader) -> None:
    applied = threading.Event()

    def watch(directories: Iterable[str], stop: threading.Event) -> Iterator[set[str]]:
        yield {save(saved_module, "def f():\n    return 3\n")}
        stop.wait()

    auto = AutoReload(reloader, lambda outcome: applied.set(), at_once=True, watch=watch)
    auto.start([str(Path(saved_module.__file__).parent)])
    assert applied.wait(10)
    assert saved_module.f() == 3
    auto.stop()
    assert not auto.running


def test_real_saves_are_noticed(saved_module: Any, reloader: Reloader) -> None:
    noticed = threading.Event()
    auto = AutoReload(reloader, lambda outcome: noticed.set(), at_once=True)
    auto.start()
    for attempt in range(100):
        save(saved_module, f"def f():\n    return 'saved {attempt}'\n")
        if noticed.wait(0.1):
            break
    auto.stop()
    assert noticed.is_set()
    assert str(saved_module.f()).startswith("saved")
