from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)

from sandbox_kernel.zygote.family import Family, family_of, stamp_of_packages, zygote_environ


def family(environ: dict[str, str], *, flags: tuple[str, ...] = (), stamp: str = "s") -> Family:
    return family_of("/usr/bin/python3", flags, ["--ext=x"], environ, stamp)


def test_the_same_start_gives_the_same_family() -> None:
    assert family({"HOME": "/h", "PATH": "/a"}).digest == family({"PATH": "/b", "HOME": "/h"}).digest


@pytest.mark.parametrize(
    "other",
    [
        family({"HOME": "/h", "PYTHONPATH": "/mine"}),
        family({"HOME": "/other"}),
        family({"HOME": "/h", "LD_PRELOAD": "x.so"}),
        family({"HOME": "/h"}, flags=("-Xutf8",)),
        family({"HOME": "/h"}, stamp="t"),
    ],
)
def test_what_a_fork_cannot_change_makes_another_family(other: Family) -> None:
    assert family({"HOME": "/h"}).digest != other.digest


def test_limits_that_a_child_inherits_make_another_family() -> None:
    before = family({}).digest
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0 if soft else min(1, hard) if hard >= 0 else 1, hard))
        changed = family({}).digest
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert (True, before) == (hard == 0 or changed != before, family({}).digest)


def test_a_zygote_is_given_no_secret() -> None:
    given = {"HOME": "/h", "PATH": "/bin", "JUPYTERHUB_API_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "k", "LANG": "C.UTF-8"}
    assert {"HOME": "/h", "PATH": "/bin", "LANG": "C.UTF-8"} == zygote_environ(given, "/h", Path("/nowhere"))


def test_kernels_with_homes_of_their_own_share_a_zygote_that_has_none() -> None:
    nowhere = Path("/nowhere")
    first, second = (
        zygote_environ({"HOME": f"/tmp/{name}", "IPYTHONDIR": f"/tmp/{name}/.ipython"}, "/h", nowhere) for name in "ab"
    )
    assert {"HOME": "/nowhere", "IPYTHONDIR": "/nowhere/ipython", "USER": "sandbox"} == first == second


def test_an_installed_package_changes_the_stamp(tmp_path: Path) -> None:
    packages = tmp_path / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    packages.mkdir(parents=True)
    environ = {"PYTHONUSERBASE": str(tmp_path), "HOME": str(tmp_path)}
    before = stamp_of_packages(environ)
    assert before == stamp_of_packages(environ)
    (packages / "fresh-1.0.dist-info").mkdir()
    assert before != stamp_of_packages(environ)


def test_a_changed_configuration_changes_the_stamp(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    before = stamp_of_packages(environ)
    profile = tmp_path / ".ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text("c = get_config()")
    assert before != stamp_of_packages(environ)
