"""The choice of a level, on this machine and on machines that lack parts (simulated by refusing the calls)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from sandbox_kernel.errors import StartError
from sandbox_kernel.isolation.levels import choose, explain, machine, missing_for
from sandbox_kernel.isolation.spec import LEVELS, Level

NONE_OF: dict[Level, str] = {"none": "", "limits": "", "fence": "no Landlock (ENOSYS)", "jail": "unshare (EPERM)"}
BARE = NONE_OF.__getitem__
REFUSE = """
import errno, runpy, struct, ctypes
from sandbox_kernel.isolation import seccomp, syscalls
syscalls.no_new_privileges()
refused = [seccomp.Rule(name, error=errno.{error}) for name in {names}]
code = ctypes.create_string_buffer(seccomp.assemble(refused))
syscalls.call("seccomp", 1, 0, struct.pack("=HxxxxxxQ", (len(code) - 1) // 8, ctypes.addressof(code)))
runpy.run_module("sandbox_kernel.isolation.probe", run_name="__main__")
"""


def machine_without(*names: str, error: str) -> Callable[[Level], str]:
    code = REFUSE.format(names=names, error=error)
    command = [sys.executable, "-P", "-c", code, *LEVELS]
    found: dict[Level, str] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found.__getitem__


def test_auto_takes_the_strongest_and_says_what_is_missing() -> None:
    choice = choose("auto", BARE)
    assert "limits" == choice.level
    assert [
        "isolation 'jail' is not available: unshare (EPERM); ",
        "isolation 'fence' is not available: no Landlock (ENOSYS); ",
    ] == [reason[: reason.index(";") + 2] for reason in choice.reasons]


def test_a_named_level_that_cannot_be_had_is_an_error_with_the_next_step() -> None:
    with pytest.raises(StartError, match=r"isolation 'jail' is not available: .* Ask for 'limits' or 'auto' instead"):
        choose("jail", BARE)


def test_a_weaker_level_is_chosen_only_by_name() -> None:
    assert ("limits", ()) == (choose("limits", BARE).level, choose("limits", BARE).reasons)
    assert "none" == choose("none", BARE).level


def test_an_unknown_level_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there is no isolation level 'vm'; there are auto, none, limits, fence, jail"):
        choose("vm", BARE)


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux" or bool(missing_for("jail")), reason="this machine has no jail to lose")
def test_without_user_namespaces_auto_takes_the_fence() -> None:
    here = machine_without("unshare", error="EPERM")
    assert "fence" == choose("auto", here).level
    assert here("jail").endswith("(EPERM)")
    assert explain("jail", here).startswith(here("jail") + "; ")


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux" or bool(missing_for("fence")), reason="this machine has no fence to lose")
def test_without_landlock_there_is_no_fence_but_the_jail_holds() -> None:
    here = machine_without("landlock_create_ruleset", error="ENOSYS")
    assert "this kernel has no Landlock (ENOSYS)" == here("fence")
    assert missing_for("jail") == here("jail")


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux" or bool(missing_for("jail")), reason="this machine has no jail")
def test_a_jail_needs_no_tracing() -> None:
    assert "" == machine_without("ptrace", error="EPERM")("jail")


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is for Linux")
def test_without_seccomp_neither_fence_nor_jail_is_claimed() -> None:
    here = machine_without("seccomp", error="EINVAL")
    assert "limits" == choose("auto", here).level


@pytest.mark.process
def test_the_whole_machine_is_described() -> None:
    here = machine()
    assert "" == here.missing["none"]
    assert set(LEVELS) == set(here.missing)
    assert choose("auto").level == here.strongest
