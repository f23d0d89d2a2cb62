"""The lesson that `lesson new` writes: small, whole, free of findings, so that an author changes what works already."""

from __future__ import annotations

import re
from typing import Any

import nbformat

from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.text import Notebook, normalised

_STARTER = '''%%sandbox_answer greet
def greet(name):
    """A greeting for `name`, such as 'Hello, Ada!'."""
    raise NotImplementedError'''
_CHECK = '''%%sandbox_check greet
def test_greets_by_name(lab):
    """The greeting has the name in it."""
    assert lab.answer.greet("Ada") == "Hello, Ada!", "Put the name between 'Hello, ' and '!'."
    assert lab.answer.greet("Grace") == "Hello, Grace!", "The name comes from the argument."'''
_SOLUTION = """%%sandbox_answer greet
def greet(name):
    return f"Hello, {name}!\""""
_WRONG = """%%sandbox_answer greet
def greet(name):
    return "Hello, Ada!\""""


def new_lesson(name: str, title: str) -> Notebook:
    """A whole lesson whose id is made of `name`."""
    lesson_id = re.sub(r"[^a-zA-Z0-9]+", "-", re.sub(r"^[0-9]+-", "", name)).strip("-").lower() or "lesson"
    cells = [
        _cell("markdown", f"# {title}\n\nSay in two sentences what this lesson is about.", role="prompt", id="welcome"),
        _cell("code", f"%sandbox_lesson {lesson_id}", role="setup", id="start"),
        _cell("markdown", "## Exercise 1\n\nWrite a greeting.", role="prompt", id="greet-prompt", exercise="greet"),
        _cell("code", _STARTER, role="exercise", id="greet", points=1, goals=["greet"], target="greet"),
        _cell("code", _CHECK, role="check", id="greet-check", exercise="greet", points=1, visibility="visible"),
        _cell(
            "markdown", "An f-string puts a value into a text.", role="hint", id="greet-hint", exercise="greet", order=1
        ),
        _cell("code", _SOLUTION, role="solution", id="greet-solution", exercise="greet"),
        _cell("code", _WRONG, role="wrong", id="greet-wrong", exercise="greet", message="comes from the argument"),
    ]
    metadata = {KEY: _manifest(lesson_id, title)}
    return normalised(nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}))


def _cell(cell_type: str, source: str, **meta: object) -> dict[str, Any]:  # Any: JSON
    return {"id": meta["id"], "cell_type": cell_type, "source": source, "metadata": {KEY: meta}}


def _manifest(lesson_id: str, title: str) -> dict[str, Any]:  # Any: JSON
    return {
        "schema": 1,
        "kind": "lesson",
        "id": lesson_id,
        "title": title,
        "version": "0.1.0",
        "language": "en",
        "minutes": 10,
        "level": "beginner",
        "license": "MIT",
        "requires": {"python": ">=3.11", "packages": [], "network": False, "after": []},
        "goals": [{"id": "greet", "text": "write a function that uses its argument"}],
        "limits": {"cell_seconds": 60, "check_seconds": 10, "memory_mb": 512},
        "policy": {"hint_after_attempts": 1, "solution_after_attempts": 3},
    }
