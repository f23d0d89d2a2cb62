"""What `%load_ext sandbox_kernel` does inside a kernel: the whole sandbox where one was asked for, else the reloader alone.

A sandbox is asked for by `SANDBOX_KERNEL_DIR` in the environment, which the provisioner sets. If opening it fails the
kernel comes up plain; the host notices that nobody answers its Hello, and the notebook shows the reason.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

DIRECTORY = "SANDBOX_KERNEL_DIR"


def load(shell: Any) -> None:  # Any: IPython
    directory = os.environ.get(DIRECTORY)
    kernel = getattr(shell, "kernel", None)
    if directory and kernel is not None and hasattr(kernel, "control_handlers"):
        open_sandbox(shell, kernel, Path(directory))
    else:
        from sandbox_kernel.runtime import standalone

        standalone.load(shell)


def unload(shell: Any) -> None:  # Any: IPython
    from sandbox_kernel.runtime import standalone

    standalone.unload(shell)


def open_sandbox(shell: Any, kernel: Any, directory: Path) -> None:  # Any: IPython and ipykernel
    from sandbox_kernel.runtime import current, lesson_magics, magics, outflow, requests, session
    from sandbox_kernel.runtime.channel import CellOutput, ControlChannel
    from sandbox_kernel.supervision.api import set_default_system

    opened = session.Session.open(directory.resolve(), namespaces=lambda: [shell.user_ns], output=CellOutput(shell))
    current.set_current(opened)
    set_default_system(opened.system)
    magics.register(shell, opened)
    lesson_magics.register(shell)
    ControlChannel(kernel, lambda request: requests.handle(opened, request), opened.events, opened.live).open()
    notice_cells(shell, opened.note_cell)
    magics.bind_modules(shell, [module.__name__ for module in opened.restore()])
    for stream in (sys.stdout, sys.stderr):
        outflow.hold_back(stream)
    atexit.register(opened.close)
    after_first_cell(shell, opened.warm_up)
    if opened.notices:
        _show_at_first_cell(shell, opened.notices)


def notice_cells(shell: Any, note: Callable[[str], None]) -> Callable[[], None]:  # Any: IPython
    """Tell `note` the text of each cell that ran; returns how to stop that."""

    def after(result: Any) -> None:  # Any: IPython's ExecutionResult
        if result.info is not None and result.success:
            note(shell.input_transformer_manager.transform_cell(result.info.raw_cell))

    shell.events.register("post_run_cell", after)
    return lambda: shell.events.unregister("post_run_cell", after)


def after_first_cell(shell: Any, act: Callable[[], None]) -> None:  # Any: IPython
    """Not at the start, which everybody waits for: once, when the first cell has run."""

    def once(_: Any) -> None:  # Any: IPython's ExecutionResult
        shell.events.unregister("post_run_cell", once)
        act()

    shell.events.register("post_run_cell", once)


def _show_at_first_cell(shell: Any, notices: list[str]) -> None:  # Any: IPython
    """What went wrong at the start is told once, where somebody reads it: above the first cell's output."""

    from IPython.display import display

    from sandbox_kernel.runtime.display import notice

    def tell(_: Any) -> None:  # Any: IPython's ExecutionInfo
        shell.events.unregister("pre_run_cell", tell)
        for text in notices:
            display(notice(text))

    shell.events.register("pre_run_cell", tell)
