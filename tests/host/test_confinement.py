from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec

from sandbox_kernel.errors import StartError
from sandbox_kernel.host.confinement import LEVEL, LIMITS, Confinement, confinement_for, settings_for
from sandbox_kernel.isolation.levels import Choice
from sandbox_kernel.isolation.limits import PROFILES, Limits

TOKENS = {"JUPYTERHUB_API_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "s", "SSH_AUTH_SOCK": "/x", "JPY_API_TOKEN": "u"}


def test_the_environment_is_an_allow_list() -> None:
    given = {
        **TOKENS,
        "PATH": "/bin",
        "LC_ALL": "C",
        "HOME": "/home/ada",
        "MY_FLAG": "1",
        "SANDBOX_KERNEL_ENV": "MY_FLAG",
    }
    kept = Confinement(Choice("jail"), Limits()).environment(given)
    assert {
        "PATH",
        "LC_ALL",
        "HOME",
        "IPYTHONDIR",
        "SHELL",
        "JPY_PARENT_PID",
        "USER",
        "LOGNAME",
        "TMPDIR",
        "MY_FLAG",
    } == set(kept)
    assert ("/home/sandbox", "1") == (kept["HOME"], kept["MY_FLAG"])


def test_without_isolation_the_environment_is_left_alone() -> None:
    assert TOKENS == Confinement(Choice("none"), Limits()).environment({**TOKENS, LEVEL: "none"})


def test_the_environment_comes_before_the_kernelspec() -> None:
    spec = KernelSpec(metadata={"sandbox_kernel": {"isolation": "none", "limits": {"memory_mb": 700}}})
    assert 700 == confinement_for({}, spec).limits.memory_mb
    assert PROFILES["strict"] == confinement_for({LIMITS: "strict"}, spec).limits
    assert "none" == confinement_for({}, spec).level


def test_settings_are_read_as_they_were_given() -> None:
    settings = settings_for("none", {"profile": "strict", "memory_mb": 300}, ["/srv/course"])
    found = confinement_for(settings, None)
    assert ("none", 300, ("/srv/course",)) == (found.level, found.limits.memory_mb, found.shown)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({LEVEL: "vm"}, "there is no isolation level 'vm'"),
        ({LEVEL: "none", LIMITS: "{"}, "SANDBOX_KERNEL_LIMITS is no JSON"),
        ({LEVEL: "none", LIMITS: '{"ram": 1}'}, "there is no limit 'ram'"),
    ],
)
def test_what_is_not_understood_is_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(StartError, match=message):
        confinement_for(settings, None)


def test_the_home_directory_is_never_shown_or_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    confinement = Confinement(Choice("jail"), Limits())
    sandbox = tmp_path / "sandboxes" / "nb"
    try:
        spec = confinement.spec(["true"], {}, sandbox, tmp_path, "")
        assert str(tmp_path) not in spec.readable
        assert [f"the files in {tmp_path} are not shown to the sandbox; put the notebook in a folder of its own"] == (
            confinement.notes
        )
        with pytest.raises(StartError, match="cannot be a sandbox's directory"):
            confinement.begin(["true"], {}, tmp_path, tmp_path, "")
    finally:
        confinement.close()


def test_the_notebooks_folder_is_shown_without_the_other_sandboxes(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    sandbox = folder / "sandboxes" / "nb"
    sandbox.mkdir(parents=True)
    confinement = Confinement(Choice("jail"), Limits())
    spec = confinement.spec(["true"], {}, sandbox, folder, "/run/kernel.json")
    assert ("/run/kernel.json", str(folder)) == spec.readable
    assert (str(folder / "sandboxes"),) == spec.hidden
    assert str(sandbox) in spec.writable
    base = confinement.base
    confinement.close()
    assert not base.exists()
