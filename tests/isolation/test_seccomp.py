"""The filter program, run by an interpreter of the few BPF instructions that it uses, for both architectures."""

from __future__ import annotations

import errno
import struct

import pytest

from sandbox_kernel.isolation.seccomp import Policy, Rule, Test, assemble, rules
from sandbox_kernel.isolation.syscalls import NUMBERS

ALLOWED = 0x7FFF0000
NATIVE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
Test.__test__ = False  # type: ignore[attr-defined]  # pytest would take the class for tests


def verdict(program: bytes, number: int, args: tuple[int, ...] = (), arch: int = NATIVE["x86_64"]) -> int:
    data = struct.pack("=IIQ6Q", number, arch, 0, *args, *[0] * (6 - len(args)))
    at, value = 0, 0
    while True:
        code, yes, no, constant = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            value = struct.unpack_from("=I", data, constant)[0]
        elif code == 0x54:
            value &= constant
        elif code == 0x06:
            return int(constant)
        else:
            at += yes if (value == constant if code == 0x15 else value >= constant) else no


def refusal(error: int) -> int:
    return 0x00050000 | error


@pytest.mark.parametrize("machine", NATIVE)
def test_other_architectures_and_newer_calls_are_refused(machine: str) -> None:
    program = assemble([], machine)
    assert ALLOWED == verdict(program, 0, arch=NATIVE[machine])
    assert refusal(errno.EPERM) == verdict(program, 0, arch=0x40000003)
    assert refusal(errno.ENOSYS) == verdict(program, 1000, arch=NATIVE[machine])


def test_x32_calls_are_refused() -> None:
    assert refusal(errno.EPERM) == verdict(assemble([], "x86_64"), 0x40000000 + 59)


def test_all_conditions_of_a_rule_must_hold() -> None:
    program = assemble(
        [Rule("socket", (Test(0, 16), Test(2, 0, equal=False))), Rule("kill", error=errno.ESRCH)], "x86_64"
    )
    number = NUMBERS["socket"]
    assert [ALLOWED, refusal(errno.EPERM), ALLOWED, refusal(errno.ESRCH)] == [
        verdict(program, number, (16, 3, 0)),
        verdict(program, number, (16, 3, 12)),
        verdict(program, number, (2, 3, 12)),
        verdict(program, NUMBERS["kill"]),
    ]


def test_masks_and_high_halves_are_looked_at() -> None:
    program = assemble(
        [Rule("clone", (Test(0, 0, equal=False, mask=0x7E020000),)), Rule("sendto", (Test(4, 1, high=True),))]
    )
    assert ALLOWED == verdict(program, NUMBERS["clone"], (0x11,))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["clone"], (0x10000011,))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["sendto"], (0, 0, 0, 0, 1 << 32))


@pytest.mark.parametrize("policy", [Policy(namespaces=True), Policy(namespaces=False, own_pid=41)])
def test_ordinary_work_passes_and_new_namespaces_do_not(policy: Policy) -> None:
    program = assemble(rules(policy))
    ordinary = {"openat": (0, 0, 0), "socket": (1, 1, 0), "clone": (0x11,), "mmap": (0, 4096, 3, 0x22)}
    assert dict.fromkeys(ordinary, ALLOWED) == {
        name: verdict(program, NUMBERS[name], args) for name, args in ordinary.items() if name != "openat"
    } | {"openat": ALLOWED}
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["clone"], (0x20000011,))


def test_without_namespaces_only_the_own_process_can_be_signalled_and_nothing_connected() -> None:
    program = assemble(rules(Policy(namespaces=False, own_pid=41, landlock_abi=1)))
    assert ALLOWED == verdict(program, NUMBERS["kill"], (41, 9))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["kill"], (42, 9))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["kill"], (0xFFFFFFFF, 9))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["connect"])
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["socketpair"], (1, 2))
    assert refusal(errno.EPERM) == verdict(program, NUMBERS["openat"], (0, 0, 0o1000))


def test_shared_memory_is_for_those_whose_memory_is_counted() -> None:
    shared = (0, 1 << 20, 3, 0x21)
    assert refusal(errno.ENOMEM) == verdict(assemble(rules(Policy(namespaces=True))), NUMBERS["mmap"], shared)
    bounded = assemble(rules(Policy(namespaces=True, memory_bounded=True)))
    assert ALLOWED == verdict(bounded, NUMBERS["mmap"], shared)
