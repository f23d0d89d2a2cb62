"""From nothing but Python to the main job: a fresh copy of the checkout, a home that is empty, no virtual environment."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak  # it installs some hundred packages

ROOT = Path(__file__).parent.parent.parent
LIMIT_S = 600


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git knows of, changes included."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An empty home, and none of this environment's own Python settings."""
    (tmp_path / "home").mkdir()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER", "VIRTUAL_ENV"))
    }
    return {**kept, "HOME": str(tmp_path / "home")}


def bare_python() -> str:
    """The interpreter that this environment was made from."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_one_command_leads_to_jupyterlab_on_the_first_lesson(
    checkout: Path, env: dict[str, str], installer: str, tmp_path: Path
) -> None:
    if installer == "uv" and shutil.which("uv") is None:
        pytest.skip("uv is not installed here")
    if installer == "pip":
        env["PATH"] = "/usr/bin:/bin"
    command = [bare_python(), "-m", "sandbox_kernel", "--no-browser"]
    with subprocess.Popen(
        command, cwd=checkout, env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as lab:
        try:
            assert lab.stdout is not None
            told = re.match(r"JupyterLab is open at (http\S+)", lab.stdout.readline())
            assert told is not None
            assert "/lab/tree/" in told[1]
            with urllib.request.urlopen(told[1], timeout=60) as page:
                assert 200 == page.status
        finally:
            lab.send_signal(signal.SIGTERM)
    again = subprocess.run(
        [*command[:3], "--version"], cwd=checkout, env=env, capture_output=True, text=True, timeout=30
    )
    assert ("", True) == (again.stderr, again.stdout.startswith("sandbox-kernel "))


def interpreter(version: str) -> str:
    """A Python of this version; skips where there is none, since the tests themselves run on one."""
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return bare_python()
    known = [shutil.which(f"python{version}"), *map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))]
    for path in filter(None, known):
        if subprocess.run([path, "-c", "import venv"], check=False, capture_output=True).returncode == 0:
            return path
    pytest.skip(f"Python {version} is not installed here")


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_what_is_built_carries_everything(checkout: Path, kind: str, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(tmp_path)], cwd=checkout, check=True
    )
    (built,) = [*tmp_path.glob("*.whl"), *tmp_path.glob("*.tar.gz")]
    with zipfile.ZipFile(built) if kind == "wheel" else tarfile.open(built) as archive:
        names = archive.namelist() if isinstance(archive, zipfile.ZipFile) else archive.getnames()
    wanted = ["py.typed", "static/LICENSES.txt", "static/widgets.js", "share/kernels/sandbox/kernel.json", "lab.js"]
    assert [] == [name for name in wanted if not any(found.endswith(name) for found in names)]


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_wheel_works_in_an_empty_environment(
    version: str, checkout: Path, env: dict[str, str], tmp_path: Path
) -> None:
    python = interpreter(version)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=checkout, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([python, "-m", "venv", str(tmp_path / "venv")], check=True, env=env)
    scripts = tmp_path / "venv" / "bin"
    env["PATH"] = f"{scripts}:/usr/bin:/bin"
    wanted = [f"{wheel}[lab,mcp,classroom]", "nbconvert"]
    if uv := shutil.which("uv"):
        subprocess.run([uv, "pip", "install", "-q", "-p", scripts / "python", *wanted], check=True, timeout=LIMIT_S)
        subprocess.run([uv, "pip", "check", "-p", scripts / "python"], check=True)
    else:
        pip = [str(scripts / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
        subprocess.run([*pip, "install", *wanted], check=True, env=env, timeout=LIMIT_S)
        subprocess.run([*pip, "check"], check=True, env=env)

    def jupyter(*line: str) -> str:
        command = [str(scripts / "jupyter"), *line]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True, timeout=120
        ).stdout

    loads = "import importlib.metadata as m; print(*(p.load() and p.name for p in m.distribution('%s').entry_points))"
    points = subprocess.run(
        [scripts / "python", "-c", loads % "sandbox-kernel"], env=env, capture_output=True, text=True, check=True
    ).stdout
    wanted = {"audit", "classroom", "jupyter-sandbox", "learn", "lesson", "mcp", "sandbox-provisioner"}
    assert set() == wanted - set(points.split())
    helped = jupyter("sandbox", "--help")
    for verb in ("audit", "classroom", "doctor", "lab", "learn", "lesson", "list", "mcp", "run"):
        assert verb in helped
        jupyter("sandbox", verb, "--help")
    for line in ("server extension list", "labextension list"):
        listed = subprocess.run(
            [scripts / "jupyter", *line.split()], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        assert re.search(r"sandbox[-_]kernel.*?(OK|enabled)", listed.stdout + listed.stderr, re.DOTALL)
    assert re.search(r"sandbox +\S+share/jupyter/kernels/sandbox", jupyter("kernelspec", "list"))
    assert "MISSING" not in jupyter("sandbox", "doctor")
    (tmp_path / "script.py").write_text("print('from a sandbox')\n")
    assert "from a sandbox\n" == jupyter("sandbox", "run", "script.py")
    lessons = tmp_path / "venv" / "share" / "sandbox-kernel" / "lessons"
    lesson = next(lessons.glob("*hot-code*.ipynb"))
    shutil.copy(lesson, tmp_path / "lesson.ipynb")
    jupyter("nbconvert", "--execute", "--to", "notebook", "--output", "done.ipynb", "lesson.ipynb")
    assert (tmp_path / "done.ipynb").is_file()
