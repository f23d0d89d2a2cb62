"""The next step for a learner: from CPython's own words about an error, or from a name that cannot be found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

_SYNTAX: tuple[tuple[str, str], ...] = (
    (r"expected ':'", "put a colon ':' at the end of the statement"),
    (r"'(.)' was never closed", "add the bracket that closes '{0}'"),
    (r"unmatched '(.)'", "remove this '{0}' or add the bracket that opens it"),
    (r"closing parenthesis '(.)' does not match", "the bracket opened last must be closed first; change '{0}'"),
    (r"unterminated triple-quoted", "close the text with the same three quotes"),
    (r"unterminated (f-)?string|EOL while scanning", "close the text with the same quote on the same line"),
    (r"forgot a comma", "put a comma between the two values, or a missing operator"),
    (r"Maybe you meant '=='|cannot assign to .* here", "to compare, write '=='; to assign, put a name left of '='"),
    (r"cannot assign to (True|False|None|keyword)", "choose another name: this one belongs to Python"),
    (r"cannot assign to|cannot delete", "only a name, an attribute or an item can stand here"),
    (r"expected an indented block", "indent the line after the colon by four spaces"),
    (r"unexpected indent", "remove the extra spaces at the start of this line"),
    (r"unindent does not match", "line it up with the start of the block it belongs to"),
    (r"inconsistent use of tabs", "use spaces only, four for each level; most editors can convert tabs"),
    (r"Missing parentheses in call to '(\w+)'", "write {0}(...)"),
    (r"'(return|yield|await|yield from)' outside", "'{0}' belongs inside a function: indent it or remove it"),
    (r"'await' outside async|outside async function", "make the function around it 'async def'"),
    (r"'(break|continue)' (outside|not properly)", "'{0}' belongs inside a loop: indent it or remove it"),
    (r"invalid non-printable character", "delete the invisible character, which often comes from copied text"),
    (r"invalid character '(.)'", "replace '{0}' by the plain character of the keyboard"),
    (r"invalid (decimal|hexadecimal|octal|binary|imaginary) literal", "a name cannot start with a digit"),
    (r"leading zeros", "write the number without zeros in front, or as 0o... if it is octal"),
    (r"unicodeescape|unicode error", 'put an r in front of the quote, as in r"C:\\users", or double each backslash'),
    (r"positional argument follows keyword", "put the arguments without '=' first"),
    (r"(non-default|without a default).*(default)", "put the parameters with a default value last"),
    (r"duplicate (argument|parameter)", "give each parameter a name of its own"),
    (r"keyword argument repeated", "give this argument only once"),
    (r"expected 'except' or 'finally'", "every 'try:' needs an 'except ...:' or 'finally:' after its block"),
    (r"(prior to|before) (global|nonlocal) declaration", "move the declaration to the first line of the function"),
    (r"no binding for nonlocal", "the name must be assigned in a function around this one"),
    (r"f-string", "look at what stands between the braces of the f-string"),
    (r"invalid escape sequence '(.+)'", 'double the backslash, or put an r in front of the quote, as in r"{0}"'),
    (r'"is( not)?" with', "compare values with '==' or '!='"),
    (r"object is not callable; perhaps you missed a comma", "put a comma between the two values"),
    (r"assertion is always true", "remove the brackets around the condition and its message"),
    (r"import \* only allowed", "import the names that you need, one by one"),
    (r"from __future__", "move this import to the first line of the module"),
    (r"unexpected EOF|unexpected end", "something opened above is not closed: look for a missing bracket or block"),
    (r"unexpected character after line continuation", "nothing may follow a backslash at a line's end; remove one"),
    (r"too many (statically )?nested|too deeply nested|recursion", "split the code into functions or short expressions"),
)  # fmt: skip
_SYNTAX_DEFAULT = (
    "look at the marked place and at the end of the line before it: often a bracket, comma or colon is missing"
)

# What to install where the name of the package is not the name of the module.
_PACKAGES = {
    "bs4": "beautifulsoup4", "cv2": "opencv-python-headless", "dateutil": "python-dateutil", "dotenv": "python-dotenv",
    "fitz": "pymupdf", "PIL": "pillow", "serial": "pyserial", "skimage": "scikit-image", "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}  # fmt: skip


def for_syntax(message: str) -> str:
    """The fix for an error or warning of CPython's compiler."""
    for pattern, hint in _SYNTAX:
        match = re.search(pattern, message)
        if match:
            return hint.format(*match.groups())
    return _SYNTAX_DEFAULT


def close(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, or nothing."""
    found = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.8)
    return found[0] if found else ""


def for_missing_module(name: str, known: Iterable[str]) -> str:
    """What to do about an import that finds no module of this name."""
    top = name.partition(".")[0]
    near = close(top, known)
    if near and near != top:
        return f"did you mean 'import {near}'?"
    return f"install it with %pip install {_PACKAGES.get(top, top)}, or make a module '{top}' in this sandbox"


def for_undefined(name: str, known: Iterable[str], modules: Iterable[str]) -> str:
    """What to do about a name that nothing defines."""
    if name in set(modules):
        return f"add 'import {name}' at the top of the module"
    near = close(name, known)
    return f"did you mean '{near}'?" if near else "define or import it before it is used, or correct its spelling"
