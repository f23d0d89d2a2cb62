"""What the tests of the version store share."""

from __future__ import annotations

from sandbox_kernel.versions.store import Change, VersionStore


def apply(store: VersionStore, sources: dict[str, str | None], kind: str = "reload", target: int = 0) -> Change:
    return store.accept(store.stage(sources, kind=kind, target=target).id)


def live(store: VersionStore) -> dict[str, str]:
    return {name: version.source for name, version in store.live().items()}
