"""The compile worker: a warm, single-threaded process that forks a limited child for each request.

Started by `compiler.Compiler` on demand, never imported in a kernel. Requests and answers are frames of JSON on two
pipes; it ends when its parent does (the pipe closes), when it was idle for long, or when told. It never runs a
learner's code itself and reads nothing that a child wrote except its length, and a child's first frame, which it writes
before it knows any code.

The child that waits reads the request from the pipe itself: a process less on the way that somebody waits for. Its first
frame, `taken`, tells the worker the limits and the time, and where the next child may get ready for.

An answer is: {"child": pid}, then {"how", "status", "frames", "output_bytes"}, then that many frames of the child,
then its output. `how` is `ended`, or the limit that ended the child: `time`, `output`, `answer`, `processes`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.versions import confine, work
from sandbox_kernel.versions.compile_child import Child, Place
from sandbox_kernel.versions.frames import FrameError, read_frame, split_frames, write_frame

REQUEST_LIMIT = 256 << 20
ANSWER_LIMIT = 16 << 20
OUTPUT_KEPT = 64 << 10
IDLE_S = 600.0
_STEP_S = 0.05  # how often the count of processes is looked at while a child runs
Json = dict[str, Any]  # Any: JSON


def main() -> None:
    """Takes the two pipes from descriptors 0 and 1, and gives these away so that nothing prints into an answer."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    settings = json.loads(read_frame(requests, limit_bytes=REQUEST_LIMIT, deadline=time.monotonic() + 60))
    prepare(settings)
    enter = entry(settings.get("enter", ""))
    parent = os.getppid()
    place: Place | None = None
    while True:
        # While nobody waits; most requests come from the same place. One that is there already is not kept waiting.
        child = Child(enter, requests, warm=not _is_there(requests), place=place)
        try:
            taken = _taken(child, requests, parent)
            if taken is None or not serve(child, taken, requests, answers):
                return  # what would not die is left to the reaper above; a new worker has no such children
        except (FrameError, BrokenPipeError):
            return
        place = Place(tuple(taken["search_path"]), taken["directory"])


def prepare(settings: Json) -> None:
    """Imports what children are likely to need, once, and keeps the collector from touching those pages again."""
    confine.become_reaper()
    sys.dont_write_bytecode = True
    gc.disable()
    for name in settings.get("preload", []):
        with contextlib.suppress(Exception):  # a missing or broken package costs its import later, no more
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.enable()


def entry(name: str) -> Callable[[], None] | None:
    """The isolation room's seam: `package.module:function`, called in each child before it takes its request."""
    if not name:
        return None
    module, _, function = name.partition(":")
    found: Callable[[], None] = getattr(importlib.import_module(module), function)
    return found


def _is_there(requests: int) -> bool:
    poller = select.poll()
    poller.register(requests, select.POLLIN)
    return bool(poller.poll(0))


def _taken(child: Child, requests: int, parent: int) -> Json | None:
    """What the child says once it has a request; None when there is none for long, or nobody left to ask.

    An inherited copy of the pipe can hide the parent's end, so its id is looked at.
    """
    poller = select.poll()
    poller.register(requests, 0)  # only its closing is of interest
    poller.register(child.answer, select.POLLIN)
    until = time.monotonic() + IDLE_S
    while time.monotonic() < until:
        ready = {fd for fd, _ in poller.poll(30_000)}
        if child.answer in ready:
            frame = read_frame(child.answer, limit_bytes=REQUEST_LIMIT, deadline=time.monotonic() + 60)
            taken: Json = json.loads(frame)
            return taken if taken.get("kind") == "taken" else None
        if requests in ready or os.getppid() != parent:
            return None
    return None


# -- in the worker ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Watched:
    """What came from a child so far."""

    answer: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    output_bytes: int = 0
    how: str = "ended"
    status: int = 0


def serve(child: Child, taken: Json, requests: int, answers: int) -> bool:
    """True when nothing of the child is left. The answer does not wait for the end of a killed process' memory."""
    try:
        write_frame(answers, json.dumps({"child": child.pid}).encode())
        seen = watch(child, requests, taken)
        confine.kill_group(child.pid)
        frames, rest = split_frames(bytes(seen.answer))
        head = {"how": seen.how, "status": seen.status, "frames": len(frames), "output_bytes": seen.output_bytes}
        head["torn"] = seen.status == 0 and bool(rest)  # a child that was killed may have been in the middle of one
        write_frame(answers, json.dumps(head).encode(), *frames, bytes(seen.output))
    finally:
        swept = confine.sweep(child.pid)
        child.close()
    return swept


def watch(child: Child, requests: int, taken: Json) -> Watched:
    """Until the child ends, says that it did, or reaches a limit."""
    seen = Watched()
    answer, output = child.answer, child.output
    limits = taken["limits"]
    deadline = time.monotonic() + float(taken["timeout_s"])
    tasks = confine.tasks()
    exited = _pidfd(child.pid)
    poller = select.poll()
    poller.register(requests, 0)  # only its closing is of interest
    for fd in (answer, output, exited):
        if fd >= 0:
            os.set_blocking(fd, False)
            poller.register(fd, select.POLLIN)
    try:
        while seen.how == "ended":
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                seen.how = "time"
                break
            ready = {fd for fd, _ in poller.poll(min(remaining, _STEP_S if exited >= 0 else 0.01) * 1000)}
            if requests in ready:
                raise FrameError("the parent ended")
            for fd in (answer, output):
                if fd in ready and not _take(fd, seen, is_answer=fd == answer):
                    poller.unregister(fd)
            if seen.answer.endswith(work.END):  # what it printed was written before
                _take(output, seen, is_answer=False)
                break
            if exited in ready or (exited < 0 and not ready):
                done, status = os.waitpid(child.pid, os.WNOHANG)
                if done:
                    seen.status = os.waitstatus_to_exitcode(status)
                    _take(answer, seen, is_answer=True)
                    _take(output, seen, is_answer=False)
                    break
            _bound(seen, limits, tasks)
    finally:
        if exited >= 0:
            os.close(exited)
    return seen


def _bound(seen: Watched, limits: Json, tasks: int) -> None:
    if len(seen.answer) > ANSWER_LIMIT:
        seen.how = "answer"
    elif seen.output_bytes > limits["output_bytes"]:
        seen.how = "output"
    elif (
        confine.tasks() > tasks + limits["processes"]
        and len(confine.descendants(os.getpid()) or ()) > limits["processes"]
    ):
        seen.how = "processes"


def _take(fd: int, seen: Watched, *, is_answer: bool) -> bool:
    """Reads what is there; false at the end of the pipe."""
    while True:
        try:
            part = os.read(fd, 1 << 16)
        except BlockingIOError:
            return True
        if not part:
            return False
        if is_answer:
            seen.answer += part
            if len(seen.answer) > ANSWER_LIMIT:
                return True  # back to the limits, so that a flood cannot keep us here
            continue
        seen.output_bytes += len(part)
        seen.output += part[: max(0, OUTPUT_KEPT - len(seen.output))]
        if seen.output_bytes > OUTPUT_KEPT:
            return True  # as above


def _pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


if __name__ == "__main__":
    main()
