"""The three hosts that show our widgets, started for tests on ports and directories of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.async_api import Page

STATIC = Path(__file__).parents[2] / "sandbox_kernel" / "static"
SHARE = STATIC.parent / "share"
TOKEN = "for-tests-only"
LOCALE = "de_DE"
START_S = 180.0
END_S = 120.0
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
VOILA_EXTENSIONS = ["anywidget", "@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]

READY = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  for (const widget of app.shell.widgets('main')) await widget.context?.ready;
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""

THEMES = {"dark": "JupyterLab Dark", "contrast": "JupyterLab Dark High Contrast"}
CHANGE_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
RUN = """async ([code, wait]) => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find((widget) => widget.sessionContext);
  const kernel = panel.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code });
  let text = '';
  future.onIOPub = ({ content }) => { text += content.data?.['text/plain'] ?? content.evalue ?? ''; };
  if (wait) await future.done;
  return text;
}"""

WATCH_RESTART = """() => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find((widget) => widget.sessionContext);
  const { kernel } = panel.sessionContext.session;
  let restarting = false;
  window.restarted = new Promise((done) => kernel.statusChanged.connect((_, status) => {
    restarting ||= status === 'restarting' || status === 'autorestarting';
    if (restarting && status === 'idle') done();
  }));
}"""
RESTARTED = "() => window.restarted"


@dataclass(frozen=True)
class Host:
    """`name` is lab, notebook or voila; `url` the server's address; notebooks lie in `directory`."""

    name: str
    url: str
    directory: Path

    async def open(self, page: Page, notebook: str, *, theme: str = "light", run: bool = True) -> None:
        """Opens the notebook and runs it: afterwards all its output is asked for, though not yet drawn. Voila always
        runs it."""
        if self.name == "voila":
            await page.goto(f"{self.url}/voila/render/{notebook}?theme={theme}")
            return
        path = f"lab/tree/{notebook}?reset" if self.name == "lab" else f"notebooks/{notebook}"
        await page.goto(f"{self.url}/{path}{'&' if '?' in path else '?'}token={TOKEN}")
        await page.wait_for_function("() => window.jupyterapp !== undefined && window.jupyterapp.shell.currentWidget")
        await page.evaluate(READY)
        if theme != "light":
            await page.evaluate(CHANGE_THEME, THEMES[theme])
        if run:
            await page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    async def end_kernels(self) -> None:
        """Ends the kernels that a test left behind; Voila ends its own when the page is closed. The server answers 500
        for a kernel that is being restarted, so that it has to be asked again."""
        if self.name == "voila":
            return
        headers = {"Authorization": f"token {TOKEN}"}
        async with (
            asyncio.timeout(END_S),
            httpx.AsyncClient(base_url=self.url, headers=headers, timeout=END_S) as client,
        ):
            while kernels := (await client.get("/api/kernels")).json():
                for kernel in kernels:
                    await client.delete(f"/api/kernels/{kernel['id']}")


async def run_in_kernel(page: Page, code: str, *, wait: bool = True) -> str:
    """Runs code in the kernel of the open notebook, beside its cells; returns the plain text of its result."""
    text: str = await page.evaluate(RUN, [code, wait])
    return text


@contextmanager
def jupyter_server(root: Path) -> Iterator[tuple[Host, Host]]:
    """JupyterLab and Notebook 7 on one server."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
    ]
    command += [
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--allow-root",
    ]
    url = f"http://127.0.0.1:{port}"
    with _process(command, root, f"{url}/api/status?token={TOKEN}"):
        yield Host("lab", url, root / "notebooks"), Host("notebook", url, root / "notebooks")


@contextmanager
def voila_server(root: Path) -> Iterator[Host]:
    port = _free_port()
    command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", "--show_tracebacks=True"]
    command += [f"--VoilaConfiguration.extension_allowlist={VOILA_EXTENSIONS}", "--template=sandbox"]
    url = f"http://127.0.0.1:{port}"
    with _process(command, root, f"{url}/voila/static/main.js"):
        yield Host("voila", url, root / "notebooks")


@contextmanager
def _process(command: list[str], root: Path, ready_url: str) -> Iterator[None]:
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    with (root / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=root / "notebooks", env=_environment(root), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_answering(process, ready_url, root / "server.log")
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(root: Path) -> dict[str, str]:
    """Directories of the server's own; the bundle as it is in the sources, not as it was installed."""
    served = root / "path" / "labextensions" / "sandbox-kernel"
    served.mkdir(parents=True, exist_ok=True)
    (served / "static").mkdir(exist_ok=True)
    shutil.copy(STATIC / "widgets.js", served / "widgets.js")
    shutil.copy(STATIC / "lab.js", served / "static" / "lab.js")
    shutil.copy(SHARE / "labextension.json", served / "package.json")
    (served / "schemas" / "sandbox-kernel").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHARE / "lab" / "schema" / "studio.json", served / "schemas" / "sandbox-kernel")
    (root / "config" / "jupyter_server_config.d").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHARE / "server" / "sandbox_kernel.json", root / "config" / "jupyter_server_config.d")
    shutil.copytree(SHARE / "voila" / "sandbox", root / "path" / "voila" / "templates" / "sandbox", dirs_exist_ok=True)
    settings = root / "path" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    config = root / "config" / "labconfig"
    config.mkdir(parents=True, exist_ok=True)
    (config / "default_setting_overrides.json").write_text(json.dumps(QUIET))
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "JUPYTER_PATH": str(root / "path"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_DATA_DIR": str(root / "data"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "IPYTHONDIR": str(root / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(_language_pack(root / "site"))]),
        "SHELL": "/bin/sh",
    }


def _language_pack(site: Path) -> Path:
    """As little of JupyterLab's German as makes the server take that language for installed; where it is imported from."""
    texts = site / "german_pack" / "locale" / LOCALE / "LC_MESSAGES"
    texts.mkdir(parents=True, exist_ok=True)
    (site / "german_pack" / "__init__.py").touch()
    head = {"domain": "jupyterlab", "language": "de-DE", "plural_forms": "nplurals=2; plural=(n != 1);", "version": "1"}
    (texts / "jupyterlab.json").write_text(json.dumps({"": head}))
    facts = site / "german_pack-1.0.dist-info"
    facts.mkdir(exist_ok=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: german-pack\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[jupyterlab.languagepack]\n{LOCALE} = german_pack\n")
    return site


def _wait_until_answering(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    """Not one of those that the system gives away: a kernel could be given it before the server takes it."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as probe:
            port = random.randrange(20_000, 32_000)
            probe.bind(("127.0.0.1", port))
            return port
