"""Every code block of the documentation runs as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sandbox_kernel.host import cli
from tests.journeys.notebook import Notebook
from tests.journeys.page import HOW_TO, blocks

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("page.py")
PAGES = sorted(path for path in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")] if "_build" not in path.parts)
KINDS = {"python", "text", "ipython", "sh", "console", "json", "toml", "yaml"}


def of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def having(*languages: str) -> list[Path]:
    return [page for page in PAGES if runs(page, *languages)]


def runs(page: Path, *languages: str) -> int:
    """How many blocks of these languages the page has that are programs."""
    kinds = [kind for _, kind, _ in blocks(page) if kind != "sh" or page.parent.name == HOW_TO]
    return sum(kinds.count(language) for language in languages)


def test_no_block_is_of_a_kind_that_nothing_checks() -> None:
    strange = [(of(page), line, kind) for page in PAGES for line, kind, _ in blocks(page) if kind not in KINDS]
    assert [] == [entry for entry in strange if not entry[2].startswith("{")]


@pytest.mark.kernel
@pytest.mark.parametrize("page", having("python", "sh"), ids=of)
def test_the_programs_of_a_page_run(page: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", RUNNER, page],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert (0, "", f"{runs(page, 'python', 'sh')}\n") == (done.returncode, done.stderr, done.stdout)


@pytest.mark.kernel
@pytest.mark.parametrize("page", having("ipython"), ids=of)
def test_the_cells_of_a_page_run_in_a_sandbox(page: Path, notebook: Notebook) -> None:
    for _, kind, text in blocks(page):
        if kind == "ipython":
            notebook.cell(text)


def test_the_command_lines_are_understood() -> None:
    """What the project itself provides is parsed by it; other programs are only named."""
    verbs = re.findall(r"^def (\w+)\(python", (ROOT / ".ci" / "dev.py").read_text(encoding="utf-8"), re.MULTILINE)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    seen = 0
    for page in PAGES:
        for line, kind, text in blocks(page):
            for command in text.splitlines() if kind in {"sh", "console"} else ():
                words = shlex.split(command, comments=True)
                match words[:3]:
                    case ["jupyter", "sandbox", *_]:
                        cli.parser().parse_args(words[2:])
                    case ["python3", ".ci/dev.py", verb]:
                        assert verb in verbs, f"{of(page)}:{line}"
                    case ["python3", script, *_] if script.startswith("benchmarks/"):
                        assert (ROOT / script).is_file(), f"{of(page)}:{line}"
                    case ["pip", "install", *_]:
                        wanted = {extra for word in words for extra in re.findall(r"\[(.*?)\]", word)}
                        assert set() == wanted - set(extras), f"{of(page)}:{line}"
                seen += 1
    assert 10 <= seen


def test_data_blocks_can_be_read() -> None:
    for page in PAGES:
        for _, kind, text in blocks(page):
            if kind == "json":
                json.loads(text)
            elif kind == "toml":
                tomllib.loads(text)
            elif kind == "yaml":
                assert yaml.safe_load(text)
