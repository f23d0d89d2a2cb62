"""A Jupyter server with our extension, on a port, in directories and with settings of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from sandbox_kernel.host.openapi import TARGET

TOKEN = "for-tests-only"
START_S = 60.0


def answering(info: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:  # Any: JSON
    """What the server wrote of itself, once it answers: it writes before it listens."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            found: dict[str, Any] = json.loads(info.read_text())
            with urllib.request.urlopen(f"{found['url']}api", timeout=START_S):
                return found
        except (OSError, ValueError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start (status {process.poll()})")


class Server:
    """`call` asks and holds the answer against the shipped document."""

    def __init__(self, root: Path, *options: str, settings: Mapping[str, str] | None = None) -> None:
        self.directory = root / "notebooks"
        self.directory.mkdir()
        names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR", "PATH")
        own = {f"JUPYTER_{name}": str(root / name.lower()) for name in names}
        env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        command = [
            sys.executable,
            "-m",
            "jupyter_server",
            "--no-browser",
            "--port=0",
            f"--ServerApp.root_dir={self.directory}",
        ]
        command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.jpserver_extensions={'sandbox_kernel': True}"]
        self._log = (root / "server.log").open("wb")
        self._process = subprocess.Popen(
            [*command, "--allow-root", *options],
            env={**env, **own, **(settings or {})},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._info = root / "runtime_dir" / f"jpserver-{self._process.pid}.json"
        self._document = json.loads(TARGET.read_text())
        try:
            self.url = str(answering(self._info, self._process)["url"]).rstrip("/")
        except RuntimeError as error:
            raise RuntimeError(f"{error}:\n{Path(self._log.name).read_text(errors='replace')[-2000:]}") from None
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": f"token {TOKEN}"}, timeout=60)

    def close(self) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def start(self, kernel: str = "sandbox") -> str:
        """A kernel without a notebook; its id."""
        return str(self.http.post("/api/kernels", json={"name": kernel}).raise_for_status().json()["id"])

    def call(self, method: str, path: str, *, template: str, expect: int = 200, **given: Any) -> Any:  # Any: JSON
        """`template` is the path as the document writes it; the status and the body must be what that says."""
        answer = self.http.request(method, f"/sandbox/api{path}", **given)
        assert expect == answer.status_code, answer.text
        responses = self._document["paths"][template][method.lower()]["responses"]
        promised = responses.get(str(expect), responses["default"])
        if "content" not in promised:
            return None
        body = answer.json()
        schema = promised["content"]["application/json"]["schema"]
        jsonschema.validate(body, {"components": self._document["components"], **schema})
        return body
