"""Connects the reloader to the hot-reload conformance runner (`run.py --adapter-file THIS:SandboxReload`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sandbox_kernel.reload.reloader import Reloader


class SandboxReload:
    name = "sandbox_kernel"
    hook_migrate_instance = "__migrate__"
    hook_migrate_module = "__migrate_module__"

    def setup(self, root: str, user_ns: dict[str, Any]) -> None:
        self.reloader = Reloader(lambda: [user_ns])

    def before_first_import(self) -> None:
        self.reloader.watch_imports()

    def after_cell(self, source: str) -> None:
        self.reloader.note_cell(source)

    def reload(self, changed_files: list[str]) -> None:
        self.reloader.reload_files(changed_files)
