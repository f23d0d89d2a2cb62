"""What can be said about names and texts before anything is started: pure and quick, in the caller's process."""

from __future__ import annotations

import keyword
import sys

from sandbox_kernel.versions.artifact import Diagnostic


def check_name(module: str) -> Diagnostic | None:
    """A module's name: identifiers joined by dots."""
    parts = module.split(".")
    for part in parts:
        if not part.isidentifier():
            hint = "use letters, digits and _, not starting with a digit"
            return Diagnostic("error", f"'{module}' cannot be a module's name", hint, "module-name")
        if keyword.iskeyword(part):
            text = f"'{module}' cannot be a module's name: '{part}' is a word of Python"
            return Diagnostic("error", text, f"call it '{part}_' or another name", "module-name")
    if parts[0] in sys.builtin_module_names or parts[0] == "__main__":
        text = f"'{parts[0]}' cannot be a module's name: it is part of Python itself and would never be found"
        return Diagnostic("error", text, f"call it 'my_{parts[0]}' or another name", "module-name")
    if parts[0] in sys.stdlib_module_names:
        text = f"'{parts[0]}' hides Python's own module of that name from everything in this sandbox"
        return Diagnostic("warning", text, f"call it 'my_{parts[0]}' or another name", "hides-stdlib")
    return None


def check_text(source: str, limit_bytes: int) -> list[Diagnostic]:
    """Findings that keep a text from the parser; empty when it may go there."""
    if len(source) > limit_bytes or (not source.isascii() and len(source.encode("utf-8", "replace")) > limit_bytes):
        text = f"the module is longer than {limit_bytes / 1e6:g} MB"
        return [Diagnostic("error", text, "split it into modules, or keep data in a file of its own", "too-long")]
    if source.startswith("\ufeff"):
        text = "the text begins with an invisible byte order mark, which only files may have"
        return [Diagnostic("error", text, "delete the first, invisible character", "byte-order-mark", 1, 1, 1, 2)]
    position = source.find("\0")
    if position >= 0:
        line, column = _place(source, position)
        text = "the text holds a NUL character, which no Python module may"
        return [
            Diagnostic("error", text, "delete it; perhaps this is no text file", "nul", line, column, line, column + 1)
        ]
    for position, character in enumerate(source) if not source.isascii() else ():
        if "\ud800" <= character <= "\udfff":
            line, column = _place(source, position)
            text = "the text holds half a character (a lone surrogate), which cannot be saved as UTF-8"
            return [
                Diagnostic("error", text, "delete it and type it again", "surrogate", line, column, line, column + 1)
            ]
    return []


def decode(data: bytes) -> tuple[str, Diagnostic | None]:
    """The text of a file as Python reads it: byte order mark, then coding line, then UTF-8."""
    if data.isascii() and b"\r" not in data and b"coding" not in data[:500]:  # as most are, and much quicker
        return data.decode("ascii"), None
    from io import BytesIO, TextIOWrapper
    from tokenize import detect_encoding

    try:
        encoding, _ = detect_encoding(BytesIO(data).readline)
    except SyntaxError as error:
        hint = "save the file as UTF-8 and remove the coding line"
        return "", Diagnostic(
            "error", f"the encoding of the file is not known: {error.msg}", hint, "encoding", 1, 1, 1, 1
        )
    try:
        return TextIOWrapper(BytesIO(data), encoding).read(), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = f"a byte in this line is not {encoding}: 0x{data[error.start]:02x}"
        return "", Diagnostic("error", text, "save the file as UTF-8 in your editor", "encoding", line)


def _place(source: str, position: int) -> tuple[int, int]:
    start = source.rfind("\n", 0, position) + 1
    return source.count("\n", 0, position) + 1, position - start + 1
