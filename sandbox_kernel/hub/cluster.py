"""The class on a cluster: what Zero to JupyterHub's `hub.extraConfig` calls. See docs/cluster/values.yaml.

The same authenticator, roles and service as on one machine; servers are pods of their own, so nothing shuts them in here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sandbox_kernel.hub.authenticator import RosterAuthenticator
from sandbox_kernel.hub.config import REPORT, SERVICE, TEACH, WATCH, configure_roles
from sandbox_kernel.roster import read_roster

SECRETS = "/srv/classroom"
HOME = "/home/jovyan"


def configure(c: Any) -> None:  # Any: traitlets' config object
    """`SANDBOX_CLASSROOM_SECRETS` names the directory with `roster.csv` and `codes` (32 random bytes)."""
    secrets = Path(os.environ.get("SANDBOX_CLASSROOM_SECRETS", SECRETS))
    database = os.environ.get("SANDBOX_CLASSROOM_ROSTER_DATABASE", "sqlite:///roster.sqlite")
    roles = list(c.JupyterHub.get("load_roles", []))
    configure_roles(c)
    c.JupyterHub.load_roles = [*roles, *(role for role in c.JupyterHub.load_roles if role["name"] != "idle-culler")]
    c.JupyterHub.authenticator_class = RosterAuthenticator
    c.RosterAuthenticator.roster_file = str(secrets / "roster.csv")
    c.RosterAuthenticator.roster_secret_file = str(secrets / "codes")
    c.RosterAuthenticator.roster_database = database
    c.Authenticator.allow_all = True  # `check_allowed` of the roster decides
    c.JupyterHub.template_paths = [str(Path(__file__).parent / "templates")]
    for service in c.JupyterHub.services:
        if service["name"] == SERVICE:
            service["oauth_client_allowed_scopes"] = [TEACH, WATCH, REPORT]
            service["oauth_no_confirm"] = True
            c.Spawner.environment = {"SANDBOX_CLASSROOM_URL": f"{service['url']}/services/{SERVICE}/", **places(HOME)}
    c.Spawner.notebook_dir = f"{HOME}/files"
    c.Spawner.default_url = "/lab"


def places(home: str) -> dict[str, str]:
    """Where a learner's server keeps what: `files` is the learner's, `private` its own."""
    return {"SANDBOX_CLASSROOM_PRIVATE": f"{home}/private", "SANDBOX_KERNEL_ISOLATION": "auto"}


def codes(roster: Path, secret: Path, database: str) -> dict[str, str]:
    """Join codes that were not used yet, by name; `python -m sandbox_kernel.hub.cluster` in the hub's pod prints them."""
    from sandbox_kernel.roster import Credentials

    credentials = Credentials(database, secret.read_bytes())
    try:
        return {name: code for name in read_roster(roster) if (code := credentials.code(name))}
    finally:
        credentials.close()


if __name__ == "__main__":
    place = Path(os.environ.get("SANDBOX_CLASSROOM_SECRETS", SECRETS))
    where = os.environ.get("SANDBOX_CLASSROOM_ROSTER_DATABASE", "sqlite:///roster.sqlite")
    for name, code in codes(place / "roster.csv", place / "codes", where).items():
        os.write(1, f"{name:32}  {code}\n".encode())
