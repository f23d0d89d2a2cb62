"""How fast is compilation in isolation? Run with `python benchmarks/compile.py`; docs/benchmarks-versions.md has results.

All contestants take turns in one run, so that a busy machine slows them alike; each figure is a median with the 95th
percentile. The one-module contest does what a careful person would do without this package: byte-compile the file in a
fresh interpreter, then import it in another.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.project import compile_project

MODULE = '''"""Prices of a shop."""

from dataclasses import dataclass, field
from decimal import Decimal

RATE = Decimal("0.19")


@dataclass
class Line:
    name: str
    price: Decimal
    count: int = 1

    def total(self) -> Decimal:
        return self.price * self.count


@dataclass
class Cart:
    lines: list[Line] = field(default_factory=list)

    def add(self, name: str, price: str, count: int = 1) -> None:
        if count < 1:
            raise ValueError("count must be at least 1")
        self.lines.append(Line(name, Decimal(price), count))

    def total(self) -> Decimal:
        return sum((line.total() for line in self.lines), Decimal(0)) * (1 + RATE)


VERSION = {number}
'''
PROJECT_MODULE = '"""Module {number}."""\n\nimport math\n{imports}\n\n' + "".join(
    f'''
class Shape{letter}:
    """A shape."""

    def __init__(self, size: float, name: str = "{letter}") -> None:
        self.size = size
        self.name = name

    def area(self, scale: float = 1.0) -> float:
        result = 0.0
        for step in range(10):
            if step % 2:
                result += math.sqrt(self.size) * step * scale
            else:
                result -= self.size / (step + 1)
        return result
'''
    for letter in "ABCDE"
)


def timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def run(*command: str, cwd: Path) -> None:
    subprocess.run([sys.executable, *command], check=True, cwd=cwd, stdout=subprocess.DEVNULL)


def middle(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:9.1f} ms   (95th {ordered[int(len(ordered) * 0.95)]:.1f})"


def median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def one_module(directory: Path, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"here": [], "subprocesses": [], "repeat": []}
    with Compiler(search_path=[str(directory)]) as compiler:
        compiler.compile({"cart": MODULE.replace("{number}", "0")})
        for number in range(1, rounds + 1):
            source = MODULE.replace("{number}", str(number))
            (directory / "cart.py").write_text(source)
            times["here"].append(timed(lambda source=source: compiler.compile({"cart": source}).raise_for_errors()))
            times["repeat"].append(timed(lambda source=source: compiler.compile({"cart": source}, trial_import=False)))

            def fresh() -> None:
                run("-m", "py_compile", "cart.py", cwd=directory)
                run("-c", "import cart", cwd=directory)

            times["subprocesses"].append(timed(fresh))
    return times


def report_one_module(times: dict[str, list[float]]) -> None:
    report("one module, syntax + names + trial import, isolated", times["here"])
    report("python -m py_compile, then python -c import", times["subprocesses"])
    report("the same text again, without the trial", times["repeat"])
    say(f"  ratio {median(times['subprocesses']) / median(times['here']):.1f} times faster (goal: 10)")


def project(directory: Path, files: int, rounds: int) -> None:
    for number in range(files):
        imports = f"import shape{number - 1}" if number else ""
        text = PROJECT_MODULE.replace("{number}", str(number)).replace("{imports}", imports)
        (directory / f"shape{number}.py").write_text(text)
    times: dict[str, list[float]] = {"here": [], "compileall": [], "repeat": []}
    with Compiler(search_path=[str(directory)]) as compiler:
        compiler.compile({"warm": ""})
        for _ in range(rounds):
            compiler.cache.clear()
            times["here"].append(timed(lambda: compile_project(directory, compiler=compiler).raise_for_errors()))
            times["repeat"].append(timed(lambda: compile_project(directory, compiler=compiler)))
            shutil.rmtree(directory / "__pycache__", ignore_errors=True)
            times["compileall"].append(timed(lambda: run("-m", "compileall", "-q", ".", cwd=directory)))
    report(f"{files} files, syntax + names + imports, isolated", times["here"])
    report("python -m compileall (byte code only)", times["compileall"])
    report("nothing changed", times["repeat"])
    say(f"  ratio {median(times['here']) / median(times['compileall']):.2f} times compileall (goal: at most 2)")
    say(f"  {median(times['repeat']) / files:.3f} ms a file when nothing changed (goal: below 1)")


def report(what: str, times: list[float]) -> None:
    say(f"{what:55}{middle(times)}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="turns of the one-module contest")
    parser.add_argument("--files", type=int, default=200)
    arguments = parser.parse_args()
    say(f"Python {sys.version.split()[0]} on {sys.platform}")
    with tempfile.TemporaryDirectory() as directory:
        report_one_module(one_module(Path(directory), arguments.rounds))
    with tempfile.TemporaryDirectory() as directory:
        project(Path(directory), arguments.files, max(5, arguments.rounds // 4))


if __name__ == "__main__":
    main()
