"""Fixtures of the browser tests: one browser and one server per host and run, a new page per test."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parent))

from hosts import Host, jupyter_server, voila_server

NewContext = Callable[[], Awaitable[BrowserContext]]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 60_000  # at most; a page on a machine that does much else draws late, and waiting longer costs nothing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def browser_path() -> str:
    """Where the browser is; without one the tests are skipped, but in CI they fail."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    reason = "no browser found; install chromium to run the browser tests"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = browser_path()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=2 * WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(browser: Browser) -> AsyncIterator[NewContext]:
    """Makes windows that know nothing of each other; they are closed with the test."""
    made: list[BrowserContext] = []

    async def make() -> BrowserContext:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(WAIT_MS)
        made.append(context)
        return context

    yield make
    for context in made:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(new_context: NewContext, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    context = await new_context()
    yield await context.new_page()
    await context.close()
    for host in _hosts_of(request):
        await host.end_kernels()


def _hosts_of(request: pytest.FixtureRequest) -> list[Host]:
    if "host" in request.fixturenames:
        return [request.getfixturevalue("host")]
    return list(request.getfixturevalue("jupyter").values())[:1] if "jupyter" in request.fixturenames else []


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    browser_path()
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as hosts:
        yield {host.name: host for host in hosts}


@pytest.fixture(scope="session")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    browser_path()
    with voila_server(tmp_path_factory.mktemp("voila")) as host:
        yield host


@pytest.fixture(params=["lab", "notebook", "voila"])
def host(request: pytest.FixtureRequest) -> Host:
    if request.param == "voila":
        found: Host = request.getfixturevalue("voila")
        return found
    hosts: dict[str, Host] = request.getfixturevalue("jupyter")
    return hosts[request.param]
