"""Workers in a real kernel: where they print, and that a state that is checkpointed outlives a kill."""

from __future__ import annotations

import pytest

from tests.journeys.notebook import Notebook, module_cell

pytestmark = pytest.mark.kernel

ECHO = """\
from sandbox_kernel import ChildSpec, NoReply, Reply, Supervisor, Worker


class Echo(Worker):
    checkpoint = True

    def init(self):
        print("echo is here")
        return {"heard": 0}

    def handle_call(self, request, sender, state):
        print("heard", request)
        state = {"heard": state["heard"] + 1}
        return Reply(state["heard"], state)

    def handle_cast(self, message, state):
        print("later", message)
        return NoReply(state)


class Heavy(Worker):
    kind = "process"

    def init(self):
        return 0

    def handle_call(self, request, sender, state):
        import os

        return Reply((os.getpid(), rate()), state)


def rate():
    return 19


def tree():
    return Supervisor([ChildSpec("echo", Echo, name="echo"), ChildSpec("heavy", Heavy, name="heavy")])
"""


def test_what_a_worker_prints_shows_in_the_cell_that_caused_it(notebook: Notebook) -> None:
    notebook.cell(module_cell(ECHO, "echo"))
    assert "echo is here" in notebook.cell("%sandbox_start echo")
    text = notebook.cell("from sandbox_kernel import call, cast\nprint('before')\ncall('echo', 'one')")
    assert ["before", "heard one", "1"] == text.split("\n")[:2] + text.split()[-1:]
    notebook.cell("import threading\nthreading.Timer(0.2, lambda: call('echo', 'from nobody')).start()")
    assert "nobody" not in notebook.cell("import time\ntime.sleep(0.6)\ncall('echo', 'two')")


LIVE = """\
import asyncio

from sandbox_kernel import ChildSpec, NoReply, Reply, Started, Supervisor, Worker
from sandbox_kernel.supervision import api


class Ticker(Worker):
    def init(self):
        return Started(0, continue_with="tick")

    def handle_continue(self, arg, ticks):
        api.send_after(0.02, api.this(), "tick")
        return NoReply(ticks)

    def handle_info(self, message, ticks):
        return NoReply(ticks + 1, continue_with="tick")

    def handle_call(self, request, sender, ticks):
        return Reply(ticks, ticks)


class Slow(Worker):
    def init(self):
        return 0

    async def handle_call(self, request, sender, done):
        await asyncio.sleep(request)
        return Reply(done + 1, done + 1)


def tree():
    return Supervisor([ChildSpec("ticker", Ticker, name="ticker"), ChildSpec("slow", Slow, name="slow")], name="live")
"""


def test_the_tree_runs_while_a_cell_blocks(notebook: Notebook) -> None:
    notebook.cell(module_cell(LIVE, "live"))
    notebook.cell("%sandbox_start live\nfrom sandbox_kernel import call\nimport time")
    assert "True" == notebook.cell("before = call('ticker', '?')\ntime.sleep(1)\ncall('ticker', '?') - before > 5")
    assert "True" == notebook.cell(
        "before, end = call('ticker', '?'), time.monotonic() + 1\n"
        "while time.monotonic() < end: pass\ncall('ticker', '?') - before > 5"
    )


def test_an_interrupt_ends_the_cell_and_never_reaches_the_tree(notebook: Notebook) -> None:
    notebook.cell(module_cell(LIVE, "live"))
    notebook.cell("%sandbox_start live\nfrom sandbox_kernel import call")
    assert "KeyboardInterrupt" == notebook.interrupted("print('now')\ncall('slow', 1, 30)")
    assert "2" == notebook.cell("call('slow', 0)")
    assert "crash" not in notebook.cell("%sandbox_tree")


def test_the_tree_as_text_says_what_crashed_and_what_became_of_it(notebook: Notebook) -> None:
    notebook.cell(module_cell(LIVE, "live"))
    notebook.cell("%sandbox_start live\nfrom sandbox_kernel import call")
    _, told = notebook.error("call('slow', 'soon')")
    assert "TypeError" in told
    text = notebook.cell("%sandbox_tree").split("\n")
    assert "● live (running, one_for_one, 1 of 3 restarts in 5 s)" == text[0]
    assert text[1].startswith("├─ ● ticker (running, state ")
    assert "└─ ● slow (running, state 0)" == text[2]
    assert text[3].strip().startswith("last crash: 'slow' crashed while answering 'soon': TypeError: ")
    assert text[3].endswith("supervisor 'live' restarts it (2 of 3 in 5 s left)")


OWN = """\
class Own(Worker):
    def init(self):
        return 0

    def handle_call(self, request, sender, state):
        return Reply(request / state, state)


default_system().start_supervisor(Supervisor([ChildSpec("own", Own, name="own")], name="mine")).id"""


def test_the_crash_of_a_worker_of_a_cell_is_placed_by_the_cells_number(notebook: Notebook) -> None:
    names = "ChildSpec, Reply, Supervisor, Worker, call"
    notebook.cell(f"from sandbox_kernel import {names}\nfrom sandbox_kernel.supervision.api import default_system")
    notebook.cell(OWN)
    notebook.error("call('own', 3)")
    text = notebook.cell("%sandbox_tree")
    assert "ZeroDivisionError: division by zero (cell In[2], line 6)" in text
    assert "ipykernel_" not in text


def test_a_worker_in_a_process_runs_the_live_code(notebook: Notebook) -> None:
    notebook.cell(module_cell(ECHO, "echo"))
    notebook.cell("%sandbox_start echo\nfrom sandbox_kernel import call\nimport os")
    assert "(True, 19)" == notebook.cell("pid, rate = call('heavy', 'who'); (pid != os.getpid(), rate)")


def test_a_checkpointed_state_outlives_a_kill(notebook: Notebook) -> None:
    notebook.cell(module_cell(ECHO, "echo"))
    notebook.cell("%sandbox_start echo\nfrom sandbox_kernel import call\nimport time")
    notebook.cell("for _ in range(4): call('echo', 'x')\ntime.sleep(2)")
    notebook.kill_and_restart()
    assert "5" in notebook.cell("from sandbox_kernel import call\ncall('echo', 'y')").split()
