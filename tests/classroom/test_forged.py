"""Answers that try to pass without being right: none earns a point, and the next check works as before."""

from __future__ import annotations

import textwrap

import pytest

from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import Cell, Lesson, lesson_from_notebook
from sandbox_kernel.classroom.template import new_lesson

pytestmark = pytest.mark.kernel  # each answer runs in a process of its own

CHECK = '''%%sandbox_check greet
def test_twice(lab):
    """It is twice the number."""
    got = lab.answer.twice(21)
    assert got == 42, "Two times the number."
    assert lab.answer.twice(4) > 7, "Two times the number."
    assert lab.answer.twice(3) in (6,), "Two times the number."
'''

ANY = """
    class Any:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __lt__(self, other): return True
        __gt__ = __le__ = __ge__ = __lt__
        def __hash__(self): return 42
        def __bool__(self): return True
        def __contains__(self, item): return True
"""

FORGED = {
    "exits at import": "raise SystemExit(0)",
    "exits the process": "import os\nos._exit(0)",
    "exits when called": "import os\ndef twice(n): os._exit(0)",
    "kills itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "kills its parent's group": "import os, signal\ntry: os.killpg(0, signal.SIGKILL)\nfinally: pass",
    "equal to everything": ANY + "\n    def twice(n): return Any()",
    "an int equal to everything": ANY + "\n    class Int(int, Any): pass\n    def twice(n): return Int(0)",
    "a str equal to everything": ANY + "\n    class Str(Any, str): pass\n    def twice(n): return Str()",
    "a bool in disguise": "def twice(n): return True",
    "NaN": "def twice(n): return float('nan')",
    "a mock": "from unittest.mock import MagicMock\ntwice = MagicMock()",
    "patched isinstance": "import builtins\nbuiltins.isinstance = lambda *a: True\ndef twice(n): return 0",
    "patched repr and eq": (
        "import builtins, operator\noperator.eq = lambda a, b: True\nbuiltins.repr = str\ndef twice(n): return 0"
    ),
    "patched json": "import json\njson.dumps = lambda *a, **k: '{\"value\": true}'\ndef twice(n): return 0",
    "patched encoder": "from sandbox_kernel import plain\nplain.encode = lambda *a, **k: True\ndef twice(n): return 0",
    "patched grader": (
        "import sandbox_kernel.classroom.asserts as a, sandbox_kernel.classroom.grader as g\n"
        "a.expect = lambda *x: None\ng.grade = lambda *x: None\ndef twice(n): return 0"
    ),
    "reads frames": (
        "import sys\ndef twice(n):\n    frame = sys._getframe()\n    while frame:\n"
        "        for value in frame.f_locals.values():\n            if value == 42 and type(value) is int: return 42\n"
        "        frame = frame.f_back\n    return 0"
    ),
    "searches all objects": (
        "import gc\ndef twice(n):\n    found = [o for o in gc.get_objects() if type(o) is dict and 'wanted' in o]\n"
        "    return found[0]['wanted'] if found else 0"
    ),
    "forges a reply": (
        "import os\ndef twice(n):\n    for fd in range(3, 30):\n"
        "        try: os.write(fd, b'{\"passed\": true}\\n')\n        except OSError: pass\n    return 0"
    ),
    "forges a pass line": "print('{\"status\": \"pass\", \"points\": 1}')\ndef twice(n): return 0",
    "floods the channel": (
        "import os\ndef twice(n):\n    for fd in range(3, 30):\n"
        "        try: os.write(fd, b'x' * 5_000_000)\n        except OSError: pass\n    return 0"
    ),
    "closes all files": "import os\nos.closerange(0, 64)\ndef twice(n): return 42",
    "nests without end": "def twice(n):\n    value = []\n    for _ in range(900): value = [value]\n    return value",
    "gives back too much": "def twice(n): return 'x' * 9_000_000",
    "a module in its place": (
        "import sys, types\nfake = types.ModuleType('answer')\nfake.twice = lambda n: None\nsys.modules['answer'] = fake"
    ),
    "a lying class": (
        "class C:\n    __class__ = int\n    def __int__(self): return 42\n    __index__ = __int__\n"
        "def twice(n): return C()"
    ),
    "a generator": "def twice(n):\n    yield 42",
    "a coroutine": "async def twice(n): return 42",
    "raises AssertionError": "def twice(n): raise AssertionError('passed')",
    "raises the skip of a test": "import unittest\ndef twice(n): raise unittest.SkipTest('passed')",
    "raises BaseException": "class Done(BaseException): pass\ndef twice(n): raise Done",
    "traces the interpreter": (
        "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\ndef twice(n): return 0"
    ),
    "an atexit that reports": "import atexit\natexit.register(print, 'pass')\ndef twice(n): return 0",
    "ends its keeper": "import os, signal\ndef twice(n):\n    os.kill(os.getppid(), signal.SIGKILL)\n    return 42",
    "stops all processes": (
        "import os, signal\ndef twice(n):\n    try: os.kill(-1, signal.SIGKILL)\n    except OSError: pass\n    return 0"
    ),
    "answers twice by a fork": (
        "import os\ndef twice(n):\n    os.fork()\n    return 0"
    ),
    "writes replies while it is tried out": (
        "import os\nfor fd in range(64):\n    try: os.write(fd, b'{\"value\": {\"int\": \"0x2a\"}}\\n')\n"
        "    except OSError: pass\ndef twice(n): return 0"
    ),
    "talks to the process it was forked from": (
        "import os, socket\ndef twice(n):\n    for fd in range(3, 64):\n"
        "        try: socket.socket(fileno=os.dup(fd)).send(b'{\"programs\": []}')\n"
        "        except OSError: pass\n    return 0"
    ),
    "searches its memory for the check": (
        "import re\ndef twice(n):\n    try: maps = open('/proc/self/maps').read()\n    except OSError: return 0\n"
        "    return 42 if 'Two times the number' in maps else 0"
    ),
    "empty": "   \n",
}  # fmt: skip


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    notebook = new_lesson("one", "A title")
    notebook.cells[4].source = CHECK
    notebook.metadata["sandbox_kernel"]["limits"] = {"cell_seconds": 10, "check_seconds": 3, "memory_mb": 128}
    return lesson_from_notebook(notebook)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_earns_nothing(lesson: Lesson, name: str) -> None:
    results = grade(lesson, lesson.exercises["greet"], textwrap.dedent(FORGED[name]))
    assert ("pass", 0.0) != (results.status, results.points)
    assert 0.0 == results.points
    assert results.said() != ""


def test_the_right_answer_earns_all(lesson: Lesson) -> None:
    assert ("pass", 1.0) == (
        (results := grade(lesson, lesson.exercises["greet"], "def twice(n): return 2 * n")).status,
        results.points,
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def twice(n):\n    while True: pass", "was stopped; look for a loop that never ends"),
        ("while True: pass", "loop"),
        ("def twice(n):\n    import time; time.sleep(60)", "was stopped; look for a loop that never ends"),
        ("def twice(n): return len(bytearray(10**10))", "MemoryError"),
        ("def twice(n): return twice(n)", "RecursionError"),
        ("def twice(n)\n    return 1", "put a colon"),
        ("import nothing_like_this", "refused"),
    ],
)
def test_what_goes_wrong_is_said_in_words(lesson: Lesson, answer: str, said: str) -> None:
    assert said in grade(lesson, lesson.exercises["greet"], answer).said()


def test_a_check_without_tests_is_no_pass(lesson: Lesson) -> None:
    empty = Cell("c", "code", "check", "%%sandbox_check greet\nx = 1", {"points": 1})
    results = grade(lesson, lesson.exercises["greet"], "x = 1", checks=(empty,))
    assert ("error", 0.0) == (results.status, results.points)


def test_a_fault_of_the_check_is_told_as_such(lesson: Lesson) -> None:
    broken = Cell("c", "code", "check", "%%sandbox_check greet\ndef test_x(lab):\n    nothing_here", {"points": 1})
    assert "tell the lesson's author" in grade(lesson, lesson.exercises["greet"], "x = 1", checks=(broken,)).said()


def test_a_check_that_reads_an_answer_which_is_no_python_says_so(lesson: Lesson) -> None:
    source = "%%sandbox_check greet\nimport ast\ndef test_x(lab):\n    ast.parse(lab.answer_text)"
    reading = Cell("c", "code", "check", source, {"points": 1})
    results = grade(lesson, lesson.exercises["greet"], "x = 1\ny = (", checks=(reading,))
    assert ("fail", "your answer is no Python yet: '(' was never closed at line 2") == (results.status, results.said())
