"""What a running Jupyter server counts and logs of its sandboxes, as its operators see it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.jupyter_server import Server

pytestmark = pytest.mark.kernel

CONFIG = """
import json, logging
class Lines(logging.Formatter):
    def format(self, record):
        known = set(vars(logging.makeLogRecord({})))
        fields = {key: value for key, value in vars(record).items() if key not in known}
        return json.dumps({**fields, "said": record.getMessage()})
handler = logging.FileHandler(PATH)
handler.setFormatter(Lines())
log = logging.getLogger("sandbox_kernel.events")
log.setLevel("INFO")
log.addHandler(handler)
"""
SECRET = "a_secret_of_the_learner"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    config = tmp_path / "config.py"
    config.write_text(CONFIG.replace("PATH", repr(str(tmp_path / "events.jsonl"))))
    server = Server(tmp_path, f"--config={config}")
    yield server
    server.close()


def metrics(server: Server) -> dict[str, float]:
    lines = server.http.get("/metrics").raise_for_status().text.splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("sandbox_kernel_")]
    return {name: float(value) for name, value in pairs}


def test_sandboxes_and_events_are_counted_and_nothing_of_a_learner_is_told(server: Server, tmp_path: Path) -> None:
    assert 0 == metrics(server)["sandbox_kernel_sandboxes"]
    sandbox = server.start()
    path = f"/sandbox/api/sandboxes/{sandbox}/modules/{SECRET}"
    server.http.put(path, json={"source": f"{SECRET} = 1\n"}).raise_for_status()
    assert 409 == server.http.put(path, json={"source": f"{SECRET} = (\n"}).status_code
    end = time.monotonic() + 20
    wanted = {'sandbox_kernel_events_total{kind="Reloaded"}', 'sandbox_kernel_events_total{kind="ReloadRejected"}'}
    while not wanted <= set(found := metrics(server)) and time.monotonic() < end:
        time.sleep(0.1)
    assert dict.fromkeys(wanted, 1.0) == {name: found.get(name) for name in wanted}
    assert (1.0, 1.0) == (found["sandbox_kernel_sandboxes"], found["sandbox_kernel_reload_seconds_count"])
    assert 0 < found["sandbox_kernel_reload_seconds_sum"] < 60
    text = (tmp_path / "events.jsonl").read_text()
    assert f'"sandbox": "{sandbox}", "kind": "Reloaded"' in text
    assert SECRET not in text + server.http.get("/metrics").text


def test_metrics_are_behind_the_servers_own_door(server: Server) -> None:
    stranger = server.http.get("/metrics", headers={"Authorization": "token wrong"}, follow_redirects=False)
    assert stranger.status_code in (302, 403)
