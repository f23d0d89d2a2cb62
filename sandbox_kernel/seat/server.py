"""A learner's server: JupyterLab behind the hub's door, set up so that no code of the learner ever runs in it.

`python -P -m sandbox_kernel.seat.server` in a container of its own, or `serve` in a fork of the prepared process. Learners'
code runs in sandboxes alone: no terminals, no other kernels, no extension that runs files of theirs (jupytext would
execute a `.jupytext.py`, Voila would choose its own kernels), no configuration from where they can write.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_server.extension.config import ExtensionConfigManager
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyterhub.singleuser.extension import JupyterHubSingleUser
from tornado.web import HTTPError
from traitlets.config import Config

from sandbox_kernel.isolation import namespaces

EXTENSION = "sandbox_kernel.seat.extension"
_WANTED = ("jupyterhub", "jupyterlab", "notebook", "notebook_shim", EXTENSION)
CULL_IDLE_S = 3600
KERNEL = "sandbox"


class ConfinedContents(AsyncLargeFileManager):
    """Files below the learner's folder, and no links that lead out of it: code in a sandbox can make links."""

    def _get_os_path(self, path: str) -> str:
        found: str = super()._get_os_path(path)  # type: ignore[no-untyped-call]  # it has none
        root = os.path.realpath(self.root_dir)
        if os.path.commonpath([os.path.realpath(found), root]) != root:
            raise HTTPError(404, f"{path} is a link that leads out of your folder, so it is not opened.")
        return found


class OnlySandboxes(KernelSpecManager):
    """No kernel but the sandbox, whoever asks for one: `allowed_kernelspecs` only leaves others out of the list."""

    def find_kernel_specs(self) -> dict[str, str]:
        return {name: place for name, place in super().find_kernel_specs().items() if name == KERNEL}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name != KERNEL:
            raise NoSuchKernel(kernel_name)
        return super().get_kernel_spec(kernel_name)


class SandboxKernels(AsyncMappingKernelManager):
    """Refuses at the door: what begins to start and fails would be waited for when the server stops."""

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        if kwargs.get("kernel_name") not in (None, KERNEL):
            raise HTTPError(
                403, "In this class every notebook runs in a sandbox; choose the kernel 'Sandbox (Python)'."
            )
        return str(await super()._async_start_kernel(**kwargs))

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as the base class does


class SeatServer(JupyterHubSingleUser):  # type: ignore[misc]  # the hub has no types
    """The hub's extension for single-user servers, with our settings under it."""

    @classmethod
    def get_extension_package(cls) -> str:
        return "jupyterhub"  # not this package: the hub's extension is what the server finds by name

    @classmethod
    def make_serverapp(cls, **kwargs: Any) -> Any:  # Any: traitlets
        serverapp = super().make_serverapp(**kwargs)
        serverapp.update_config(settings())
        serverapp.jpserver_extensions = extensions()
        return serverapp


def extensions() -> dict[str, bool]:
    """What is installed and not on our list is switched off by name: installing a package must not open a door."""
    from jupyter_core.paths import jupyter_config_path

    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())  # Any: it has no types
    found = manager.get_jpserver_extensions()
    return {**dict.fromkeys(found, False), **dict.fromkeys(_WANTED, True)}


def settings() -> Config:
    config = Config()
    config.ServerApp.contents_manager_class = ConfinedContents
    config.ServerApp.terminals_enabled = False
    config.ServerApp.allow_root = True  # in a container everybody is; on a machine of its own it is shut in
    config.ServerApp.log_level = "WARN"
    config.ServerApp.kernel_spec_manager_class = OnlySandboxes
    config.ServerApp.kernel_manager_class = SandboxKernels
    config.OnlySandboxes.ensure_native_kernel = False
    config.MultiKernelManager.default_kernel_name = KERNEL
    config.SandboxKernels.cull_idle_timeout = CULL_IDLE_S
    config.SandboxKernels.cull_interval = 120
    for app in (config.LabApp, config.JupyterNotebookApp):
        app.extra_labextensions_path = [str(Path(__file__).parent / "lab")]
    config.LabApp.extension_manager = "readonly"
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    return config


def serve(argv: list[str] | None = None) -> None:
    """Runs until it is told to stop. The environment comes from the hub's spawner.

    Other processes of the same user may not read this one's memory, where the token is.
    """
    namespaces.set_dumpable(False)
    SeatServer.launch_instance(argv=argv or [])


def hide_secrets() -> None:
    """Starts this program again without secrets in its first environment, which `/proc` shows for as long as it runs."""
    secrets = {name: value for name, value in os.environ.items() if "TOKEN" in name}
    if secrets:
        reading, writing = os.pipe()
        os.write(writing, json.dumps(secrets).encode())
        os.close(writing)
        os.set_inheritable(reading, True)
        clean = {name: value for name, value in os.environ.items() if name not in secrets}
        program = [sys.executable, "-P", "-m", "sandbox_kernel.seat.server", f"--secrets={reading}"]
        os.execve(sys.executable, program, clean)


def take_secrets(argument: str) -> None:
    with open(int(argument.partition("=")[2]), "rb") as file:
        os.environ.update(json.loads(file.read()))


if __name__ == "__main__":  # in a pod; on one machine the forker calls `serve`
    if sys.argv[1:] and sys.argv[1].startswith("--secrets="):
        take_secrets(sys.argv[1])
    else:
        hide_secrets()
    os.makedirs(os.environ.get("JUPYTERHUB_ROOT_DIR") or ".", exist_ok=True)
    serve()
