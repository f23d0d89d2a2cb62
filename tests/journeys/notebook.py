"""A notebook on a real kernel, for journeys."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager


class Notebook:
    """A notebook on a kernel of its own: `cell` runs one and gives its text, `error` what it raised."""

    def __init__(self, directory: Path, kernel_name: str = "sandbox") -> None:
        self.directory = directory
        (directory / "nb.ipynb").write_text("{}")
        self.manager = KernelManager(kernel_name=kernel_name)
        self.manager.start_kernel(
            cwd=str(directory), env={**_environment(), "JPY_SESSION_NAME": str(directory / "nb.ipynb")}
        )
        self.client = self._connect()

    def _connect(self) -> BlockingKernelClient:
        client = self.manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return client

    def run(self, code: str) -> tuple[str, str]:
        message_id = self.client.execute(code)
        texts: list[str] = []
        error = ""
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                texts.append(content["text"])
            elif kind in {"display_data", "execute_result"}:
                assert "text/html" in content["data"] or kind == "execute_result"
                texts.append(content["data"]["text/plain"])
            elif kind == "error":
                error = "\n".join(content["traceback"])
            elif kind == "status" and content["execution_state"] == "idle":
                failed = self.client._recv_reply(message_id, timeout=60)["content"]["status"] == "error"
                error = error or (texts.pop() if failed else "")  # a UsageError is only printed
                return "\n".join(texts), re.sub(r"\x1b\[[0-9;]*m", "", error)

    def interrupted(self, code: str) -> str:
        """What a cell raises that is interrupted as soon as it prints."""
        message_id, raised = self.client.execute(code), ""
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "stream":
                self.manager.interrupt_kernel()
            elif message["msg_type"] == "error":
                raised = message["content"]["ename"]
            elif message["content"].get("execution_state") == "idle":
                self.client._recv_reply(message_id, timeout=60)
                return raised

    def cell(self, code: str) -> str:
        text, error = self.run(code)
        assert "" == error, error
        return text

    def error(self, code: str) -> tuple[str, str]:
        text, error = self.run(code)
        assert error, f"no error, but: {text}"
        return text, error

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request on the control channel."""
        message = self.client.session.msg("sandbox_request", request)
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                content: dict[str, Any] = reply["content"]
                return content

    def completions(self, code: str) -> list[str]:
        message_id = self.client.complete(code, len(code))
        matches: list[str] = self.client._recv_reply(message_id, timeout=30)["content"]["matches"]
        return matches

    def kill_and_restart(self) -> None:
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self.client = self._connect()

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("SANDBOX_KERNEL")}


def module_cell(source: str, name: str = "till", options: str = "") -> str:
    return f"%%sandbox_module {name} {options}\n{source}"
