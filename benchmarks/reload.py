"""Latency of one reload, against `%autoreload` (both reloaders) and jurigged, in one run.

    python benchmarks/reload.py --quick
    python benchmarks/reload.py --kinds functions --counts 1000 --heaps 0 100000 --keep figures.json    some cells
    python benchmarks/reload.py --counts --keep figures.json                     the table of all that was kept

One function (or method) of a module of N definitions is edited, back and forth, while M unrelated objects live. Each
tool runs in a process of its own and is driven through the call that its own magic or watcher makes; the medians are
shown. A tool that is slow ends after `--budget-s` with the rounds that it has done. Ours is also measured end to end:
with the trial import in a separate process before each reload, and as a sandbox does it (isolated compile, trial import,
version store, reload, file).
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = ("sandbox-kernel", "end to end", "session", "superreload", "deduperreload", "jurigged")
DRIVER = r"""
import gc, importlib, json, os, statistics, sys, time
tool, kind, root = sys.argv[1], sys.argv[2], sys.argv[6]
count, heap, rounds = map(int, sys.argv[3:6])
budget_s = float(sys.argv[7])
clock = time.process_time if sys.argv[8] == "processor" else time.perf_counter
sys.path.insert(0, root)
path = os.path.join(root, "bench.py")
MIDDLE = count // 2

def text(version):
    parts = ["STATE = []\n"]
    for i in range(count):
        value = version if i == MIDDLE else 0
        if kind == "functions":
            parts.append(f"\ndef f{i}(x, y={i}):\n    STATE.append({i})\n    z = x + y * {i}\n")
            parts.append(f"    return ({value}, {i}, z)\n")
        else:
            parts.append(f"\nclass C{i}:\n    k = {i}\n    def go(self, x):\n        return ({value}, self.k, x)\n")
            parts.append(f"    def other(self):\n        return {i}\n")
    return "".join(parts)

def save(version):
    with open(path, "w") as file:
        file.write(text(version))
    t = 1_000_000_000 + version * 10
    os.utime(path, (t, t))

save(0)
if tool == "session":
    from pathlib import Path
    from sandbox_kernel.runtime.session import Session
    session = Session.open(Path(root), namespaces=lambda: [])
    import bench
    def reload():
        applied = session.apply({"bench": current})
        assert applied.ok, applied.summary
elif tool in ("sandbox-kernel", "end to end"):
    from sandbox_kernel.reload.reloader import Reloader
    trial = None if tool == "end to end" else (lambda sources: None)
    reloader = Reloader(trial=trial)
    reloader.watch_imports()
    if trial is None:
        from sandbox_kernel.reload import effects
        effects.needs_trial = lambda plans: True  # the worst case: each reload is tried first
    def reload(): reloader.reload_files([path])
    import bench
elif tool == "jurigged":
    from jurigged.live import watch
    watcher = watch(pattern=lambda name: name.startswith(root), logger=lambda event: None, autostart=False)
    import bench
    def reload(): watcher.refresh(path)
else:
    from IPython.extensions.autoreload import ModuleReloader
    loader = ModuleReloader(shell=None)
    loader.enabled = loader.check_all = True
    loader.autoload_obj = False
    loader.deduper_reloader.enabled = tool == "deduperreload"
    loader.check()
    import bench
    loader.modules_mtimes["bench"] = os.stat(path).st_mtime
    loader.check()
    def reload(): loader.check()

class Thing:
    def __init__(self, i): self.i = i
heap_objects = [Thing(i) for i in range(heap)]
if kind == "functions":
    held = getattr(bench, f"f{MIDDLE}")
    call = lambda: held(1)[0]
else:
    held = getattr(bench, f"C{MIDDLE}")()
    call = lambda: held.go(1)[0]
times = []
begun = time.perf_counter()
for version in range(1, rounds + 2):
    gc.collect()  # before the save, not after it: a walk over a million objects leaves the processor's caches cold
    if tool == "session":
        current = text(version)
    else:
        save(version)
    start = clock()
    reload()
    times.append((clock() - start) * 1000)
    if call() != version:
        print(json.dumps({"error": f"old reference returned {call()} instead of {version}"}))
        sys.exit()
    if len(times) > 1 and time.perf_counter() - begun > budget_s:
        break
print(json.dumps({"first": times[0], "times": times[1:]}))
if tool == "session":
    session.close()
elif tool in ("sandbox-kernel", "end to end"):
    reloader.unwatch_imports()
"""


Cell = tuple[str, int, int]  # kind, definitions, other objects
Figures = dict[str, dict[str, float | str]]  # cell -> tool -> median in ms, or why there is none


def measure(tool: str, cell: Cell, options: argparse.Namespace) -> list[float] | str:
    """Milliseconds of each round, or why there are none."""
    kind, count, heap = cell
    with tempfile.TemporaryDirectory() as root:
        driver = Path(root, "driver.py")
        driver.write_text(DRIVER)
        numbers = [str(number) for number in (count, heap, options.rounds)]
        command = [sys.executable, str(driver), tool, kind, *numbers, root, str(options.budget_s), options.clock]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=options.limit_s, check=False)
        except subprocess.TimeoutExpired:
            return f"> {options.limit_s:.0f} s"
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            return f"failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
        answer = json.loads(lines[-1])
        times: list[float] = answer.get("times", [])
        return times or str(answer.get("error"))


def fill(cell: Cell, figures: Figures, tools: tuple[str, ...], options: argparse.Namespace) -> None:
    row = figures.setdefault(" ".join(map(str, cell)), {})
    tools = tuple(tool for tool in tools if tool not in row)  # what was kept is not measured again
    found: dict[str, list[float]] = {tool: [] for tool in tools}
    for _ in range(options.repeats):
        for tool in tools:
            result = measure(tool, cell, options)
            if isinstance(result, str):
                row[tool] = result
            else:
                found[tool] += result
    row |= {tool: round(statistics.median(times), 2) for tool, times in found.items() if times}
    sys.stderr.write(f"{cell} {row}\n")


def table(figures: Figures) -> list[str]:
    tools = [tool for tool in TOOLS if any(tool in row for row in figures.values())]
    lines = ["| module | other objects | " + " | ".join(tools) + " |", "|---|---|" + "---|" * len(tools)]
    for key in sorted(figures, key=lambda key: (key.split()[0] != "functions", *map(int, key.split()[1:]))):
        kind, count, heap = key.split()
        shown = [figures[key].get(tool, "") for tool in tools]
        cells = [f"{value:.2f}" if isinstance(value, float | int) else value for value in shown]
        lines.append(f"| {count} {kind} | {int(heap):,} | " + " | ".join(cells) + " |")
    return lines


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="modules of 10 and 100 definitions, no other objects")
    parser.add_argument("--tool", action="append", help="only this one (may be repeated)")
    parser.add_argument("--kinds", nargs="+", default=["functions", "classes"])
    parser.add_argument("--counts", type=int, nargs="*", default=[10, 100, 1000, 5000])
    parser.add_argument("--heaps", type=int, nargs="+", default=[0, 100_000, 1_000_000])
    parser.add_argument(
        "--clock",
        choices=["wall", "processor"],
        default="wall",
        help="processor: time of the process itself, for a machine with other work; not for what asks other processes",
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=1, help="interleaved processes of each tool")
    parser.add_argument("--budget-s", type=float, default=10.0, help="no further round after so much time")
    parser.add_argument("--limit-s", type=float, default=60.0, help="for one process; longer is shown as such")
    parser.add_argument(
        "--keep", metavar="FILE", help="add to the figures of this file what it lacks, and show them all"
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    if options.quick:
        options.counts, options.heaps = [10, 100], [0]
    kept = Path(options.keep) if options.keep else None
    figures: Figures = json.loads(kept.read_text()) if kept is not None and kept.exists() else {}
    for kind in options.kinds:
        for count in options.counts:
            for heap in options.heaps:
                fill((kind, count, heap), figures, tuple(options.tool or TOOLS), options)
                if kept is not None:
                    kept.write_text(json.dumps(figures, indent=1))
    command = " ".join(["python", "benchmarks/reload.py", *sys.argv[1:]])
    head = f"Median milliseconds, `{command}`, CPython {platform.python_version()}, {platform.machine()}:\n\n"
    sys.stdout.write(head + "\n".join(table(figures)) + "\n")


if __name__ == "__main__":
    main()
