"""Whose kernels a provisioner takes for a Jupyter server's, beside another application of the same process."""

from __future__ import annotations

from collections.abc import Iterator

import jupyter_server.serverapp  # noqa: F401  # as in a process in which Voila runs
import pytest
from jupyter_core.application import JupyterApp

from sandbox_kernel.host.provisioner import _is_served


class Voila(JupyterApp):
    """An application that is a sibling of ServerApp, as Voila's is."""


@pytest.fixture
def voila() -> Iterator[None]:
    Voila.clear_instance()
    Voila.instance()
    yield
    Voila.clear_instance()


@pytest.mark.usefixtures("voila")
def test_kernels_of_an_application_beside_the_server_are_not_the_servers() -> None:
    assert not _is_served(object())


def test_without_any_application_nothing_is_served() -> None:
    assert not _is_served(object())
