"""`python -m sandbox_kernel.board`: under the hub of one machine it ends with it, in a cluster it is a pod of its own."""

from __future__ import annotations

import os

from sandbox_kernel.isolation.keeper import tie_to_parent

if __name__ == "__main__":
    if os.environ.get("SANDBOX_CLASSROOM_SETTINGS"):
        tie_to_parent()
    from sandbox_kernel.board.service import main  # it takes a second, in which the hub may end

    main()
