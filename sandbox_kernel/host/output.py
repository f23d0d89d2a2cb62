"""What a run gives back, and the bounded collector that fills it from a kernel's messages. Trusts no field of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.errors import ExecutionError, SandboxError

OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024
TRACEBACK_LINES = 200

OnText = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did. `value` and `displays` are MIME bundles (empty: no value); nothing in them was unpickled.

    `error` is an `ExecutionError` (the code raised), a `LimitExceeded` (time or output), a `KernelDied`, or None.
    """

    value: dict[str, Any]  # Any: JSON
    stdout: str
    stderr: str
    displays: tuple[dict[str, Any], ...]
    error: SandboxError | None
    duration_ms: float

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def text(self) -> str:
        """The value as plain text, as a notebook shows it; empty when there is none."""
        return str(self.value.get("text/plain", ""))

    def raise_for_error(self) -> RunResult:
        """Itself, or raises `error`."""
        if self.error is not None:
            raise self.error
        return self

    def to_json(self) -> dict[str, Any]:
        """As plain JSON data, for the command line and for logs."""
        error = None if self.error is None else {"error": type(self.error).__name__, "message": str(self.error)}
        if error is not None and isinstance(self.error, ExecutionError):
            error["traceback"] = "\n".join(self.error.traceback)
        return {
            "ok": self.ok,
            "value": self.value,
            "stdout": self.stdout,
            "stderr": self.stderr,
            "displays": list(self.displays),
            "error": error,
            "duration_ms": round(self.duration_ms, 3),
        }


class Output:
    """Collects the messages of one run up to a number of bytes; `full` is set when there was more.

    `on_text` is called with the stream's name and each piece as it comes, on the loop.
    """

    def __init__(
        self, limit_bytes: int = OUTPUT_LIMIT_BYTES, on_text: OnText | None = None, limit_messages: int = 0
    ) -> None:
        self.full = asyncio.Event()
        self.value: dict[str, Any] = {}
        self.displays: list[dict[str, Any]] = []
        self.error: ExecutionError | None = None
        self.limit_bytes = limit_bytes
        self.limit_messages = limit_messages
        self.messages = 0
        self._on_text = on_text
        self._size = 0
        self._streams: dict[str, list[str]] = {"stdout": [], "stderr": []}

    def add(self, kind: str, content: Mapping[str, Any], size_bytes: int) -> None:
        """Takes one iopub message; `size_bytes` is what came over the socket."""
        if kind == "error":
            self.error = error_from(content)
            return
        if self.full.is_set():
            return
        self._size += size_bytes
        self.messages += 1
        if self._size > self.limit_bytes or 0 < self.limit_messages < self.messages:
            self.full.set()
        name = content.get("name")
        if kind == "stream" and isinstance(name, str) and name in self._streams:
            room = max(0, self.limit_bytes - (self._size - size_bytes))
            text = str(content.get("text", ""))[:room]
            self._streams[name].append(text)
            if self._on_text is not None:
                self._on_text(name, text)
        elif kind in ("execute_result", "display_data") and not self.full.is_set():
            self._show(kind, content.get("data"))

    @property
    def size_bytes(self) -> int:
        """What came over the socket, up to where it was cut."""
        return self._size

    @property
    def exceeded(self) -> tuple[str, float, str]:
        """Which limit was reached, its value, and what the code did, for a sentence."""
        if self._size > self.limit_bytes:
            return "output_bytes", float(self.limit_bytes), f"printed over {self.limit_bytes:,} bytes"
        return "output_messages", float(self.limit_messages), f"sent over {self.limit_messages:,} messages"

    def result(self, error: SandboxError | None, duration_ms: float) -> RunResult:
        return RunResult(
            value=self.value,
            stdout="".join(self._streams["stdout"]),
            stderr="".join(self._streams["stderr"]),
            displays=tuple(self.displays),
            error=error or self.error,
            duration_ms=duration_ms,
        )

    def _show(self, kind: str, data: object) -> None:
        if not isinstance(data, dict):
            return
        if kind == "execute_result":
            self.value = data
        else:
            self.displays.append(data)


def error_from(content: Mapping[str, Any]) -> ExecutionError:
    """The error that an `error` message or an `execute_reply` tells of."""
    lines = content.get("traceback")
    traceback = [str(line) for line in lines][-TRACEBACK_LINES:] if isinstance(lines, list) else []
    return ExecutionError(str(content.get("ename", "Error")), str(content.get("evalue", "")), traceback)
