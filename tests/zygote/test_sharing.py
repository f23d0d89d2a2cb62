from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote import sharing


@pytest.fixture
def seen() -> Iterator[None]:
    """Functions of this file are found as in the process that prepares kernels, which freezes nothing before."""
    gc.unfreeze()
    yield
    gc.freeze()


def make_counter(step: int) -> Callable[[], list[int]]:
    total = 0

    def count() -> list[int]:
        nonlocal total
        total += step
        return [each + total for each in range(2)]

    return count


@pytest.mark.usefixtures("seen")
def test_compacted_code_does_what_it_did_before() -> None:
    first = make_counter(3)
    assert [3, 4] == first()
    before = {id(make_counter.__code__), id(first.__code__)}
    assert 2 == sharing.compact(before)
    assert set() == before & {id(make_counter.__code__), id(first.__code__)}
    assert ([6, 7], [5, 6]) == (first(), make_counter(5)())


@pytest.mark.usefixtures("seen")
def test_functions_that_an_outer_one_makes_later_get_the_copy_too() -> None:
    inner = next(each for each in make_counter.__code__.co_consts if hasattr(each, "co_code"))
    assert 2 == sharing.compact({id(make_counter.__code__), id(inner)})
    first, second = make_counter(1), make_counter(2)
    assert first.__code__ is second.__code__ is not inner


def test_only_interpreters_that_are_known_to_allow_it_get_immortal_objects() -> None:
    assert (sys.version_info[:2] in ((3, 12), (3, 13))) == sharing.can_be_immortal()


def test_free_blocks_are_counted_by_size() -> None:
    found = sharing._free_blocks()
    assert (True, True) == (set(found) <= set(range(16, 513, 16)), sum(found.values()) > 0)


AFTERWARDS = """
import gc, sys, weakref
from sandbox_kernel.zygote import sharing

class Node:
    ended = []
    def __init__(self): self.next = self
    def __del__(self): self.ended.append(1)

table = {"a": [1, 2], "b": (3, "text")}
count = sharing.immortalize()
gc.freeze()
assert (count > 1000) == sharing.can_be_immortal(), count
for _ in range(100):
    table["a"].append(len(table))
    table[str(_)] = {"c": table["b"]}
    text = "text" + str(_)
    table.pop(str(_))
node = weakref.ref(Node())
gc.collect()
assert node() is None and Node.ended == [1], "new objects end as ever"
assert sorted(table) == ["a", "b"] and len(table["a"]) == 102
import decimal, json, subprocess
print(json.dumps(table["b"]))
"""


@pytest.mark.kernel
def test_a_process_with_immortal_objects_works_as_any() -> None:
    done = subprocess.run([sys.executable, "-c", AFTERWARDS], capture_output=True, text=True, timeout=60)
    assert ('[3, "text"]\n', "", 0) == (done.stdout, done.stderr, done.returncode)


REHEARSAL = """
import gc, os, sys
sys.argv = ["ipykernel_launcher"]
from sandbox_kernel.zygote import prepare, rehearsal
look = rehearsal.code_that_runs

def note(app):
    before = set(os.listdir("/proc/self/fd"))
    running = look(app)
    functions = [each for each in gc.get_objects() if type(each) is type(note)]
    names = {each.__qualname__ for each in functions if id(each.__code__) in running}
    print(len(running) > 500, "Session.hello" in names, "IPythonKernel.do_execute" in names, "View.build" in names)
    print(before == set(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")))
    return running

rehearsal.code_that_runs = note
app = prepare.prepare(["--ext=sandbox_kernel"])
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.kernel
def test_the_rehearsal_finds_the_code_of_a_kernels_first_reply_and_leaves_nothing() -> None:
    command = [sys.executable, "-Xfrozen_modules=off", "-c", REHEARSAL]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ("True True True False\nTrue 1\n", 0) == (done.stdout, done.returncode), done.stderr


COLLAPSED = """
import os
from sandbox_kernel.zygote import sharing

before = [str(number) * 8 for number in range(400_000)]
count = sharing.collapse()
if os.fork() == 0:
    before[7] = "another"
    os._exit(0)
os.wait()
print(before[7], len(before), count >= 0)
"""


@pytest.mark.kernel
def test_memory_in_large_pages_is_what_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", COLLAPSED], capture_output=True, text=True, timeout=60)
    assert ("77777777 400000 True\n", "", 0) == (done.stdout, done.stderr, done.returncode)
