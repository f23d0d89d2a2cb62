from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

GRAMMARS = "rfc3987_syntax"
collect_ignore = ["edits"]  # some 1400 folders with no test of their own: `reload/test_edits.py` reads them


def is_valid_syntax(term: str, value: str) -> bool:
    """Stands in for the function of this name until an address is checked by it, which no test does: at import, the real
    one builds 39 grammars, which takes longer than all else that the quick tests import."""
    del sys.modules[GRAMMARS]
    from rfc3987_syntax import is_valid_syntax as check

    return bool(check(term, value))


if GRAMMARS not in sys.modules:  # jsonschema asks for it, and nbformat for jsonschema
    sys.modules[GRAMMARS] = ModuleType(GRAMMARS)
    sys.modules[GRAMMARS].is_valid_syntax = is_valid_syntax  # type: ignore[attr-defined]


def pytest_collection_finish() -> None:
    """What was imported by now stays: looking through it at every collection would take a tenth of the quick tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def zygotes_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All tests share the zygotes of this run, and they end with it; a user's own are left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_KERNEL_ZYGOTES", str(tmp_path_factory.mktemp("zygotes")))
        patch.setenv("SANDBOX_KERNEL_IDLE_S", "60")
        yield
        if sys.platform == "linux" and "sandbox_kernel.host.zygotes" in sys.modules:
            from sandbox_kernel.host import zygotes
            from sandbox_kernel.zygote.protocol import End

            asyncio.run(zygotes.tell_all(End()))
