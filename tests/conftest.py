from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

from sandbox_kernel.host import grammars

# The tests that always run see the same examples everywhere: hypothesis is pinned, seeds itself by the test's own text, and
# does not mix in the constants that it finds in whatever modules happen to be loaded. Where a machine is slow it does not
# matter. The search for new faults (`-m soak`) says `derandomize=False`.
hypothesis.settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("fixed")
setattr(providers, "_get_local_constants", lambda: providers._local_constants)  # noqa: B010  # it has no setting for it

collect_ignore = ["edits"]  # some 1400 folders with no test of their own: `reload/test_edits.py` reads them

grammars.postpone()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a CI machine, which others share, a test that drives a browser or a kernel has a second chance. The summary
    names each that took it (`-r R`): a fault to look for. All other tests have one."""
    if os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("browser") or item.get_closest_marker("kernel"):
                item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """What was imported by now stays: looking through it at every collection would take a tenth of the quick tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def zygotes_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All tests share the zygotes of this run, and they end with it; a user's own are left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_KERNEL_ZYGOTES", str(tmp_path_factory.mktemp("zygotes")))
        patch.setenv("SANDBOX_KERNEL_IDLE_S", "60")
        yield
        if sys.platform == "linux" and "sandbox_kernel.host.zygotes" in sys.modules:
            from sandbox_kernel.host import zygotes
            from sandbox_kernel.zygote.protocol import End

            asyncio.run(zygotes.tell_all(End()))
