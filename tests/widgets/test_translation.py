"""Every text of the front end is there in German, and nothing is that no view says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jupyterlab_server.translation_utils import get_installed_packages_locale

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in (ROOT / "widgets" / "src").rglob("*.ts*") if not path.name.startswith("wire")]
CATALOG = ROOT / "sandbox_kernel" / "locale" / "de_DE" / "LC_MESSAGES" / "sandbox_kernel.json"
TEXT = r'"((?:[^"\\]|\\.)*)"'
ASKED = re.compile(rf"\bt\(\s*{TEXT}")
PLURAL = re.compile(rf"\bplural\(\s*[^,]+,\s*{TEXT},\s*{TEXT}")
TABLE = re.compile(r"const [A-Z]+: Record<[^=]*= \{(.*?)\}|const SLOW = (.*?);", re.S)
WORDS = {"running", "stopped", "restarting", "suspended", "blocked", "crashed", "error", "warning", "info"}
"""What the sandbox itself says of a node or a problem."""


def asked() -> set[str]:
    found = set(WORDS)
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(ASKED.findall(text)) | {one for pair in PLURAL.findall(text) for one in pair}
        if re.search(r"\bt\([A-Z]+", text):
            tables = "".join(body for pair in TABLE.findall(text) for body in pair)
            found |= set(re.findall(TEXT, tables)) - {"live", "rejected", "good", "bad", "quiet", "busy"}
    return found


@pytest.fixture(scope="module")
def german() -> dict[str, list[str]]:
    catalog: dict[str, list[str]] = json.loads(CATALOG.read_text(encoding="utf-8"))
    return {text: given for text, given in catalog.items() if text}


def test_every_text_has_its_german(german: dict[str, list[str]]) -> None:
    assert set() == asked() - set(german)


def test_no_german_is_left_over(german: dict[str, list[str]]) -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert set() == {text for text in german if f'"{text}"' not in everything and text not in WORDS}


def test_a_translation_fills_in_the_same_values(german: dict[str, list[str]]) -> None:
    values = re.compile(r"\{\w+\}")
    assert [] == [text for text, (given,) in german.items() if set(values.findall(text)) != set(values.findall(given))]


def test_its_head_is_as_jupyterlab_reads_it() -> None:
    head = json.loads(CATALOG.read_text(encoding="utf-8"))[""]
    assert {"domain", "language", "plural_forms"} == head.keys()


def test_jupyterlab_finds_it(german: dict[str, list[str]]) -> None:
    found, message = get_installed_packages_locale("de_DE")
    assert "" == message
    assert german == {text: given for text, given in found["sandbox_kernel"].items() if text}
