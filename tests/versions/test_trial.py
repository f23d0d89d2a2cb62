"""The trial import: what hostile or clumsy modules do at import stays in the child, and is told in one sentence."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from sandbox_kernel.isolation import landlock
from sandbox_kernel.versions.artifact import CompileLimits, CompileReport, Diagnostic
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.worker_process import _marked
from tests.versions.hostile import HOSTILE, left_behind, only_error

pytestmark = pytest.mark.process


def test_the_worker_serves_on_after_each_of_them(compiler: Compiler) -> None:
    assert compiler.compile({"cart": "x = 0\n"}).ok
    starts = compiler.statistics().worker_starts
    assert not compiler.compile({"cart": HOSTILE["crash"][0]}).ok
    assert compiler.compile({"cart": "x = 1\n"}).ok
    assert starts == compiler.statistics().worker_starts


def test_processes_that_hide_in_sessions_of_their_own_are_swept(compiler: Compiler) -> None:
    source = (
        "import os, time\n"
        "for n in range(3):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            os.setsid()\n"
        "            time.sleep(1000)\n"
        "        os._exit(0)\n"
    )
    assert compiler.compile({"cart": source}).ok
    assert [] == left_behind(compiler)


def test_a_module_that_kills_the_worker_gets_a_clear_answer_and_leaves_nothing(tmp_path: Path) -> None:
    source = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    time.sleep(1000)\n"
        "os.kill(os.getppid(), 9)\n"
        "time.sleep(1000)\n"
    )
    with Compiler(search_path=[str(tmp_path)], enter="") as compiler:
        compiler.compile({"cart": "x = 1\n"})
        process = compiler._worker._process
        assert process is not None
        assert "the compile worker ended before it answered" == only_error(compiler.compile({"cart": source})).message
        assert [] == _marked(process._token)
        assert compiler.compile({"cart": "x = 1\n"}).ok


def test_a_stopped_worker_is_ended_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox_kernel.versions.worker_process._GRACE_S", 0.3)
    source = "import os\nos.kill(os.getppid(), 19)\n"
    with Compiler(search_path=[str(tmp_path)], preload=(), enter="") as compiler:
        assert "the compile worker ended" in only_error(compiler.compile({"cart": source}, timeout_s=1.0)).message
        assert compiler.compile({"cart": "x = 1\n"}).ok
        assert [] == left_behind(compiler)


@pytest.mark.skipif(sys.platform != "linux" or landlock.abi() < 6, reason="it needs Linux 6.12 with Landlock")
def test_code_under_trial_cannot_reach_the_live_kernel_or_the_worker(compiler: Compiler) -> None:
    source = (
        "import os\n"
        f"for pid in (os.getppid(), {os.getpid()}):\n"
        "    for number in (0, 2, 9, 15, 19):\n"
        "        try: os.kill(pid, number)\n"
        "        except PermissionError: print('refused', end=' ')\n"
        "    try: open(f'/proc/{pid}/mem', 'r+b')\n"
        "    except OSError: print('closed')\n"
        "if os.fork() == 0: os._exit(0)\n"
        "os.kill(os.getpid(), 0)\n"
    )
    report = compiler.compile({"cart": source})
    assert (True, 2 * ("refused " * 5 + "closed\n")) == (report.ok, report.output)


def test_all_that_was_printed_comes_back_cut_to_a_bound(compiler: Compiler) -> None:
    source = "import os, sys\nprint('out')\nprint('err', file=sys.stderr)\nos.system('echo shell')\nprint('é🐍')\n"
    assert "out\nerr\nshell\né🐍\n" == compiler.compile({"cart": source}).output
    assert len(compiler.compile({"cart": "print('x' * 500_000)\n"}).output) <= 64 * 1024


def test_a_traceback_has_the_learners_frames_with_their_text_only(compiler: Compiler) -> None:
    report = compiler.compile(
        {"cart": "import json\nimport shop\n\ndef load():\n    return json.loads('{')\n\nshop.call(load)\n"},
        live={"shop": "def call(f):\n    return f()\n"},
    )
    assert (
        "  cart.py, line 7, in <module>\n    shop.call(load)\n"
        "  shop.py, line 2, in call\n    return f()\n"
        "  cart.py, line 5, in load\n    return json.loads('{')\n"
        "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ) == report.traceback
    assert 5 == only_error(report).line


def test_an_error_in_a_live_module_is_told_where_it_is(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "import shop\nshop.f()\n"}, live={"shop": "def f():\n    return 1 / 0\n"})
    assert "ZeroDivisionError: division by zero (in 'shop', line 2, which 'cart' imports)" == only_error(report).message


def test_the_modules_are_seen_as_they_would_be_after_the_change(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("raise RuntimeError('the file is not what is live')\n")
    (tmp_path / "cart.py").write_text("raise RuntimeError('nor is this one')\n")
    (tmp_path / "tax.py").write_text("RATE = 3\n")
    with Compiler(search_path=[str(tmp_path)]) as compiler:
        report = compiler.compile(
            {"cart": "import shop, tax\nprint(shop.PRICE * tax.RATE, __file__)\n"}, live={"shop": "PRICE = 7\n"}
        )
    assert (True, f"21 {tmp_path / 'cart.py'}\n") == (report.ok, report.output)


def test_modules_of_one_change_see_each_other(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "from shop import new\n", "shop": "new = 1\n"}, live={"shop": "old = 1\n"})
    assert report.ok


def test_a_module_may_carry_the_name_of_one_that_the_worker_uses(compiler: Compiler) -> None:
    report = compiler.compile({"json": "MINE = 1\n", "cart": "import json\nprint(json.MINE)\n"})
    assert (True, "1\n") == (report.ok, report.output)


def test_packages_and_relative_imports_work(compiler: Compiler) -> None:
    report = compiler.compile(
        {"pack.one": "from . import two\nfrom .two import x\nprint(x, two.__package__)\n", "pack.two": "x = 5\n"}
    )
    assert (True, "5 pack\n") == (report.ok, report.output)


def test_circles_are_one_group(compiler: Compiler) -> None:
    report = compiler.compile(
        {"a": "import b\nprint(b)\n", "b": "import c\nprint(c)\n"}, live={"c": "import a\nprint(a)\n"}
    )
    assert (("a", "b", "c"),) == report.groups


def test_an_import_circle_that_fails_says_how_to_break_it(compiler: Compiler) -> None:
    report = compiler.compile({"a": "from b import x\ny = x\n", "b": "from a import y\nx = y\n"})
    assert {"the modules import each other: import the module, not its names, or import inside the function"} == {
        found.hint for _, found in report.errors
    }


def test_a_broken_module_is_told_once_however_many_import_it(compiler: Compiler) -> None:
    report = compiler.compile({"a": "import c\nprint(c)\n", "b": "import c\nprint(c)\n", "c": "1 / 0\n"})
    assert [("c", 1)] == [(module, found.line) for module, found in report.errors]


def test_live_modules_that_use_a_missing_name_are_warned(compiler: Compiler) -> None:
    report = compiler.compile(
        {"shop": "def total(): pass\n"},
        live={
            "cart": "from shop import totl\nimport shop as s\n\ndef f():\n    return s.gone, s.total\n",
            "other": "shop = object()\nprint(shop.gone)\n",
        },
    )
    assert report.ok
    assert [
        Diagnostic(
            "warning", "'shop' has no 'totl', which this module uses", "did you mean 'total'?", "missing-name", 1
        ),
        Diagnostic(
            "warning",
            "'shop' has no 'gone', which this module uses",
            "define it in 'shop', or change this module as well",
            "missing-name",
            5,
        ),
    ] == list(report.diagnostics["cart"])
    assert {"shop", "cart"} == set(report.diagnostics)


def test_a_second_look_at_the_same_text_finds_the_same(compiler: Compiler) -> None:
    sources = {"cart": "import os\nimport shop\n\ndef f():\n    return shop.gone\n", "shop": "x = 2\n"}
    first, second = compiler.compile(sources), compiler.compile(sources)
    assert (first.artifacts, first.diagnostics, 2) == (second.artifacts, second.diagnostics, second.cache_hits)


def test_what_was_said_before_the_trial_cannot_be_taken_back_by_it(compiler: Compiler) -> None:
    forged = (
        "import json, os, struct\n"
        "def send(message):\n"
        "    data = json.dumps(message).encode()\n"
        "    os.write(3, struct.pack('>I', len(data)) + data)\n"
        "send({'kind': 'static', 'module': 'cart', 'findings': [], 'imports': [], 'definitions': []})\n"
        "send({'kind': 'static', 'module': 'other', 'findings': [{'severity': 'error'}]})\n"
        "send({'kind': 'uses', 'module': 'cart', 'findings': [{'severity': 'error', 'message': 7, 'line': -1}]})\n"
        "send(['no', 'object'])\nsend({'kind': ['x']})\nos.write(3, b'\\xff' * 3)\n"
        "import this_is_unused_and_found as _\n"
    )
    report = compiler.compile({"cart": forged}, live={"this_is_unused_and_found": ""})
    assert {"cart"} == set(report.diagnostics)
    assert "unused-import" in {found.code for found in report.diagnostics["cart"]}


def test_an_answer_without_bounds_is_cut_off(compiler: Compiler) -> None:
    source = "import os\nos.write(3, (2**31 - 1).to_bytes(4, 'big'))\nwhile True: os.write(3, b'x' * 65536)\n"
    assert "reports more than can be taken" in only_error(compiler.compile({"cart": source})).message


def test_limits_are_the_operating_systems(tmp_path: Path) -> None:
    source = (
        "import resource as r\n"
        "print([r.getrlimit(x)[1] for x in (r.RLIMIT_DATA, r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CORE, r.RLIMIT_CPU)])\n"
        "try:\n"
        "    with open('big', 'wb') as file: file.write(b'x' * 3_000_000)\n"
        "except OSError as error: print(error.strerror)\n"
    )
    limits = CompileLimits(memory_mb=200, file_mb=2, open_files=64)
    with Compiler(search_path=[str(tmp_path)], limits=limits) as compiler:
        output = compiler.compile({"cart": source}, timeout_s=5.0).output
    assert f"[{200 << 20}, {2 << 20}, 64, 0, 7]\nFile too large\n" == output


def test_the_child_inherits_nothing_of_the_caller(compiler: Compiler) -> None:
    source = (
        "import os\nprint(sorted(os.listdir('/proc/self/fd'))[:4], os.getppid() != 1, os.getpid() == os.getsid(0))\n"
    )
    assert "['0', '1', '2', '3'] True True\n" == compiler.compile({"cart": source}).output


def test_the_environment_can_be_chosen(tmp_path: Path) -> None:
    source = "import os\nprint(os.environ.get('HOME'), os.environ.get('TOKEN'))\n"
    with Compiler(search_path=[str(tmp_path)], environment={"TOKEN": "x"}) as compiler:
        assert "None x\n" == compiler.compile({"cart": source}).output


# -- the worker's life ----------------------------------------------------------------------------------------------


def test_the_worker_starts_on_demand_and_ends_with_close(tmp_path: Path) -> None:
    compiler = Compiler(search_path=[str(tmp_path)], preload=())
    assert (None, 0) == (compiler._worker._process, compiler.statistics().worker_starts)
    assert compiler.compile({"cart": "x = 1\n"}).ok
    process = compiler._worker._process
    assert process is not None
    compiler.close()
    assert not Path(f"/proc/{process.pid}").exists()
    assert "the compile worker ended" in only_error(compiler.compile({"cart": "y = 1\n"})).message


def test_the_worker_ends_when_its_parents_pipe_closes(tmp_path: Path) -> None:
    compiler = Compiler(search_path=[str(tmp_path)], preload=())
    compiler.compile({"cart": "x = 1\n"})
    process = compiler._worker._process
    assert process is not None
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), process._ends.requests)
    process._ends.wait()
    compiler.close()


def test_a_worker_that_was_killed_is_started_again(tmp_path: Path) -> None:
    with Compiler(search_path=[str(tmp_path)], preload=()) as compiler:
        compiler.compile({"cart": "x = 1\n"})
        process = compiler._worker._process
        assert process is not None
        os.kill(process.pid, 9)
        process._ends.wait()
        assert compiler.compile({"cart": "x = 2\n"}).ok
        assert 2 == compiler.statistics().worker_starts


def test_closing_in_the_middle_of_a_request_ends_it(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    source = f"open({str(ready)!r}, 'w').close()\nwhile True: pass\n"
    compiler = Compiler(search_path=[str(tmp_path)], preload=())
    reports: list[CompileReport] = []
    thread = threading.Thread(target=lambda: reports.append(compiler.compile({"cart": source}, timeout_s=60.0)))
    thread.start()
    ready.read_bytes()  # waits until the module is being imported
    compiler.close()
    thread.join(20)
    assert "the compile worker ended" in only_error(reports[0]).message


def test_many_threads_may_use_one_compiler(compiler: Compiler) -> None:
    outputs: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda n=n: outputs.update({n: compiler.compile({"cart": f"print({n})\n"}).output}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: f"{n}\n" for n in range(8)} == outputs


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the fork is what is tested
def test_a_copy_of_the_compiler_after_a_fork_leaves_the_original_alone(tmp_path: Path) -> None:
    with Compiler(search_path=[str(tmp_path)], preload=()) as compiler:
        compiler.compile({"cart": "x = 1\n"})
        pid = os.fork()
        if pid == 0:
            report = compiler.compile({"cart": "print(7)\n"})
            compiler.close()
            os._exit(0 if report.output == "7\n" else 1)
        assert 0 == os.waitpid(pid, 0)[1]
        assert compiler.compile({"cart": "x = 3\n"}).ok
        assert 1 == compiler.statistics().worker_starts


def test_a_long_answer_and_a_long_output_both_come_back(compiler: Compiler) -> None:
    names = "".join(f"name_{number} = {number}\n" for number in range(3000))
    report = compiler.compile({"cart": f"{names}print('x' * 200_000)\n"})
    assert (True, 3000, 64 << 10) == (report.ok, len(report.artifacts["cart"].definitions), len(report.output))


def test_the_rest_of_a_package_without_init_is_found_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "prices.py").write_text("TEA = 3\n")
    with Compiler(search_path=[str(tmp_path)]) as compiler:
        assert compiler.compile({"shop.cart": "from shop.prices import TEA\n"}).ok
