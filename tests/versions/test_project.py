"""Compiling texts, files and directories; what is remembered and what is looked at again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_kernel.versions import graph
from sandbox_kernel.versions.cache import ArtifactCache, CacheStatistics
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.project import compile_file, compile_project, compile_source

pytestmark = pytest.mark.process


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "base.py": "LIMIT = 3\n",
        "cart.py": "import base\n\ndef total():\n    return base.LIMIT\n",
        "shop.py": "import cart\n\nSTOCK = cart.total()\n",
        "alone.py": "x = 1\n",
        "pack/__init__.py": "from pack.part import y\nprint(y)\n",
        "pack/part.py": "from . import other\ny = other.z\n",
        "pack/other.py": "z = 1\n",
        ".hidden/bad.py": "(",
        "venv/pyvenv.cfg": "",
        "venv/bad.py": "(",
        "__pycache__/bad.py": "(",
        "notes.txt": "(",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def used(project: Path) -> Iterator[Compiler]:
    with Compiler(search_path=[str(project)], preload=()) as opened:
        yield opened


MODULES = {"base", "cart", "shop", "alone", "pack", "pack.part", "pack.other"}


def test_every_module_of_a_directory_is_compiled(project: Path, used: Compiler) -> None:
    report = compile_project(project, compiler=used, trial_import=True)
    assert (True, MODULES, 0) == (report.ok, set(report.artifacts), report.cache_hits)
    assert ("pack.other",) == report.artifacts["pack.part"].imports[1:]


def test_what_did_not_change_is_not_looked_at_again(project: Path, used: Compiler) -> None:
    first = compile_project(project, compiler=used)
    (project / "alone.py").write_text("x = 2\n")
    os.utime(project / "cart.py")
    second = compile_project(project, compiler=used)
    assert (0, len(MODULES) - 1) == (first.cache_hits, second.cache_hits)
    assert "x = 2\n" == second.artifacts["alone"].source


def test_a_change_is_tried_with_all_that_depend_on_it_and_nothing_else(project: Path, used: Compiler) -> None:
    for name in ("base", "cart", "shop", "alone"):
        text = (project / f"{name}.py").read_text()
        (project / f"{name}.py").write_text(f"{text}print('{name}')\n")
    assert {"base", "cart", "shop", "alone", "1"} == set(
        compile_project(project, compiler=used, trial_import=True).output.split()
    )
    assert "" == compile_project(project, compiler=used, trial_import=True).output
    (project / "cart.py").write_text("import base\nprint('cart')\n\ndef total():\n    return base.LIMIT + 1\n")
    assert ["base", "cart", "shop"] == compile_project(project, compiler=used, trial_import=True).output.split()


def test_a_failed_trial_is_tried_again(project: Path, used: Compiler) -> None:
    (project / "alone.py").write_text("open('data.csv')\n")
    assert ["alone"] == [name for name, _ in compile_project(project, compiler=used, trial_import=True).errors]
    (project / "data.csv").write_text("")
    assert compile_project(project, compiler=used, trial_import=True).ok


def test_every_module_that_fails_is_told(project: Path, used: Compiler) -> None:
    (project / "alone.py").write_text("1 / 0\n")
    (project / "base.py").write_text("import base2\n")
    (project / "base2.py").write_text("[][1]\n")
    report = compile_project(project, compiler=used, trial_import=True)
    assert ["alone", "base2"] == [name for name, _ in report.errors]


def test_the_cache_lives_on_disk_where_there_is_a_sandbox(project: Path) -> None:
    assert 0 == compile_project(project).cache_hits
    assert not (project / ".sandbox").exists()
    (project / ".sandbox").mkdir()
    assert [0, len(MODULES)] == [compile_project(project).cache_hits for _ in range(2)]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[" * 100_000, b'{"edition": "1/3.11", "found": [{"source": 3}, 4]}', b"\xff"]
)
def test_a_damaged_cache_counts_as_none(project: Path, damage: bytes) -> None:
    file = project / ".sandbox" / "cache" / "compile.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(damage)
    assert 0 == ArtifactCache(file).statistics().entries
    assert compile_project(project).ok


def test_a_module_that_went_away_is_missed_by_those_that_import_it(project: Path, used: Compiler) -> None:
    assert compile_project(project, compiler=used).ok
    (project / "base.py").unlink()
    report = compile_project(project, compiler=used)
    assert [("cart", "import-not-found")] == [(name, found.code) for name, found in report.errors]


def test_the_cache_counts_and_forgets(project: Path, used: Compiler) -> None:
    compile_project(project, compiler=used)
    compile_project(project, compiler=used)
    assert CacheStatistics(entries=7, hits=7, misses=7) == used.cache.statistics()
    assert 0.5 == used.cache.statistics().hit_rate
    used.cache.clear()
    assert 0 == used.cache.statistics().entries


def test_files_that_are_no_modules_do_not_stop_the_others(project: Path, used: Compiler) -> None:
    (project / "run-me.py").write_text("(")
    (project / "latin.py").write_bytes(b"x = '\xe9'\n")
    (project / "link.py").symlink_to("/etc/passwd")
    (project / "folder.py").mkdir()
    os.mkfifo(project / "pipe.py")
    report = compile_project(project, compiler=used)
    assert {"latin": "encoding", "link": "unreadable", "pipe": "unreadable"} == {
        name: found.code for name, found in report.errors
    }
    assert {"run-me.py": "module-name"} == {name: found.code for name, found in report.warnings}
    assert set(report.artifacts) >= MODULES


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no directory"):
        compile_project(tmp_path / "nowhere")


def test_many_files_are_shared_by_several_processes_and_all_come_back(tmp_path: Path) -> None:
    for number in range(120):
        (tmp_path / f"m{number}.py").write_text(f"x = {number}\n" + ("y = (\n" if number == 77 else ""))
    with Compiler(search_path=[str(tmp_path)], preload=()) as compiler:
        report = compile_project(tmp_path, compiler=compiler)
    assert ({f"m{number}" for number in range(120)}, ["m77"]) == (
        set(report.artifacts),
        [name for name, _ in report.errors],
    )


def test_one_file_finds_its_neighbours(project: Path, used: Compiler) -> None:
    assert compile_file(project / "shop.py", compiler=used, trial_import=True).ok
    assert "unreadable" == compile_file(project / "nowhere.py", compiler=used).errors[0][1].code


def test_nothing_is_run_unless_a_trial_is_asked_for(project: Path, used: Compiler) -> None:
    (project / "alone.py").write_text("1 / 0\n")
    assert compile_file(project / "alone.py", compiler=used).ok
    assert compile_source("1 / 0\n", compiler=used).ok
    assert compile_project(project, compiler=used).ok


def test_one_text_can_be_compiled_without_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    report = compile_source("import os\nprint(os.environ.get('SECRET'))\n", trial_import=True)
    assert (True, "None\n") == (report.ok, report.output)


# -- the graph ------------------------------------------------------------------------------------------------------

GRAPHS = st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh")), max_size=8)


def reaches(imports: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    queue = list(imports.get(start, ()))
    while queue:
        name = queue.pop()
        if name in imports and name not in found:
            found.add(name)
            queue += imports[name]
    return found


@given(GRAPHS)
def test_the_order_puts_each_module_after_what_it_imports(imports: dict[str, set[str]]) -> None:
    groups = graph.order(imports)
    assert sorted(imports) == sorted(name for group in groups for name in group)
    at = {name: index for index, group in enumerate(groups) for name in group}
    for module in imports:
        for name in reaches(imports, module):
            circle = module in reaches(imports, name)
            assert at[name] == at[module] if circle else at[name] < at[module]
