"""A function that calls into a module which its own module imports: compilers treat such calls in a way of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from sandbox_kernel.reload.reloader import Reloader

FUNCTION = "def value():\n    time.sleep(0)\n    return {number}\n"
METHOD = "class Clock:\n    def value(self):\n        time.sleep(0)\n        return {number}\n"


@pytest.mark.parametrize(
    ("source", "call"),
    [
        (f"import time\n{FUNCTION}", "value()"),
        (f"import time\n{METHOD}", "Clock().value()"),
        (f"import time as time\n\n{METHOD}", "Clock().value()"),
        (f"try:\n    import time\nexcept ImportError:\n    time = None\n{METHOD}", "Clock().value()"),
        (f"if True:\n    import os.path, time\n{FUNCTION}", "value()"),
        (FUNCTION + "import time\n", "value()"),
    ],
)
def test_a_function_that_calls_into_an_imported_module_gets_its_new_code(
    source: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("calls_into")
    module.__file__ = str(tmp_path / "calls_into.py")
    monkeypatch.setitem(sys.modules, "calls_into", module)
    before = source.format(number=1)
    exec(compile(before, module.__file__, "exec", dont_inherit=True), module.__dict__)
    reloader = Reloader(lambda: (), trial=lambda _: None)
    reloader.adopt(module, before)
    for number in (2, 3):
        reloader.apply({"calls_into": source.format(number=number)})
        assert number == eval(call, module.__dict__)
