"""What a learner waits for in the browser: Reload until "vN is live", first paint, a Voila page, a crash while a cell runs.

    python benchmarks/frontend.py [lab] [notebook] [voila] [--rounds 20]

Needs chromium and the packages of the browser tests. A module of 200 lines with a running worker; all times are taken in
the page itself, from the click to the change of the text, so that no driver's own time is in them. Each host has a server
of its own, on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

BROWSER_TESTS = Path(__file__).parent.parent / "tests" / "browser"
sys.path.insert(0, str(BROWSER_TESTS))

from conftest import FLAGS, browser_path  # noqa: E402
from hosts import Host, jupyter_server, run_in_kernel, voila_server  # noqa: E402
from notebooks import START, TILL, show, write_notebook  # noqa: E402

LINES = 200
FILLER = "\n\ndef price_{n}(count):\n    return count * {n}\n"

RELOAD = """async (wanted) => {
  const root = document.querySelector('.sk-Module');
  const button = [...root.querySelectorAll('button')].find((each) => each.classList.contains('sk-mod-primary'));
  const said = root.querySelector('.sk-Status-text');
  const live = new Promise((resolve) => {
    const look = () => said.textContent.startsWith(wanted + ' is live') && resolve(performance.now());
    new MutationObserver(look).observe(said, { childList: true, characterData: true, subtree: true });
  });
  const began = performance.now();
  button.click();
  return (await live) - began;
}"""

PAINT = """() => {
  window.painted = new Promise((resolve, reject) => {
    const began = performance.now();
    const look = () => {
      if (document.querySelector('.sk-Module .cm-content')) requestAnimationFrame(() => resolve(performance.now() - began));
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    void window.jupyterapp.commands.execute('notebook:run-cell');
    setTimeout(() => reject(new Error('the editor was not painted')), 20000);
  });
}"""

WATCH = """() => {
  const studio = document.querySelector('.sk-Studio');
  window.seen = {};
  const see = (what) => { window.seen[what] ??= Date.now(); };
  const look = () => {
    for (const card of studio.querySelectorAll('.sk-Crash')) {
      const number = card.querySelector('.sk-Crash-facts')?.textContent.match(/-(\\d+)/)?.[1];
      see(`crash ${number}`);
      if (card.querySelector('.sk-Crash-next')?.textContent.startsWith('Restarted')) see(`restart ${number}`);
    }
    see(`reload ${studio.querySelector('[role=tab]')?.textContent.match(/v(\\d+)/)?.[1]}`);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""

CAUSE = """
import time, contextlib, json
from sandbox_kernel import call
made = {{}}
for number in range(1, {count} + 1):
    made[f"crash {{number}}"] = time.time() * 1000
    with contextlib.suppress(Exception):
        call('till', -number)
    made[f"restart {{number}}"] = time.time() * 1000
    time.sleep(3)
    get_ipython().run_cell_magic('sandbox_module', 'till', {source!r} + f'ROUND = {{number}}\\n')
    made[f"reload {{number + 1}}"] = time.time() * 1000
    time.sleep(3)
json.dumps(made)
"""


def till() -> str:
    filler = "".join(FILLER.format(n=n) for n in range(LINES))
    return "\n".join((TILL + filler).splitlines()[:LINES]) + "\n"


def report(what: str, times: list[float], limit: float) -> None:
    middle, worst = statistics.median(times), max(times)
    mark = "ok" if middle < limit else "over"
    row = f"{what:<46} median {middle:7.0f} ms   worst {worst:7.0f} ms   of {len(times):2}   limit {limit:.0f} ms   {mark}"
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()


async def reloads(page: Page, rounds: int) -> list[float]:
    """The text is changed as a person does it; the module's version counts up."""
    code = page.locator(".sk-Module-code .cm-content").first
    times = []
    for number in range(rounds):
        await code.click()
        await page.keyboard.press("Control+End")
        await page.keyboard.insert_text(f"ROUND = {number}\n")
        await page.locator(".sk-Module-edited").first.wait_for()
        times.append(await page.evaluate(RELOAD, f"v{number + 2}"))
    return times


async def open_notebook(host: Host, page: Page, *widgets: str) -> None:
    cells = [f"%%sandbox_module till\n{till()}", START, *map(show, widgets)]
    await host.open(page, write_notebook(host.directory, *cells))
    await page.locator(".sk-Status-text", has_text="v1 is live").first.wait_for(timeout=60_000)


async def measure_jupyter(host: Host, page: Page, rounds: int) -> None:
    await open_notebook(host, page, "ModuleEditor('till')")
    report(f"{host.name}: Reload until live", await reloads(page, rounds), 150)


async def measure_first_paint(host: Host, page: Page, rounds: int) -> None:
    await open_notebook(host, page, "ModuleEditor('till')")
    times = []
    for _ in range(rounds):
        await page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        await page.locator(".sk-Module").wait_for(state="detached")
        await page.evaluate(PAINT)
        times.append(await page.evaluate("() => window.painted"))
    report(f"{host.name}: from running the cell to the editor", times, 300)


async def measure_events(host: Host, page: Page, rounds: int) -> None:
    """From the moment before the call that crashes, and after the reload's end, until the page shows it; one cell runs."""
    await open_notebook(host, page, "Studio()")
    await page.evaluate(WATCH)
    said = await run_in_kernel(page, CAUSE.format(count=rounds, source=till()))
    made = json.loads(said[said.index("{") : said.rindex("}") + 1])  # after what the reloads say
    seen: dict[str, float] = await page.evaluate("() => window.seen")
    for kind in ("crash", "restart", "reload"):
        times = [max(0.0, seen[what] - at) for what, at in made.items() if what.startswith(kind) and what in seen]
        report(f"{host.name}: a {kind} shown while a cell runs", times, 200)


async def measure_voila(host: Host, browser: Browser, rounds: int) -> None:
    cells = [f"%%sandbox_module till\n{till()}", show("ModuleEditor('till')")]
    times, first = [], []
    for number in range(rounds + 1):
        name = write_notebook(host.directory, *cells)
        context = await browser.new_context()
        page = await context.new_page()
        began = time.perf_counter()
        await page.goto(f"{host.url}/voila/render/{name}", wait_until="commit")
        await page.locator(".sk-Module .cm-content", has_text="A till").first.wait_for()
        if number:
            times.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            await page.reload(wait_until="commit")
            await page.locator(".sk-Module .cm-content", has_text="A till").first.wait_for()
            first.append((time.perf_counter() - began) * 1000)
        await context.close()
    report("voila: a new visitor until the editor", times, 1500)
    report("voila: the page loaded again", first, 1500)


async def main(hosts: list[str], rounds: int) -> None:
    root = Path(tempfile.mkdtemp(prefix="frontend-"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        if {"lab", "notebook"} & set(hosts):
            with jupyter_server(root / "jupyter") as found:
                for host in found:
                    if host.name in hosts:
                        for measure, times in (
                            (measure_jupyter, rounds),
                            (measure_first_paint, 10),
                            (measure_events, 5),
                        ):
                            page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
                            await measure(host, page, times)
                            await page.context.close()
                            await host.end_kernels()
        if "voila" in hosts:
            with voila_server(root / "voila") as host:
                page = await (await browser.new_context()).new_page()
                await measure_jupyter(host, page, rounds)
                await page.context.close()
                await measure_voila(host, browser, 5)
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hosts", nargs="*", default=["lab", "notebook", "voila"])
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(main(given.hosts, given.rounds))
