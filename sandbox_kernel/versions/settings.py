"""What the host of a sandbox decided about its modules, as one value that travels into its kernel.

Written by `host.confinement` from the sandbox's limits and profile, read by `runtime.session` when it opens, before any code
of a learner's runs. What the operating system holds round the kernel holds round its compile worker too, whatever this
says: the worker is a child of the kernel.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from sandbox_kernel.versions.artifact import CompileLimits
from sandbox_kernel.versions.profile import Profile, profile_from

VARIABLE: Final = "SANDBOX_KERNEL_VERSIONS"


@dataclass(frozen=True, slots=True)
class Settings:
    """`keep_versions` is how many versions of each module stay when the sandbox opens, tagged ones besides; 0: all."""

    limits: CompileLimits = field(default_factory=CompileLimits)
    profile: Profile = field(default_factory=Profile)
    keep_versions: int = 0

    def __post_init__(self) -> None:
        kept = self.keep_versions
        if isinstance(kept, bool) or not isinstance(kept, int) or kept < 0:
            raise ValueError(f"keep_versions must be a whole number from 0 on, not {kept!r}; 0 keeps all versions")

    def to_text(self) -> str:
        return json.dumps(asdict(self))


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The defaults where nothing was said. ValueError or TypeError for what is no such value."""
    text = environment.get(VARIABLE)
    if not text:
        return Settings()
    found = json.loads(text)
    return Settings(
        CompileLimits(**found["limits"]), profile_from(found["profile"]), keep_versions=found["keep_versions"]
    )
