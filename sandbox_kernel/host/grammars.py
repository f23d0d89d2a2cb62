"""Postpones what `rfc3987_syntax` does at import: it builds 39 grammars of addresses, which takes over a second, longer than
all else that a command imports. Wherever it is installed jsonschema imports it, and nbformat imports jsonschema.

For processes that are ours from the start, the command line and the tests; a program that embeds sandboxes is left alone.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

NAME = "rfc3987_syntax"


class _Later(ModuleType):
    """In its place until something of it is used."""

    def is_valid_syntax(self, term: str, value: str) -> bool:
        """The one name that jsonschema takes."""
        return bool(_real().is_valid_syntax(term, value))

    def __getattr__(self, name: str) -> Any:  # Any: whatever the module has
        if name.startswith("__"):
            raise AttributeError(name)  # the import system looks whether it is a package
        return getattr(_real(), name)


def postpone() -> None:
    """Before anything imports jsonschema; without effect where the module is loaded already, or not installed."""
    if NAME not in sys.modules and (spec := importlib.util.find_spec(NAME)) is not None:
        sys.modules[NAME] = _Later(NAME)
        sys.modules[NAME].__spec__ = spec


def _real() -> ModuleType:
    if isinstance(sys.modules.get(NAME), _Later):
        del sys.modules[NAME]
    return importlib.import_module(NAME)
