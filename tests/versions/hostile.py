"""Code that does harm when it is imported, and what is left of it. For the tests of the trial import."""

from __future__ import annotations

from sandbox_kernel.versions.artifact import CompileReport, Diagnostic
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.worker_process import _marked


def only_error(report: CompileReport) -> Diagnostic:
    ((_, found),) = report.errors
    return found


def left_behind(compiler: Compiler) -> list[int]:
    """Processes that carry the mark of this compiler's worker and outlive a request, without the worker itself.

    The child that waits for the next request carries it too, but serves that one and ends. A worker answers before it
    sweeps and sweeps before it serves again, so two requests are enough for whatever can be swept.
    """
    process = compiler._worker._process
    assert process is not None
    before = set(_marked(process._token))
    assert all(compiler.compile({"probe": "x = 1\n"}).ok for _ in range(2))
    return sorted(before & set(_marked(process._token)) - {process.pid})


HOSTILE = {
    "timeout": ("while True: pass\n", "importing 'cart' did not finish within 0.5 s", "a loop or a wait"),
    "sleep": ("import time\ntime.sleep(1000)\n", "did not finish within 0.5 s", "a loop or a wait"),
    "ignores signals": (
        "import signal\nfor n in range(1, 32):\n"
        "    if n not in (9, 19): signal.signal(n, signal.SIG_IGN)\nwhile True: pass\n",
        "did not finish within 0.5 s",
        "a loop or a wait",
    ),
    "sys.exit": ("import sys\nsys.exit(3)\n", "importing 'cart' ends the program", "put it in a function"),
    "os._exit": ("import os\nos._exit(3)\n", "ended the whole process (exit code 3)", "os._exit"),
    "os._exit 0": ("import os\nos._exit(0)\n", "ended the whole process (exit code 0)", "os._exit"),
    "memory": ("x = bytearray(10**10)\n", "needs more memory than it may have", "make it smaller"),
    "many bytes": ("x = []\nwhile True: x.append(bytearray(10**7))\n", "needs more memory", "make it smaller"),
    "recursion": ("def f(): f()\nf()\n", "RecursionError", "give it a case in which it stops"),
    "flood": ("while True: print('x' * 10000)\n", "prints more than 1 MB", "a print in a loop"),
    "flood below Python": ("import os\nwhile True: os.write(2, b'x' * 10000)\n", "prints more than 1 MB", "a print"),
    "forks": ("import os\nwhile True: os.fork()\n", "starts more than 8 processes", "start fewer"),
    "crash": ("import ctypes\nctypes.string_at(0)\n", "crashed Python itself (SIGSEGV)", "extension module"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)\n", "was killed", "use less memory"),
    "input": ("input('name? ')\n", "EOFError", "cannot ask for input"),
    "closes everything": ("import os\nos.closerange(0, 256)\n", "broke the way by which", "do not close"),
    "closes the answer": ("import os\nos.close(3)\n", "broke the way by which the outcome is told", "do not close"),
    "garbage in the answer": ("import os\nos.write(3, b'garbage' * 999)\n", "broke the way by which", "do not close, write"),
    "garbage and an end": ("import os\nos.write(3, b'\\xff' * 99)\nos._exit(0)\n", "broke the way by which", "do not close"),
    "replaces json": ("import json\njson.dumps = None\n", "broke the way by which the outcome is told", "or replace"),
    "replaces os.write": ("import os\nos.write = os._exit = None\n", "broke the way by which", "or replace"),
    "replaces import": ("import builtins\nbuiltins.__import__ = None\n", "broke Python for what comes", "do not replace"),
    "clears the modules": ("import sys\nsys.modules.clear()\n", "KeyError: 'cart'", "correct this line"),
    "traces": ("import sys\ndef t(*_): raise ValueError('t')\nsys.settrace(t)\n", "ValueError: t", "correct this line"),
    "an alarm": (
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.02)\nwhile True: pass\n", "a signal (SIGALRM)", "for a timer",
    ),
    "ends itself": ("import os\nos.kill(os.getpid(), 15)\n", "was ended by a signal (SIGTERM)", "a signal that it sends"),
    "kills its group": ("import os\nos.killpg(0, 9)\n", "was killed", "do not kill processes"),
    "stops itself": ("import os\nos.kill(os.getpid(), 19)\n", "did not finish within 0.5 s", "a wait that never ends"),
    "becomes a program": ("import os\nos.execv('/bin/true', ['true'])\n", "ended the whole process", "os.exec"),
    "exits in a thread": (
        "import os, threading, time\nthreading.Thread(target=os._exit, args=(5,)).start()\ntime.sleep(9)\n",
        "ended the whole process (exit code 5)", "os._exit",
    ),
    "goes on twice": ("import os\nos.fork()\n", "splits the process in two (os.fork)", "end the new process with os._exit"),
    "goes on twice, raising": ("import os\nif not os.fork(): raise SystemExit\n", "splits the process in two", "os._exit"),
    "threads without end": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(9,)).start()\n",
        "", "",
    ),
    "mapped memory": ("import mmap\nx = [mmap.mmap(-1, 10**9) for _ in range(9)]\n", "Cannot allocate", "needs more memory"),
    "a large file": ("open('large', 'wb').write(bytes(20 << 20))\n", "File too large", "a larger file than"),
    "open files": ("x = []\nwhile True: x.append(open('/dev/null'))\n", "Too many open files", "more files than"),
    "never deleted": ("class A:\n    def __del__(self):\n        while True: pass\nA()\n", "within 0.5 s", "a loop"),
    "odd traceback": (
        "class E(BaseException):\n    __traceback__ = property(lambda self: 1 / 0)\nraise E\n",
        "ZeroDivisionError", "replace",
    ),
    "a group": ("raise ExceptionGroup('g', [ValueError(1)])\n", "ExceptionGroup: g (1 sub-exception)", "correct this line"),
    "raises at printing": (
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd\n", "Odd", "correct this line",
    ),
    "keyboard interrupt": ("raise KeyboardInterrupt\n", "KeyboardInterrupt", "remove what interrupts"),
    "base exception": ("raise BaseException('x')\n", "BaseException: x", "correct this line"),
    "endless text": ("raise ValueError('x' * 10**7)\n", "ValueError: xxx", "correct this line"),
}  # fmt: skip
