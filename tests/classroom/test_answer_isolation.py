"""What the process of an answer may do outside itself: nothing. Each verdict is taken from outside."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import KEY, Lesson, lesson_from_notebook
from sandbox_kernel.classroom.nursery import LEVELS, Nursery
from sandbox_kernel.classroom.results import Results
from sandbox_kernel.classroom.run import run
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import write
from sandbox_kernel.classroom.unforked import Unforked
from sandbox_kernel.isolation.spec import Level

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]
MARK = "left-by-an-answer"
CHECK = '''%%sandbox_check greet
def test_does_something(lab):
    """It does something."""
    assert lab.answer.act() == "done", "Do it."
'''
WRITES = """
import os
def act():
    for place in {places!r}:
        try:
            with open(os.path.join(place, {mark!r}), "w") as file: file.write("x")
        except OSError: pass
    with open("own-file", "w") as file: file.write("x")
    return "done"
"""


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    notebook = new_lesson("one", "A title")
    notebook.cells[4].source = CHECK
    notebook.metadata[KEY]["limits"] = {"cell_seconds": 10, "check_seconds": 5, "memory_mb": 256}
    return lesson_from_notebook(notebook)


@pytest.fixture(scope="module", params=["jail", "fence"])
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    level: Level = request.param
    with Nursery(levels=(level,)) as made:
        yield made


def act(lesson: Lesson, nursery: Nursery | Unforked, code: str) -> Results:
    return grade(lesson, lesson.exercises["greet"], textwrap.dedent(code), nursery=nursery)


def test_it_writes_in_its_own_directory_only(lesson: Lesson, nursery: Nursery, tmp_path: Path) -> None:
    places = [str(tmp_path), str(tmp_path.parent), os.getcwd(), str(Path.home()), tempfile.gettempdir(), "/dev/shm"]
    results = act(lesson, nursery, WRITES.format(places=places, mark=MARK))
    assert "pass" == results.status, results.said()
    assert [] == [place for place in places if (Path(place) / MARK).exists()]


def test_it_reads_nothing_of_whoever_checks(lesson: Lesson, nursery: Nursery, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the answer key")
    code = f"def act():\n    try: return open({str(secret)!r}).read()\n    except OSError: return 'done'"
    assert "pass" == act(lesson, nursery, code).status


def test_it_has_no_variables_of_whoever_checks(
    lesson: Lesson, nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "secret")
    assert "pass" == act(lesson, nursery, "import os\ndef act(): return os.environ.get('GRADER_TOKEN', 'done')").status


def test_it_reaches_no_local_service(lesson: Lesson, nursery: Nursery) -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        port = service.getsockname()[1]
        code = f"""
            import socket
            def act():
                try: socket.create_connection(("127.0.0.1", {port}), timeout=1)
                except OSError: return "done"
                return "connected"
        """
        assert "pass" == act(lesson, nursery, code).status


def test_what_it_started_ends_with_the_check(lesson: Lesson, nursery: Nursery) -> None:
    code = """
        import os, time
        def act():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(3600)
                os._exit(0)
            return "done"
    """
    before = _sleepers()
    assert "pass" == act(lesson, nursery, code).status
    assert before == _sleepers()


def _sleepers() -> int:
    """Processes of this machine whose command line is that of a nursery."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += b"sandbox_kernel.classroom.nursery_process" in path.read_bytes()
        except OSError:
            continue
    return found


def test_the_strongest_level_that_can_be_entered_is_taken_and_named(lesson: Lesson) -> None:
    with Nursery() as made:
        assert act(lesson, made, "def act(): return 'done'").isolation in LEVELS


def test_without_isolation_the_limits_of_the_system_are_left(lesson: Lesson) -> None:
    with Unforked(lambda work: {"HOME": work, "PATH": os.defpath}) as made:
        assert ("pass", "none") == ((r := act(lesson, made, "def act(): return 'done'")).status, r.isolation)
        assert "MemoryError" in act(lesson, made, "def act(): return len(bytearray(10**10))").said()
        assert "error" == act(lesson, made, "import os\ndef act(): os._exit(0)").status


@pytest.mark.parametrize("level", ["jail", "fence"])
def test_inside_a_sandbox_an_answer_cannot_touch_the_sandbox(
    level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The learner's own kernel may write to the sandbox's directory, with the record of attempts; their answer may not."""
    monkeypatch.setenv("SANDBOX_KERNEL_ISOLATION", level)
    lesson = new_lesson("hello", "Hello")
    lesson.cells[4].source = CHECK
    write(lesson, tmp_path / "hello.ipynb")
    setup = "import os\nhome = os.environ['SANDBOX_KERNEL_DIR']\nopen(home + '/allowed', 'w').close()\nprint(home)"
    answer = f"get_ipython().run_cell_magic('sandbox_answer', 'greet', {WRITES!r}.format(places=[home], mark={MARK!r}))"
    look = f"print(sorted(name for name in os.listdir(home) if name in ('allowed', {MARK!r})))"
    cells = ("%sandbox_lesson hello", setup, answer, CHECK, look)
    lesson.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    done = run(lesson, tmp_path)
    assert "" == done.fault
    assert "greet: passed" in done.notebook.cells[3].outputs[0]["data"]["text/plain"]
    assert "['allowed']\n" == done.notebook.cells[4].outputs[0]["text"]
