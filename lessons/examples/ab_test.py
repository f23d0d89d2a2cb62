"""An A/B run: two variants of one module under the same requests, compared by a measure, and the better one for all.

    python ab_test.py
"""

import asyncio
import random
import statistics

from sandbox_kernel import SandboxManager

A = "def discount(total):\n    return 0.05 if total > 50 else 0.0\n"
B = "def discount(total):\n    return min(0.15, total / 1000)\n"
SHOPS = ["shop-1", "shop-2", "shop-3"]


def buys(total: float, discount: float, chance: random.Random) -> bool:
    """The world outside: a larger discount sells more often."""
    return chance.random() < 0.4 + 3 * discount


async def earned(manager: SandboxManager, variant: str, totals: list[float]) -> float:
    """Mean of what customers with these baskets bring, under the variant's discount."""
    box = manager.get(variant)
    told = await box.run(f"import pricing; [pricing.discount(t) for t in {totals!r}]")
    discounts = [float(text) for text in told.text.strip("[]").split(",")]
    chance = random.Random(1)
    return statistics.mean(
        total * (1 - discount) if buys(total, discount, chance) else 0.0
        for total, discount in zip(totals, discounts, strict=True)
    )


async def main() -> None:
    chance = random.Random(7)
    totals = [round(chance.uniform(5, 200), 2) for _ in range(500)]
    async with SandboxManager() as manager:
        await manager.create_many(SHOPS, modules={"pricing": A})
        await manager.create("A", modules={"pricing": A})
        await manager.create("B", modules={"pricing": B})
        scores = dict(zip("AB", await asyncio.gather(*(earned(manager, name, totals) for name in "AB")), strict=True))
        winner = max(scores, key=scores.__getitem__)
        print(f"earned per customer: A {scores['A']:.2f}, B {scores['B']:.2f}; {winner} wins")
        assert winner == "B"
        done = await manager.promote(winner, SHOPS)
        print("promoted to", ", ".join(f"{name} {report.versions}" for name, report in done.items()))
        answers = await manager.run_many("import pricing; pricing.discount(100)", SHOPS)
        assert {result.text for result in answers.values()} == {"0.1"}


if __name__ == "__main__":
    asyncio.run(main())
