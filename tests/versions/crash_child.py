"""Changes a store without end and says on its output what is done; `test_crash` kills it at a random moment."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from sandbox_kernel.versions.store import VersionStore

MODULES = ("cart", "shop", "tax")


def acknowledge(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def main(directory: Path, seed: int) -> None:
    chance = random.Random(seed)
    store = VersionStore.open(directory)
    acknowledge(ready=True)
    for count in range(10**6):
        match chance.choice(("apply", "apply", "apply", "rollback", "reject", "export", "state")):
            case "apply":
                modules = chance.sample(MODULES, chance.randint(1, 3))
                # All texts of a change carry the same mark, so that a torn change would show.
                text = f"MARK = '{seed}-{count}'\n" + "x = 1\n" * chance.randint(0, 3000)
                change = store.stage(dict.fromkeys(modules, text), kind="reload")
                acknowledge(accepted=store.accept(change.id).id)
            case "rollback" if store.modules():
                module = chance.choice(store.modules())
                text = store.source(module, chance.choice(store.numbers(module)))
                acknowledge(accepted=store.accept(store.stage({module: text}, kind="rollback").id).id)
            case "reject":
                change = store.stage({chance.choice(MODULES): f"x = ({seed}, {count}\n"}, kind="reload")
                acknowledge(rejected=store.reject(change.id, stage="compile", reason="never closed").id)
            case "export":
                store.export_history(directory / "history.jsonl")
                acknowledge(exported=True)
            case "state" if store.live():
                module, version = chance.choice(sorted(store.live().items()))
                store.save_state(module, version.number, f"{seed}-{count}".encode())
                acknowledge(state=[module, version.number, f"{seed}-{count}"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
