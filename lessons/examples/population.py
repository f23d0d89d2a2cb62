"""A population of variants: spawn, load, score in parallel, keep the best, breed, and know everyone's ancestors.

    python population.py

Each individual is a module with a formula in a sandbox of its own. A variant that raises, hangs or dies scores nothing and harms
nobody. What is a bad formula here may be a program that a model wrote.
"""

import asyncio
import random
from dataclasses import dataclass

from sandbox_kernel import Sandbox, SandboxManager

POINTS = [(x, 3 * x * x - 2 * x + 1) for x in range(-4, 5)]
SIZE, GENERATIONS, KEPT = 6, 6, 2


@dataclass(frozen=True)
class Individual:
    name: str
    numbers: tuple[int, int, int]
    parents: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        a, b, c = self.numbers
        trap = {11: "    while True: pass\n", 12: "    import os; os._exit(1)\n"}.get(c, "")  # rare and lethal
        return f"def f(x):\n{trap}    return {a} * x * x + {b} * x + {c}\n"


async def score(box: Sandbox) -> float:
    """How far the formula is from the points, as a negative number; worst of all when there is no answer."""
    told = await box.run(f"import formula; sum(abs(formula.f(x) - y) for x, y in {POINTS!r})", timeout_s=1)
    return -float(told.text) if told.ok else float("-inf")


async def evaluate(manager: SandboxManager, population: list[Individual]) -> dict[str, float]:
    """Spawns the newcomers in parallel and scores everyone; whoever is gone is started again for the next round."""
    running = {info.name for info in manager.list()}
    newcomers = [one for one in population if one.name not in running]
    await asyncio.gather(*(manager.create(one.name, modules={"formula": one.source}) for one in newcomers))
    scores = await asyncio.gather(*(score(manager.get(one.name)) for one in population))
    return {one.name: points for one, points in zip(population, scores, strict=True)}


def offspring(parents: list[Individual], number: int, chance: random.Random) -> Individual:
    mother, father = chance.sample(parents, 2)
    mixed = [chance.choice(pair) for pair in zip(mother.numbers, father.numbers, strict=True)]
    place = chance.randrange(3)
    mixed[place] += chance.choice((-2, -1, 1, 2))
    return Individual(f"n{number}", (mixed[0], mixed[1], mixed[2]), (mother.name, father.name))


async def main() -> None:
    chance = random.Random(3)
    born = [Individual(f"n{i}", (chance.randint(0, 5), chance.randint(-5, 5), chance.randint(-3, 3))) for i in range(SIZE - 2)]
    born += [Individual("hangs", (0, 0, 11)), Individual("dies", (0, 0, 12))]
    everyone = {one.name: one for one in born}
    population, number = born, SIZE
    first = best = float("-inf")
    async with SandboxManager() as manager:
        for generation in range(GENERATIONS):
            scores = await evaluate(manager, population)
            ranked = sorted(population, key=lambda one: scores[one.name], reverse=True)
            best = scores[ranked[0].name]
            if generation == 0:
                first = best
                assert scores["hangs"] == scores["dies"] == float("-inf")
            print(f"generation {generation}: best {ranked[0].name} {ranked[0].numbers}, off by {-best:g}")
            kept = ranked[:KEPT]
            await manager.destroy_many(one.name for one in ranked[KEPT:])
            children = [offspring(kept, number + i, chance) for i in range(SIZE - KEPT)]
            number += len(children)
            everyone |= {one.name: one for one in children}
            population = [*kept, *children]
        winner = ranked[0]
        line = [winner.name]
        while everyone[line[-1]].parents:
            line.append(everyone[line[-1]].parents[0])
        print("the winner's mothers:", " <- ".join(line))
        assert best > first
        assert len(manager.list()) == KEPT
    assert not manager.list()


if __name__ == "__main__":
    asyncio.run(main())
