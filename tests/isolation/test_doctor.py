"""What the doctor says of machines that lack a piece: simulated by refusing the calls, so that it is found out for real."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sandbox_kernel.isolation import cgroups
from sandbox_kernel.isolation.levels import missing_for

pytestmark = [
    pytest.mark.kernel,  # no kernel runs here, but each test starts processes, which takes as long
    pytest.mark.skipif(sys.platform != "linux", reason="isolation levels with a hold are for Linux"),
]

ASK = """
import ctypes, dataclasses, errno, json, struct, sys
from sandbox_kernel.host import doctor
from sandbox_kernel.isolation import seccomp, syscalls
syscalls.NUMBERS.update({"mkdir": 83 if syscalls.MACHINE == "x86_64" else -1, "mkdirat": 258 if syscalls.MACHINE == "x86_64" else 34})
refused = [seccomp.Rule(name, error=getattr(errno, sys.argv[1])) for name in sys.argv[2:] if syscalls.NUMBERS[name] >= 0]
if refused:
    syscalls.no_new_privileges()
    code = ctypes.create_string_buffer(seccomp.assemble(refused))
    syscalls.call("seccomp", 1, 0, struct.pack("=HxxxxxxQ", (len(code) - 1) // 8, ctypes.addressof(code)))
print(json.dumps({finding.name: dataclasses.asdict(finding) for finding in doctor.isolation()}))
"""  # noqa: E501 - a program

Findings = dict[str, dict[str, str]]


def machine_without(*calls: str, error: str = "EPERM") -> Findings:
    asked = subprocess.run([sys.executable, "-P", "-c", ASK, error, *calls], capture_output=True, text=True, check=True)
    found: Findings = json.loads(asked.stdout)
    return found


def lacks(found: Findings, name: str) -> tuple[str, str, str]:
    """What was found, what it costs, how to get it; all three are said, in words for people."""
    piece = found[name]
    assert not piece["ok"]
    assert min(len(piece[part].split()) for part in ("cost", "fix")) > 3
    return piece["found"], piece["cost"], piece["fix"]


@pytest.mark.skipif(bool(missing_for("jail")), reason="this machine has no user namespaces to lose")
def test_without_user_namespaces_the_jail_is_missing_and_the_fence_is_the_strongest() -> None:
    found = machine_without("unshare")
    why, cost, fix = lacks(found, "isolation jail")
    assert "EPERM" in why
    assert "cannot be seen" in cost
    assert "namespaces" in fix or "unshare" in fix or "userns" in fix
    assert "the strongest here" in found["isolation fence"]["found"]


@pytest.mark.skipif(bool(missing_for("fence")), reason="this machine has no Landlock to lose")
def test_without_landlock_the_fence_is_missing() -> None:
    found = machine_without("landlock_create_ruleset", error="ENOSYS")
    assert "landlock" in lacks(found, "landlock")[2]
    assert "no Landlock" in lacks(found, "isolation fence")[0]


def test_without_seccomp_only_limits_are_left() -> None:
    found = machine_without("seccomp", error="EINVAL")
    for level in ("isolation jail", "isolation fence"):
        lacks(found, level)
    assert "the strongest here" in found["isolation limits"]["found"]


@pytest.mark.skipif(bool(cgroups.why_not()), reason="this machine has no cgroups to lose")
def test_without_cgroups_it_says_what_they_would_hold() -> None:
    found = machine_without("mkdir", "mkdirat", error="EROFS")
    why, cost, fix = lacks(found, "cgroups")
    assert "not delegated" in why
    assert "memory" in cost
    assert "Delegate=yes" in fix
