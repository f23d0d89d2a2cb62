"""A plugin manager: load plugins, update one under load, quarantine one that misbehaves, roll it back.

    python plugin_manager.py

Each plugin is a sandbox. A plugin that raises, hangs or dies costs the host one sentence; an update that breaks it is refused, or
taken back when its health check fails.
"""

import asyncio
import itertools

from sandbox_kernel import Sandbox, SandboxError, SandboxManager

HEALTH = "import plugin; assert plugin.handle('ping') is not None, 'no answer to ping'"

SHOUT = "calls = 0\n\ndef handle(text):\n    global calls\n    calls += 1\n    return text.upper()\n"
COUNT = "def handle(text):\n    return len(text)\n"
LOUDER = SHOUT.replace("text.upper()", "text.upper() + '!'")
SILENT = SHOUT.replace("return text.upper()", "return None")


class PluginManager:
    def __init__(self, manager: SandboxManager):
        self.sandboxes = manager
        self.quarantined: dict[str, str] = {}

    async def load(self, name: str, source: str) -> Sandbox:
        box = await self.sandboxes.create(name, modules={"plugin": source}, restart="on_crash", limits="strict")
        await box.run("import plugin")
        return box

    async def call(self, name: str, text: str) -> str:
        if name in self.quarantined:
            return f"({name} is in quarantine: {self.quarantined[name]})"
        result = await self.sandboxes.get(name).run(f"plugin.handle({text!r})", timeout_s=5)
        if result.error is not None:
            self.quarantined[name] = str(result.error)
        return result.text

    async def update(self, name: str, source: str) -> str:
        """Live: calls go on, and the plugin's own state is kept."""
        done = await self.sandboxes.rollout({"plugin": source}, [name], health=HEALTH, note="update")
        return "updated" if done.ok else f"taken back: {done.failed[name]}"

    async def release(self, name: str, version: int) -> None:
        """Out of quarantine, with an older version of its code."""
        box = self.sandboxes.get(name)
        await box.rollback("plugin", version)
        await box.run("import plugin")
        del self.quarantined[name]


async def main() -> None:
    async with SandboxManager() as manager:
        plugins = PluginManager(manager)
        await plugins.load("shout", SHOUT)
        await plugins.load("count", COUNT)
        print("two plugins:", await plugins.call("shout", "hello"), await plugins.call("count", "hello"))

        # Update one while it is called all the time: no call is lost, and its counter goes on.
        answers: list[str] = []
        enough = asyncio.Event()

        async def load_it() -> None:
            for number in itertools.count():
                if enough.is_set():
                    return
                answers.append(await plugins.call("shout", f"call {number}"))

        calling = asyncio.create_task(load_it())
        while len(answers) < 5:
            await asyncio.sleep(0.01)
        print("update under load:", await plugins.update("shout", LOUDER))
        before = len(answers)
        while len(answers) < before + 5:
            await asyncio.sleep(0.01)
        enough.set()
        await calling
        counted = int((await manager.get("shout").run("plugin.calls")).text)
        assert answers[0] == "'CALL 0'" and answers[-1].endswith("!'"), answers
        assert counted == len(answers) + 2, (counted, len(answers))  # one call before, one by the health check
        print(f"  {len(answers)} calls went on, none was lost, the counter kept its {counted}")

        print("a bad update:", await plugins.update("shout", SILENT))
        assert await plugins.call("shout", "still here") == "'STILL HERE!'"

        # An update that only fails later: quarantine, then back to what worked.
        await manager.get("count").hot_reload("plugin", "def handle(text):\n    return 1 / 0\n")
        await plugins.call("count", "hello")
        print("quarantine:", await plugins.call("count", "hello"))
        await plugins.release("count", 1)
        assert await plugins.call("count", "hello") == "5"
        print("released with version 1:", await plugins.call("count", "hello"))

        # One that takes its process down harms nobody else.
        await manager.get("count").hot_reload("plugin", "import os\n\ndef handle(text):\n    os._exit(1)\n")
        await plugins.call("count", "hello")
        assert "count" in plugins.quarantined
        assert await plugins.call("shout", "and I live") == "'AND I LIVE!'"
        print("a crash stays where it happened:", plugins.quarantined["count"])


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except SandboxError as error:
        raise SystemExit(f"plugin_manager: {error}") from None
