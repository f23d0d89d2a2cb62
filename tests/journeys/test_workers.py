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
