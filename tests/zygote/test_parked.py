from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("kernels are parked on Linux", allow_module_level=True)

from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import Spec, can_come_later, kind_of
from sandbox_kernel.zygote.parked import KINDS, Kind, Lot, count_from, seen_at


def kind(memory_mb: int = 12) -> Kind:
    return Kind(Spec("jail", "/", limits=Limits(memory_mb=500 + memory_mb)), seeded=True)


def test_only_what_was_asked_for_is_parked() -> None:
    lot = Lot(1)
    assert (None, None, False) == (lot.missing(), lot.due_s(), lot.is_short)
    lot.want(kind())
    assert (kind(), 0.0, True) == (lot.missing(), lot.due_s(), lot.is_short)
    assert None is lot.take(kind())


def test_nothing_is_parked_right_after_somebody_was_served() -> None:
    lot = Lot(1)
    lot.want(kind())
    lot.pause()
    assert 0 < (lot.due_s() or 0)


def test_kinds_that_are_not_asked_for_any_more_are_forgotten_but_not_a_class() -> None:
    lot = Lot(1)
    lot.want(kind(1), count=40)
    for number in range(2, 9):
        lot.want(kind(number))
    assert [kind(1), *(kind(number) for number in range(9 - KINDS, 9))] == list(lot._wanted)


def test_other_levels_and_no_count_are_not_parked() -> None:
    lot = Lot(1)
    lot.want(Kind(Spec("fence", "/"), seeded=True))
    assert None is lot.missing()
    none = Lot(0)
    none.want(kind())
    assert None is none.missing()


MOUNTS = b"""22 1 8:1 / / rw - ext4 /dev/a rw
30 22 0:5 / /proc rw - proc proc rw
31 22 8:2 / /home rw - ext4 /dev/b rw
32 31 8:3 / /home/ada/notes/data rw - ext4 /dev/c rw
33 22 0:9 / /run/netns/x rw - nsfs nsfs rw
"""


def test_what_is_mounted_elsewhere_does_not_matter() -> None:
    seen = [line.split()[4] for line in seen_at(["/home/ada/notes"], MOUNTS)]
    assert [b"/", b"/home", b"/home/ada/notes/data"] == seen
    assert [b"/"] == [line.split()[4] for line in seen_at(["/homes"], MOUNTS)]


@pytest.mark.parametrize(("text", "count"), [(None, 1), ("", 1), ("0", 0), ("12", 12), ("-1", 1), ("many", 1)])
def test_the_number_is_read_from_the_environment(text: str | None, count: int) -> None:
    assert count == count_from(text)


def test_a_kind_holds_nothing_of_one_sandbox() -> None:
    spec = Spec(
        "jail", "/a", programs=("/p",), writable=("/a/b",), readable=("/a",), hidden=("/a/x",), home="/h", user=70_001,
        cgroups=("/c",), memory_bounded=True,
    )  # fmt: skip
    assert Spec("jail", "/", programs=("/p",), user=0, memory_bounded=True) == kind_of(spec)
    assert -1 == kind_of(spec._replace(user=-1)).user


@pytest.mark.parametrize(
    ("writable", "readable", "hidden", "can"),
    [
        ("/srv/notes/sandboxes/a", ("/srv/notes",), ("/srv/notes/sandboxes",), True),
        ("/srv/notes/sandboxes/a", ("/srv/notes",), (), False),  # what lies beside it is shown
        ("/srv/notes/a", ("/srv/notes/a/data",), (), False),  # it would cover what is shown below it
        ("/srv/notes/a", ("/srv/other",), (), True),
        ("/tmp/notes/a", ("/tmp/notes",), (), True),
        ("/a", (), (), False),
        ("/usr/a", (), (), False),
    ],
)
def test_a_directory_can_come_later_unless_its_folder_is_shown(
    writable: str, readable: tuple[str, ...], hidden: tuple[str, ...], can: bool
) -> None:
    spec = Spec("jail", str(Path(writable).parent), writable=(writable,), readable=readable, hidden=hidden)
    assert can is can_come_later(spec)
    assert not can_come_later(spec._replace(level="fence"))
