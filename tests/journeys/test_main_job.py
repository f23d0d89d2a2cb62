"""The main job on a real kernel: edit, compile, hot-reload, look back, roll back; refuse what is wrong; survive a kill."""

from __future__ import annotations

from queue import Empty
from typing import Any

import pytest

from tests.journeys.notebook import Notebook, module_cell

pytestmark = pytest.mark.kernel

TILL_1 = '''\
"""A till."""
from sandbox_kernel import ChildSpec, NoReply, Reply, Supervisor, Worker


class Till(Worker):
    def init(self):
        return {"count": 0}

    def handle_call(self, request, sender, state):
        state["count"] += request
        return Reply(state["count"], state)


class Receipt:
    def __init__(self, total):
        self.total = total

    def text(self):
        return f"total {self.total}"


def tree():
    return Supervisor([ChildSpec("till", Till, name="till")], name="shop")
'''
TILL_2 = TILL_1.replace('state["count"] += request', 'state["count"] += 10 * request').replace("total {", "TOTAL {")


def test_state_survives_ten_reloads_and_a_rollback(notebook: Notebook) -> None:
    assert "till v1 is live" in notebook.cell(module_cell(TILL_1))
    notebook.cell("from sandbox_kernel import call\nreceipt = till.Receipt(3)\nbound = receipt.text")
    assert "running" in notebook.cell("%sandbox_start till")
    assert "5" == notebook.cell("call('till', 5)")
    for number in range(2, 12):
        source = TILL_1.replace("+= request", f"+= {number} * request")
        assert f"till v{number} is live" in notebook.cell(module_cell(source))
        assert str(5 + sum(range(2, number + 1))) == notebook.cell("call('till', 1)")
    assert "'total 3'" == notebook.cell("bound()")
    assert "till v1 is live again" in notebook.cell("%sandbox_rollback till 1")
    assert str(5 + sum(range(2, 12)) + 1) == notebook.cell("call('till', 1)")
    history = notebook.cell("%sandbox_history till")
    assert "11 versions, version 1 is live" in history
    assert "+        state" in notebook.cell("%sandbox_diff till 1 2")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda s: s.replace("def text(self):", "def text(self:"), "line 18"),
        (lambda s: s + "\nraise RuntimeError('not today')\n", "not today"),
        (lambda s: s + "\nimport sys\nsys.exit(3)\n", "SystemExit: 3"),
        (
            lambda s: s.replace(
                "    def init(self):",
                "    def code_change(self, old_version, state, extra):\n        raise ValueError('bad state')\n\n"
                "    def init(self):",
            ),
            "bad state",
        ),
    ],
    ids=["syntax", "import", "exit", "code_change"],
)
def test_a_wrong_version_is_refused_and_everything_goes_on(shared: Notebook, edit: Any, reason: str) -> None:
    shared.cell(module_cell(TILL_1))
    shared.cell("%sandbox_start till")
    shared.cell("from sandbox_kernel import call\nreceipt = till.Receipt(3); code = till.Receipt.text.__code__")
    before = int(shared.cell("call('till', 1)"))
    text, error = shared.error(module_cell(edit(TILL_2)))
    assert reason in text
    assert "Nothing was changed; till v1 is still live." in text
    assert "Refused: nothing was changed" in error
    assert "Traceback" not in error
    assert str(before + 1) == shared.cell("call('till', 1)")
    assert "True" == shared.cell("receipt.text() == 'total 3' and till.Receipt.text.__code__ is code")
    assert "rejected" in shared.cell("%sandbox_history till")
    assert TILL_1 == (shared.directory / "sandboxes" / "nb" / "till.py").read_text()


def test_code_change_migrates_up_and_down(shared: Notebook) -> None:
    old = TILL_1.replace("Till", "Box").replace("till", "box").replace("shop", "boxes")
    new = (
        old.replace('{"count": 0}', '{"cents": 0}')
        .replace('state["count"]', 'state["cents"]')
        .replace(
            "    def init(self):",
            "    def code_change(self, old_version, state, extra):\n"
            "        if isinstance(old_version, Down):\n"
            "            return {'count': state['cents'] // 100}\n"
            "        return {'cents': state['count'] * 100}\n\n"
            "    def init(self):",
        )
        .replace("import ChildSpec", "import ChildSpec, Down")
    )
    shared.cell(module_cell(old, "box"))
    shared.cell("%sandbox_start box")
    shared.cell("from sandbox_kernel import call")
    assert "7" == shared.cell("call('box', 7)")
    shared.cell(module_cell(new, "box"))
    assert "701" == shared.cell("call('box', 1)")
    shared.cell("%sandbox_rollback box 1")
    assert "8" == shared.cell("call('box', 1)")


def test_a_killed_kernel_comes_back_with_modules_versions_and_tree(notebook: Notebook) -> None:
    notebook.cell(module_cell(TILL_1))
    notebook.cell(module_cell(TILL_2))
    notebook.cell("%sandbox_start till")
    (notebook.directory / "sandboxes" / "nb" / "till.py").write_text("half an ed(it")
    notebook.kill_and_restart()
    notebook.cell("from sandbox_kernel import call")
    assert "20" == notebook.cell("call('till', 2)")
    assert "2 versions, version 2 is live" in notebook.cell("%sandbox_history till")
    assert "the saved file differs" in notebook.cell("%sandbox_info")
    text, _ = notebook.error("%sandbox_reload till")
    assert "till v2 is still live" in text


def test_the_control_channel_answers_while_a_cell_runs(shared: Notebook) -> None:
    shared.cell(module_cell("def rate():\n    return 19\n", "rates"))
    message_id = shared.client.execute("import time; time.sleep(30)")
    try:
        applied = shared.ask({"type": "ApplyModules", "sources": {"rates": "def rate():\n    return 7\n"}})
        assert (True, {"rates": 2}) == (applied["ok"], applied["versions"])
        assert "ModuleNotFound" == shared.ask({"type": "GetHistory", "module": "nothing"})["error"]
        assert "WireError" == shared.ask({"type": "Nonsense"})["error"]
    finally:
        shared.manager.interrupt_kernel()
    while True:
        try:
            message = shared.client.get_iopub_msg(timeout=30)
        except Empty:
            pytest.fail("the interrupted cell never ended")
        if message["parent_header"].get("msg_id") == message_id and message["content"].get("execution_state") == "idle":
            break
    assert "7" == shared.cell("rates.rate()")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("%sandbox_history nothing", "this sandbox has no module 'nothing'"),
        ("%sandbox_rollback ok 99", "version 99 of 'ok' does not exist; the newest is 1"),
        ("%%sandbox_module 7up\nx = 1", "'7up' cannot be a module's name"),
        ("%%sandbox_module ok\n   \n", "the source of 'ok' is empty"),
        ("%%sandbox_module ok\n" + "x = 1\n" * 900_000, "a module may have 1 MB"),
        ("%sandbox_reload nothing", "this sandbox has no module 'nothing'"),
        ("%sandbox_start ok", "'ok' has no function 'tree'"),
        ("%sandbox_rollback ok one", "'one' is no version of 'ok'"),
    ],
)
def test_bad_input_gets_one_clear_sentence(shared: Notebook, code: str, sentence: str) -> None:
    shared.cell(module_cell("x = 1\n", "ok"))
    text, error = shared.error(code)
    assert sentence in text + error
    assert "Traceback" not in error


def test_magics_modules_and_versions_complete(shared: Notebook) -> None:
    shared.cell(module_cell("x = 1\n", "ledger"))
    shared.cell(module_cell("x = 2\n", "ledger"))
    assert ["%sandbox_history"] == shared.completions("%sandbox_his")
    assert ["ledger"] == shared.completions("%%sandbox_module led")
    assert {"1", "2"} <= set(shared.completions("%sandbox_rollback ledger "))
