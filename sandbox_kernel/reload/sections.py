"""Sections of a reload that nothing may cut in two: other threads wait, and so does Ctrl-C."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import Any

HOLD_S = 0.2


@contextlib.contextmanager
def held() -> Iterator[None]:
    """No other thread is given the interpreter while ours has something to compute."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(max(HOLD_S, before))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C waits until an undo is complete. Signals reach the main thread only, so elsewhere there is nothing to
    do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    import signal

    pending: list[Any] = []
    try:
        before = signal.signal(signal.SIGINT, lambda *args: pending.append(args))
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
