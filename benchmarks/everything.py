"""All tables of the README and the docs in one run, side by side with the peers, with the machine and every version.

    python benchmarks/everything.py            some ten minutes
    python benchmarks/everything.py --long     as the figures in the docs were made; an hour
    python benchmarks/everything.py start      these chapters only

The peers come with `pip install '.[bench]'`.

One after the other, never at the same time: each contest takes turns within itself, so that a busy machine meets all of its
contestants alike. Compare ratios of one run, not times of two.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
CHAPTERS: dict[str, tuple[str, list[str], list[str]]] = {  # title, short, long
    "reload": ("One reload against %autoreload and jurigged", ["reload.py", "--quick"], ["reload.py"]),
    "supervision": ("Calls and workers", ["supervision.py", "--rounds", "2"], ["supervision.py"]),
    "compile": ("Isolated compile and trial import", ["compile.py", "--rounds", "15"], ["compile.py"]),
    "history": ("A history of versions", ["history.py", "--versions", "2000"], ["history.py"]),
    "start": ("From asking for a kernel to its first reply", ["start.py", "8"], ["start.py", "20"]),
    "restart": ("Back after SIGKILL", ["restart.py", "5"], ["restart.py", "20"]),
    "isolation": ("What a level costs", ["isolation.py", "--rounds", "6"], ["isolation.py"]),
    "density": ("Many at once", ["density.py", "20"], ["density.py", "200"]),
    "checks": ("A check of an exercise", ["checks.py", "1"], ["checks.py", "3"]),
}
VERSIONS = ("sandbox-kernel", "ipykernel", "IPython", "jupyter-client", "pyzmq", "jurigged", "pykka", "triotp")


def machine() -> str:
    """What the figures were made on; peers that are not installed are named as such, since their rows are missing."""
    lines = [
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} processors"
    ]
    for name in VERSIONS:
        try:
            lines.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"{name}: not installed, its rows are missing")
    lines.append(f"load before the run: {os.getloadavg()[0]:.2f}; a quiet machine is below 0.5")
    return "\n".join(f"- {line}" for line in lines)


def chapter(title: str, command: list[str]) -> bool:
    say(f"\n## {title}\n\n`python benchmarks/{' '.join(command)}`\n")
    began = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, HERE / command[0], *command[1:]], env=environment, check=False)
    say(f"\n({time.monotonic() - began:.0f} s{'' if done.returncode == 0 else f', failed with {done.returncode}'})")
    return done.returncode == 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("chapters", nargs="*", metavar="CHAPTER", help=", ".join(CHAPTERS))
    asked.add_argument("--long", action="store_true", help="as many rounds as the figures in the docs had")
    given = asked.parse_args()
    if unknown := sorted(set(given.chapters) - set(CHAPTERS)):
        asked.error(f"there is no chapter '{unknown[0]}'; there are {', '.join(CHAPTERS)}")
    say(f"# Benchmarks of {time.strftime('%Y-%m-%d')}\n\n{machine()}")
    results = [
        chapter(CHAPTERS[name][0], CHAPTERS[name][2 if given.long else 1]) for name in given.chapters or CHAPTERS
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
