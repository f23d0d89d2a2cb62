"""The six verbs of this project, for people and for CI: setup, fmt, check, test, docs, build.

    python3 .ci/dev.py test            everything that runs in minutes; more arguments go to pytest
    python3 .ci/dev.py test --quick    those that start no kernel, process or browser: under ten seconds

Needs nothing but Python 3.11: the first call makes `.venv` and installs the project and its tools into it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sandbox_kernel.bootstrap import SetupError, ensure, say  # noqa: E402

QUICK = "not (kernel or process or browser or soak)"
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)")


def setup(python: str, arguments: list[str]) -> int:
    say(f"The project and its tools are installed in {ROOT / '.venv'}.")
    return 0


def fmt(python: str, arguments: list[str]) -> int:
    return run(python, "-m", "ruff", "format", ".") or run(python, "-m", "ruff", "check", "--fix", ".")


def check(python: str, arguments: list[str]) -> int:
    steps = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    return max(run(python, "-m", *step) for step in steps)


def quick() -> list[str]:
    """What selects the quick tests. Two folders hold none of them: collecting those is for nothing. Much of the time goes
    into making and removing files: they lie in memory where the machine has that."""
    if os.access("/dev/shm", os.W_OK):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")
    return ["-m", QUICK, "--ignore=tests/browser", "--ignore=tests/journeys"]


def test(python: str, arguments: list[str]) -> int:
    if "--quick" in arguments:
        return run(python, "-m", "pytest", *quick(), *(word for word in arguments if word != "--quick"))
    selection = [] if any(word.startswith("-m") for word in arguments) else ["-m", "not soak"]
    return run(python, "-m", "pytest", *selection, *arguments)


def docs(python: str, arguments: list[str]) -> int:
    """The documentation as web pages in `docs/_build/html`; a warning is an error, and so is a link that leads nowhere."""
    pages = [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    say("\n".join(broken) or f"{len(pages)} pages, every link leads somewhere")
    built = run(python, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    return 1 if broken else built


def build(python: str, arguments: list[str]) -> int:
    """The wheel and the sdist, into `dist/`."""
    return run(python, "-m", "hatchling", "build")


VERBS = {verb.__name__: verb for verb in (setup, fmt, check, test, docs, build)}


def run(*command: str) -> int:
    return subprocess.call(command, cwd=ROOT, stdin=subprocess.DEVNULL)


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in VERBS:
        say(f"usage: python3 .ci/dev.py {{{','.join(VERBS)}}} [arguments]")
        return 2
    try:
        python = ensure(ROOT, "test")
    except SetupError as error:
        say(str(error))
        return 1
    return VERBS[arguments[0]](python, arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
