"""How the memory of the prepared process is laid out, so that kernels share as much of it as they can.

A page is copied for a kernel as soon as the kernel writes to it. Three kinds of writes do nearly all of it, and each has
its cure here, in the order in which `prepare` applies them:

    counters and caches in code that runs   `compact`: this code is brought together, a third of the pages
    reference counts                        `immortalize` (CPython 3.12 and 3.13): they are not counted any more
    new objects between old ones            `fill`: the free blocks are used up, new ones get pages of their own

Last, `collapse` makes the fork itself cheap.

Weighed for reference counts: (a) leave them: half of what a kernel copies; (b) a heap of its own for each kernel: that is a
new interpreter; (c) what CPython does for `None` and small integers, for all prepared objects: (c). They are never freed
then, which no prepared object is meant to be. Where the interpreter does not know of it, or not in this form, it is left.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import sysconfig
import tempfile
from collections.abc import Collection
from types import CodeType, CoroutineType, FrameType, FunctionType, GeneratorType

_ARENA_MAX = -8
_LARGE_GAP, _IN_A_ROW = 8192, 6
_BYTES_HEADER = sys.getsizeof(b"")
_IMMORTAL = 0xFFFFFFFF  # the lower half of a reference count in CPython 3.12 and 3.13
_LARGE, _COLLAPSE = 2 << 20, 25
_LIVING = (FrameType, GeneratorType, CoroutineType)


# -- code ---------------------------------------------------------------------------------------------------------


def compact(running: Collection[int]) -> int:
    """Replaces the code that will run (by identity) with copies that lie side by side; how many there are."""
    copies: dict[int, CodeType] = {}

    def copy_of(code: CodeType) -> CodeType:
        if id(code) not in running:
            return code
        if id(code) not in copies:
            inner = tuple(copy_of(each) if isinstance(each, CodeType) else each for each in code.co_consts)
            copies[id(code)] = code.replace(co_consts=inner)
        return copies[id(code)]

    functions = [each for each in gc.get_objects() if type(each) is FunctionType and id(each.__code__) in running]
    originals = [function.__code__ for function in functions]  # kept until the end: a copy must not take their place
    for function, original in zip(functions, originals, strict=True):
        function.__code__ = copy_of(original)
    return len(copies)


# -- reference counts ---------------------------------------------------------------------------------------------


def immortalize() -> int:
    """Takes all objects that are there out of the counting of references; how many, 0 where that cannot be done."""
    if not can_be_immortal():
        return 0
    objects = _everything()
    addresses = sorted(map(id, objects))
    first, words = addresses[0], (addresses[-1] - addresses[0]) // 4 + 1
    counts = memoryview((ctypes.c_uint32 * words).from_address(first)).cast("B").cast("I")
    for address in addresses:
        counts[(address - first) >> 2] = _IMMORTAL
    return len(addresses)


def can_be_immortal() -> bool:
    """Whether this interpreter counts as is written above: known version, and `None` itself is the proof."""
    known = sys.implementation.name == "cpython" and sys.version_info[:2] in ((3, 12), (3, 13))
    plain = sys.maxsize > 2**32 and sys.byteorder == "little" and not sysconfig.get_config_var("Py_GIL_DISABLED")
    traced = hasattr(sys, "gettotalrefcount")
    return known and plain and not traced and sys.getrefcount(None) == _IMMORTAL


def _everything() -> list[object]:
    """All objects that the collector knows and what they refer to, once each, but for what is running."""
    found: list[object] = []
    seen: set[int] = set()
    seen.update((id(found), id(seen)))
    fresh = gc.get_objects()
    while fresh:
        passive = list({id(each): each for each in fresh if id(each) not in seen}.values())
        passive = [each for each in passive if not isinstance(each, _LIVING)]
        seen.update(map(id, passive))
        found += passive
        fresh = gc.get_referents(*passive)
        for each in passive:
            if type(each) is CodeType:
                fresh += _inside(each)
    return found


def _inside(code: CodeType) -> list[object]:
    """The collector does not look into code. Names of variables are not counted when it runs."""
    return [code.co_consts, code.co_names, code.co_name, code.co_qualname, code.co_filename]


def forget_lookups() -> None:
    """Each entry of the interpreter's cache of attributes that a kernel replaces costs it the page of the old name; from
    3.12 on names are not counted."""
    if sys.version_info < (3, 12):
        sys._clear_type_cache()


# -- free blocks --------------------------------------------------------------------------------------------------

_fillers: list[object] = []


def one_arena() -> None:
    """All threads of a kernel share one heap: the interpreter's lock keeps them apart anyway, and each heap costs pages."""
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def fill() -> None:
    """Uses up the free blocks between the objects that are here to stay.

    The allocators would give them to the kernel's own new objects, and each such object makes the page that it shares
    with old ones a private copy. Without them new objects go to pages of their own. The blocks lie in pages that are
    there anyway; in a kernel this saves a quarter of its memory.
    """
    _fill_gaps()
    for size, free in _free_blocks().items():
        _fillers.extend(_filler(size) for _ in range(free))


def collapse() -> int:
    """Puts the prepared memory into large pages where the system can (Linux 6.1); how many.

    A fork copies an entry for each page, three forks lead to a kernel with its keeper and its compile worker, and large
    pages are one entry for 512. What a kernel writes to is copied in small pages as before.
    """
    madvise = getattr(_libc(), "madvise", None)
    if madvise is None:
        return 0
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps", encoding="ascii") as file:
        areas = [line.split() for line in file]
    count = 0
    for span, rights, _, _, inode, *name in areas:
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            low, high = (int(end, 16) for end in span.split("-"))
            low, high = -(-low // _LARGE) * _LARGE, high // _LARGE * _LARGE
            if high > low and madvise(low, high - low, _COLLAPSE) == 0:
                count += (high - low) // _LARGE
    return count


def _filler(size: int) -> object:
    """An object that takes exactly one block of this size, and that no collection looks at."""
    if size == 16:
        return object()
    return float(size) if size == 32 else bytes(size - _BYTES_HEADER)


def _free_blocks() -> dict[int, int]:
    """How many free blocks the pools in use have, by size; CPython tells it on its standard error only."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(before, 2)
            os.close(before)
        file.seek(0)
        rows = [line.split() for line in file.read().decode("ascii", "replace").splitlines()]
    return {int(row[1]): int(row[4]) for row in rows if len(row) == 5 and all(cell.isdigit() for cell in row)}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _fill_gaps() -> None:
    """The same for what C libraries allocate: small gaps in the heap of `malloc`, from large to small.

    Pieces that come one right after the other come from a gap that is large enough to be left alone.
    """
    malloc = getattr(_libc(), "malloc", None)
    if malloc is None:
        return
    malloc.restype, malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    for size in range(_LARGE_GAP, 0, -16):
        last = in_a_row = 0
        while in_a_row < _IN_A_ROW:
            piece = malloc(size + 8) or 0
            in_a_row = in_a_row + 1 if piece - last == size + 16 else 0
            last = piece
