"""A name that is defined twice is a warning that says where, never a failed compilation."""

from __future__ import annotations

import pytest

from sandbox_kernel.versions.compiler import Compiler

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    "source",
    ["from os import path\nfrom sys import path\nprint(path)\n", "def path():\n    pass\ndef path():\n    pass\n"],
)
def test_a_second_definition_is_a_warning_with_the_line_of_the_first(source: str) -> None:
    compiler = Compiler()
    try:
        report = compiler.compile({"twice": source}, trial_import=False)
    finally:
        compiler.close()
    (finding,) = report.diagnostics["twice"]
    assert ("warning", "'path' is defined again; the one of line 1 is never used") == (
        finding.severity,
        finding.message,
    )
