"""The class as on a cluster: the shipped files say what they should; all parts work with only a network between them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest

pytest.importorskip("jupyterhub", reason="the extra `classroom` is not installed")
yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parent.parent.parent
CLUSTER = ROOT / "docs" / "cluster"
APART = ["unshare", "-Urnm", "--pid", "--fork", "--kill-child", "--mount-proc"]


def can_be_apart() -> bool:
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        return False
    tried = subprocess.run([*APART, "ip", "link", "add", "br0", "type", "bridge"], capture_output=True, check=False)
    return tried.returncode == 0


def test_the_values_are_short_and_name_what_is_there() -> None:
    text = (CLUSTER / "values.yaml").read_text()
    assert len(text.splitlines()) <= 60
    values = yaml.safe_load(text)
    compile(values["hub"]["extraConfig"]["classroom"], "extraConfig", "exec")
    module, _, name = values["hub"]["config"]["JupyterHub"]["authenticator_class"].rpartition(".")
    assert hasattr(__import__(module, fromlist=[name]), name)
    port = values["hub"]["services"]["classroom"]["url"].rpartition(":")[2]
    assert {int(port)} == {
        values["hub"]["service"]["extraPorts"][0]["port"],
        *values["hub"]["networkPolicy"]["allowedIngressPorts"],
    }


def test_the_values_fit_the_charts_schema() -> None:
    """With the chart's own `values.yaml` and `values.schema.yaml`, where somebody has them."""
    chart = os.environ.get("ZERO_TO_JUPYTERHUB_CHART")
    if not chart:
        pytest.skip("set ZERO_TO_JUPYTERHUB_CHART to a checkout's directory `jupyterhub` to check against its schema")
    schema = yaml.safe_load(Path(chart, "values.schema.yaml").read_text())
    defaults = yaml.safe_load(Path(chart, "values.yaml").read_text())
    jsonschema.validate(merged(defaults, yaml.safe_load((CLUSTER / "values.yaml").read_text())), schema)


def merged(under: object, over: object) -> object:
    if isinstance(under, dict) and isinstance(over, dict):
        return {key: merged(under.get(key), over[key]) if key in over else under[key] for key in {**under, **over}}
    return over


def test_both_images_pin_the_same_jupyterhub_as_is_tested() -> None:
    text = (CLUSTER / "Dockerfile").read_text()
    assert f"ARG JUPYTERHUB={version('jupyterhub')}" in text
    assert 2 == text.count('"jupyterhub==${JUPYTERHUB}"')


@pytest.mark.kernel
@pytest.mark.skipif(not can_be_apart(), reason="this machine gives ordinary users no network namespaces")
def test_hub_service_and_servers_need_only_a_network_between_them(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    program = [sys.executable, str(ROOT / "tests" / "classes" / "apart.py"), str(disk), str(ROOT / "lessons")]
    done = subprocess.run([*APART, *program], capture_output=True, text=True, timeout=200, check=False)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in tmp_path.glob("*.log"))
    assert 0 == done.returncode, done.stderr[-3000:] + logs
    result = json.loads(done.stdout.splitlines()[-1])
    assert "passed" in result["said"]
    assert [["ada", "ticket", 3.0]] == result["grades"]
    assert "class.sqlite" in result["disks"]["service"]
    assert "hub.sqlite" in result["disks"]["hub"]
    for name in ("ada", "bob"):
        assert {"files", "private"} <= set(result["disks"][name]) <= {"files", "private", "home", ".sandbox"}
    assert "0" == result["tokens_in_proc"]
    assert "no\n" == result["sandbox_reaches_service"]
