"""The copy of a lesson that learners get: solutions and wrong answers gone, prompts and checks locked, hints on request.

Pure: a notebook in, a notebook out. What is taken away here stays in the lesson's own notebook, where the desk finds it
by lesson and cell id.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
from typing import Any

from sandbox_kernel.classroom.lessons import KEY, LessonError, strip_magic
from sandbox_kernel.classroom.quiz import read_quiz
from sandbox_kernel.classroom.text import Notebook, normalised

_REMOVED = ("solution", "wrong")
_LOCKED = ("prompt", "module", "check", "quiz", "setup")
_REMEMBERED = ("exercise", "demo")  # what may be edited
STARTER = "starter_sha256"


def sha256(text: str) -> str:
    """How the text of a cell that may be edited is remembered, so that an update replaces it while nobody has touched it."""
    return hashlib.sha256(text.encode()).hexdigest()


def student_copy(lesson: Notebook, *, salt: str = "") -> Notebook:
    """Raises LessonError for what is no lesson. `salt` makes quiz hashes repeatable; none gives a fresh one."""
    copied = normalised(copy.deepcopy(lesson))
    manifest = copied.metadata.get(KEY)
    if not manifest or manifest.get("kind") != "lesson":
        raise LessonError("a student copy is made of a lesson; this notebook's kind is not 'lesson'")
    manifest["kind"] = "student"
    salt = salt or secrets.token_hex(8)
    copied.cells = [out for cell in copied.cells if (out := _for_student(cell, salt)) is not None]
    return copied


def _for_student(cell: Notebook, salt: str) -> Notebook | None:
    meta: dict[str, Any] = cell.metadata.get(KEY, {})  # Any: JSON
    role = meta.get("role", "")
    if role in _REMOVED or (role == "check" and meta.get("visibility") == "server"):
        return None
    if role == "hint":
        return _hint_on_request(cell, meta) if meta.get("order", 1) == 1 else None
    if role in _LOCKED:
        cell.metadata["editable"] = False
        cell.metadata["deletable"] = False
    if role == "check":
        cell.metadata["jupyter"] = {"source_hidden": True}
    if role == "exercise":
        cell.metadata["deletable"] = False
    if role in _REMEMBERED:
        meta[STARTER] = sha256(strip_magic(cell.source))
    if role == "quiz":
        meta["answers"] = [f"{salt}${sha256(salt + text)}" for text in read_quiz(cell.source).right]
        _as_code(cell, f"%sandbox_quiz {meta['id']}")
    return cell


def _hint_on_request(cell: Notebook, meta: dict[str, Any]) -> Notebook:  # Any: JSON
    """One line that asks for the next hint, in place of the first hint; the desk decides whether it is time."""
    cell.metadata["deletable"] = cell.metadata["editable"] = False
    return _as_code(cell, f"%sandbox_hint {meta['exercise']}")


def _as_code(cell: Notebook, source: str) -> Notebook:
    cell.update({"cell_type": "code", "source": source, "outputs": [], "execution_count": None})
    return cell
