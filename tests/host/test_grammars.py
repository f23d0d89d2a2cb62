"""What jsonschema would build at import is built when it is used, and gives the same answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("rfc3987_syntax", reason="the formats of jsonschema are not installed")
CODE = """
import sys
from sandbox_kernel.host import grammars
grammars.postpone()
import jsonschema
print("lark" in sys.modules)
check = jsonschema.FormatChecker()
print(check.conforms("https://example.org/ö", "iri"), check.conforms("no address", "iri"), "lark" in sys.modules)
import rfc3987_syntax
print(len(rfc3987_syntax.RFC3987_SYNTAX_TERMS) > 20)
"""


@pytest.mark.process
def test_grammars_are_built_when_an_address_is_checked() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60)
    assert ("False\nTrue False True\nTrue\n", "") == (done.stdout, done.stderr)
