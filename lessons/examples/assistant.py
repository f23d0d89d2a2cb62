"""What an assistant does over the Model Context Protocol: make a sandbox, write a module, repair it live, go back.

    python assistant.py            needs  pip install 'sandbox-kernel[mcp]'
"""

import asyncio
import sys

from mcp import Client, StdioServerParameters

SERVER = StdioServerParameters(command=sys.executable, args=["-m", "sandbox_kernel.host.cli", "mcp"])
FIRST = "seen = []\n\ndef mean(numbers):\n    seen.append(numbers)\n    return sum(numbers) / len(numbers)\n"
BETTER = FIRST.replace("sum(numbers) / len(numbers)", "sum(numbers) / len(numbers) if numbers else 0.0")


async def main() -> None:
    async with Client(SERVER) as client:

        async def do(tool: str, **arguments: object) -> str:
            answer = await client.call_tool(tool, arguments)
            text = "\n".join(part.text for part in answer.content)
            print(f"{tool}: {text}")
            return text

        await do("create_sandbox", name="work", modules={"stats": FIRST})
        await do("run_code", sandbox="work", code="import stats; stats.mean([1, 2, 3])")
        assert "ZeroDivisionError" in await do("run_code", sandbox="work", code="stats.mean([])")
        assert "v2 is live" in await do("apply_module", sandbox="work", module="stats", source=BETTER, note="empty lists")
        assert await do("run_code", sandbox="work", code="stats.mean([]), len(stats.seen)") == "(0.0, 3)"
        assert "line 1" in await do("apply_module", sandbox="work", module="stats", source="def mean(:\n    return (1\n")
        await do("history", sandbox="work", module="stats")
        await do("diff", sandbox="work", module="stats", left=1, right=2)
        await do("roll_back", sandbox="work", module="stats", version=1)
        assert await do("run_code", sandbox="work", code="len(stats.seen)") == "3"


if __name__ == "__main__":
    asyncio.run(main())
