"""A widget's requests reach the sandbox whatever became of the subshells that asked before."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.journeys.notebook import Notebook

pytestmark = pytest.mark.kernel

PATIENCE_S = 20.0


class Page:
    """A page that shows one widget, as its front end speaks with the kernel."""

    def __init__(self, notebook: Notebook) -> None:
        self.client: Any = notebook.client  # Any: jupyter_client's blocking client
        notebook.cell("from sandbox_kernel.runtime import widgets\nstudio = widgets.Studio()")
        self.comm = notebook.cell("print(studio.comm.comm_id)").strip()
        self._count = 0

    def subshell(self) -> str:
        return str(self._control("create_subshell_request", {})["subshell_id"])

    def end_subshell(self, subshell: str) -> None:
        self._control("delete_subshell_request", {"subshell_id": subshell})

    def ask(self, subshell: str | None) -> str:
        """The type of the reply to a question that was sent to this subshell."""
        self._count += 1
        content = {"id": f"q{self._count}", "request": {"type": "GetHello"}}
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", content={"comm_id": self.comm, "data": data})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            heard = self.client.get_iopub_msg(timeout=PATIENCE_S)
            told = heard["content"].get("data", {}).get("content", {})
            if heard["msg_type"] == "comm_msg" and told.get("id") == content["id"]:
                return str(told["reply"]["type"])
        return "no answer"

    def wait_for_output(self, text: str) -> None:
        while text not in self.client.get_iopub_msg(timeout=PATIENCE_S)["content"].get("text", ""):
            pass

    def _control(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
        message = self.client.session.msg(kind, content=content)
        self.client.control_channel.send(message)
        reply: dict[str, Any] = self.client.get_control_msg(timeout=PATIENCE_S)
        return dict(reply["content"])


def test_a_request_is_answered_after_the_subshell_that_asked_before_has_ended(shared: Notebook) -> None:
    page = Page(shared)
    first = page.subshell()
    assert "Hello" == page.ask(None)
    assert "Hello" == page.ask(first)
    page.end_subshell(first)
    assert "Hello" == page.ask(page.subshell())


def test_a_request_to_a_subshell_that_has_ended_is_answered(shared: Notebook) -> None:
    page = Page(shared)
    ended = page.subshell()
    page.end_subshell(ended)
    assert "Hello" == page.ask(ended)


def test_a_request_is_answered_while_a_cell_runs(shared: Notebook) -> None:
    page = Page(shared)
    subshell = page.subshell()
    shared.client.execute("import threading\nprint('running')\ngate = threading.Event()\ngate.wait()")
    page.wait_for_output("running")
    assert ["Hello", "Hello"] == [page.ask(subshell), page.ask(subshell)]
    shared.manager.interrupt_kernel()
