"""JupyterHub's idle culler, ended with the hub whatever happens to it: `python -m sandbox_kernel.hub.culler ...`"""

from __future__ import annotations

from sandbox_kernel.isolation.keeper import tie_to_parent

if __name__ == "__main__":
    tie_to_parent()
    from jupyterhub_idle_culler import main  # it takes a second, in which the hub may end

    main()
