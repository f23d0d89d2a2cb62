"""Latency of one reload, against `%autoreload` (both reloaders) and jurigged, in one run.

    python benchmarks/reload.py [--quick] [--write docs/benchmarks-reload.md]

One function (or method) of a module of N definitions is edited, back and forth, while M unrelated objects live. Each
tool runs in a process of its own and is driven through the call that its own magic or watcher makes. Rounds are
interleaved, the medians are shown. Ours is also measured end to end, with the trial import in a separate process before
it.
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

TOOLS = ("sandbox-kernel", "sandbox-kernel end to end", "superreload", "deduperreload", "jurigged")
DRIVER = r"""
import gc, importlib, json, os, statistics, sys, time
tool, kind, root = sys.argv[1], sys.argv[2], sys.argv[6]
count, heap, rounds = map(int, sys.argv[3:6])
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
if tool.startswith("sandbox"):
    from sandbox_kernel.reload.reloader import Reloader
    trial = None if tool.endswith("end") else (lambda sources: None)
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
for version in range(1, rounds + 2):
    save(version)
    gc.collect()
    start = time.perf_counter()
    reload()
    times.append((time.perf_counter() - start) * 1000)
    if call() != version:
        print(json.dumps({"error": f"old reference returned {call()} instead of {version}"}))
        sys.exit()
print(json.dumps({"first": times[0], "times": times[1:]}))
if tool.startswith("sandbox"):
    reloader.unwatch_imports()
"""


def measure(tool: str, kind: str, count: int, heap: int, rounds: int, limit_s: float) -> list[float] | str:
    """Milliseconds of each round, or why there are none."""
    with tempfile.TemporaryDirectory() as root:
        driver = Path(root, "driver.py")
        driver.write_text(DRIVER)
        command = [sys.executable, str(driver), tool, kind, str(count), str(heap), str(rounds), root]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            return f"> {limit_s:.0f} s"
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            return f"failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
        answer = json.loads(lines[-1])
        times: list[float] = answer.get("times", [])
        return times or str(answer.get("error"))


def table(
    cells: list[tuple[str, int, int]], tools: tuple[str, ...], rounds: int, repeats: int, limit_s: float
) -> list[str]:
    lines = ["| module | other objects | " + " | ".join(tools) + " |", "|---|---|" + "---|" * len(tools)]
    for kind, count, heap in cells:
        found: dict[str, list[float]] = {tool: [] for tool in tools}
        failed: dict[str, str] = {}
        for _ in range(repeats):
            for tool in tools:
                if tool not in failed:
                    result = measure(tool, kind, count, heap, rounds, limit_s)
                    if isinstance(result, str):
                        failed[tool] = result
                    else:
                        found[tool] += result
        shown = [failed.get(tool) or f"{statistics.median(found[tool]):.2f}" for tool in tools]
        lines.append(f"| {count} {kind} | {heap:,} | " + " | ".join(shown) + " |")
        sys.stderr.write(lines[-1] + "\n")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="modules of 10 and 100 definitions, no other objects")
    parser.add_argument("--tool", action="append", help="only this one (may be repeated)")
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 100, 1000, 5000])
    parser.add_argument("--heaps", type=int, nargs="+", default=[0, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=2, help="interleaved processes of each tool")
    parser.add_argument(
        "--limit-s", type=float, default=60.0, help="for one process; what takes longer is shown as such"
    )
    parser.add_argument("--write", metavar="FILE", help="write the table there")
    options = parser.parse_args()
    counts, heaps = ([10, 100], [0]) if options.quick else (options.counts, options.heaps)
    cells = [(kind, count, heap) for kind in ("functions", "classes") for count in counts for heap in heaps]
    tools = tuple(options.tool or TOOLS)
    lines = table(cells, tools, options.rounds, options.repeats, options.limit_s)
    command = " ".join(["python", "benchmarks/reload.py", *sys.argv[1:]])
    text = (
        "# Latency of a reload\n\n"
        f"Median milliseconds of one reload after the edit of one function (or method), by `{command}`, "
        f"CPython {platform.python_version()}, {platform.machine()}.\n"
        "Every tool had to update a reference that was taken before the edit; one that did not shows what it returned.\n"
        "`end to end` adds the trial import in a separate process, also where the reloader would go without.\n\n"
        + "\n".join(lines)
        + "\n"
    )
    if options.write:
        Path(options.write).write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
