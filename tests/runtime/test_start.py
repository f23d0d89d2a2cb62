"""How a sandbox starts from what it finds in its directory: a damaged store, a git checkout, settings of its host."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox_kernel.runtime.session import Session
from sandbox_kernel.versions.profile import Profile
from sandbox_kernel.versions.settings import VARIABLE, Settings

pytestmark = pytest.mark.process


@contextmanager
def opened(root: Path) -> Iterator[Session]:
    """A session, and the interpreter as it was before."""
    before = set(sys.modules)
    session = Session.open(root, namespaces=lambda: [])
    try:
        yield session
    finally:
        session.close()
        for name in set(sys.modules) - before:
            sys.modules.pop(name, None)


def test_a_sandbox_with_a_damaged_store_says_so_and_starts_from_its_files(tmp_path: Path) -> None:
    with opened(tmp_path) as session:
        assert session.apply({"corner": "PRICE = 3\n"}).ok
    database = tmp_path / ".sandbox" / "versions.db"
    database.write_bytes(b"x" * 5000 + database.read_bytes()[5000:])
    with opened(tmp_path) as session:
        (notice,) = session.notices
        assert "damaged" in notice
        (kept,) = (tmp_path / ".sandbox").glob("versions.db.damaged-*")
        assert kept.name in notice
        assert 3 == importlib.import_module("corner").PRICE
        assert session.apply({"corner": "PRICE = 4\n"}).ok
        assert [2, 1] == [version.number for version in session.store.history("corner")]


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_a_sandbox_in_a_git_checkout_leaves_git_alone(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        plain = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *plain, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "corner.py").write_text("PRICE = 3\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    inside = {path.name: path.read_bytes() for path in (tmp_path / ".git").iterdir() if path.is_file()}
    with opened(tmp_path) as session:
        assert session.apply({"corner": "PRICE = 4\n"}).ok
        assert session.roll_back("corner", 1).ok
        assert session.apply({"corner": "PRICE = 5\n"}).ok
    assert inside == {path.name: path.read_bytes() for path in (tmp_path / ".git").iterdir() if path.is_file()}
    assert " M corner.py\n" == git("status", "--porcelain")


def test_the_settings_of_the_host_hold_and_the_report_is_kept_with_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(profile=Profile("week 1", denied_modules=("socket",)), keep_versions=2)
    monkeypatch.setenv(VARIABLE, settings.to_text())
    with opened(tmp_path) as session:
        for number in range(4):
            assert session.apply({"corner": f"PRICE = {number}\nprint('priced')\n"}).ok
        assert not session.apply({"corner": "import socket\n"}).ok
        refused, accepted = session.store.timeline(limit=2)
        found = json.loads(refused.report)["problems"]["corner"]
        assert ("forbidden", 1) in [(one["code"], one["line"]) for one in found]
        assert "priced\n" == json.loads(accepted.report)["output"]
    with opened(tmp_path) as session:
        assert [5, 4] == [version.number for version in session.store.history("corner")]
