"""Which directory and page `jupyter sandbox lab` opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_config_path
from jupyter_server.services.config.manager import ConfigManager

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host import lab


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation without a checkout."""
    path = tmp_path / "prefix" / "lessons"
    path.mkdir(parents=True)
    (path / "01-first.ipynb").write_text("{}")
    monkeypatch.setattr(lab, "CHECKOUT", tmp_path / "nowhere")
    monkeypatch.setattr(lab, "SHIPPED", path)
    return path


def test_a_checkouts_lessons_are_opened_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.setattr(lab, "CHECKOUT", tmp_path)
    assert tmp_path / "lessons" == lab.find_lessons(None, Path("/nowhere"))


def test_shipped_lessons_are_copied_once_and_a_learners_work_stays(shipped: Path, tmp_path: Path) -> None:
    own = lab.find_lessons(None, tmp_path)
    assert (tmp_path / "sandbox-lessons", "{}") == (own, (own / "01-first.ipynb").read_text())
    (own / "01-first.ipynb").write_text('{"mine": 1}')
    lab.find_lessons(None, tmp_path)
    assert '{"mine": 1}' == (own / "01-first.ipynb").read_text()


def test_another_directory_may_be_named(shipped: Path, tmp_path: Path) -> None:
    assert tmp_path == lab.find_lessons(str(tmp_path), Path("/nowhere"))
    with pytest.raises(SandboxError, match=r"there is no directory .*gone; name one that holds notebooks"):
        lab.find_lessons(str(tmp_path / "gone"), tmp_path)


def test_an_installation_without_lessons_says_what_to_do(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab, "SHIPPED", tmp_path / "gone")
    with pytest.raises(SandboxError, match="this installation has no lessons; name a directory"):
        lab.find_lessons(None, tmp_path)


def test_the_first_lesson_is_the_courses_first(tmp_path: Path) -> None:
    for name in ("b.ipynb", "c.ipynb"):
        (tmp_path / name).write_text("{}")
    assert "b.ipynb" == lab.first_lesson(tmp_path)
    (tmp_path / "course.toml").write_text('[[lesson]]\npath = "gone.md"\n[[lesson]]\npath = "c.md"\n')
    assert "c.ipynb" == lab.first_lesson(tmp_path)


@pytest.mark.parametrize("course", ["", "not = [toml", "lesson = 5"])
def test_a_directory_without_lessons_has_no_first(course: str, tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text(course)
    assert "" == lab.first_lesson(tmp_path)


def test_our_launcher_asks_no_question_about_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/elsewhere")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", lab._environment()["JUPYTER_CONFIG_PATH"])
    defaults = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    assert "false" == defaults["@jupyterlab/apputils-extension:notification"]["fetchNews"]
    assert "/elsewhere" in jupyter_config_path()
