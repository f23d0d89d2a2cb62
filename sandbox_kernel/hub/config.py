"""JupyterHub's configuration for a class: one function for one machine, and its part that a cluster uses as well.

Roles are JupyterHub's scopes and nothing else. Instructors teach, assistants watch, learners report; nobody is an admin of
the hub, and the token of a learner's server can report that learner's own events and nothing more.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from sandbox_kernel.hub.authenticator import RosterAuthenticator
from sandbox_kernel.hub.spawner import SeatSpawner
from sandbox_kernel.roster import ASSISTANT, GROUPS, INSTRUCTOR, LEARNER

SERVICE: Final = "classroom"
ACCESS: Final = f"access:services!service={SERVICE}"
TEACH, WATCH, REPORT = "custom:classroom:teach", "custom:classroom:watch", "custom:classroom:report"
SERVER_SCOPES: Final = ["users:activity!user", "access:servers!server", ACCESS, REPORT]
CULL_SERVERS_S: Final = 2 * 3600


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line decided, as it lies in `settings.json` of the classroom's directory."""

    directory: str
    roster: str
    course: str
    ip: str
    port: int
    hub_port: int
    proxy_port: int
    service_port: int
    database: str
    cookie_secret: str
    isolation: str
    ssl_key: str = ""
    ssl_cert: str = ""
    retention_days: int = 365

    def write(self) -> Path:
        path = Path(self.directory) / "settings.json"
        path.write_bytes(msgspec.json.encode(asdict(self)))
        path.chmod(0o600)
        return path

    @staticmethod
    def read(path: Path) -> Settings:
        return msgspec.json.decode(path.read_bytes(), type=Settings)


def configure(c: Any, path: str) -> None:  # Any: traitlets' config object
    """Called by `jupyterhub_config.py` of the classroom's directory."""
    settings = Settings.read(Path(path))
    _hub(c, settings)
    _proxy(c, settings)
    _authenticator(c, settings)
    _spawner(c, settings)
    configure_roles(c)
    c.JupyterHub.services = [_service(settings), _culler()]


def configure_roles(c: Any) -> None:  # Any: as above
    """Scopes, groups and roles of a class; all that a cluster shares with one machine."""
    c.JupyterHub.custom_scopes = {
        TEACH: {"description": "Teach the class: the board, fixes, looks, grades", "subscopes": [WATCH]},
        WATCH: {"description": "See the board"},
        REPORT: {"description": "Report one's own work to the board"},
    }
    c.Authenticator.manage_groups = True  # who is in which group is asked of the roster at each login and each minute
    c.Authenticator.auth_refresh_age = 60
    c.JupyterHub.load_roles = [
        {"name": "learners", "groups": [GROUPS[LEARNER]], "scopes": [ACCESS, REPORT]},
        {"name": "assistants", "groups": [GROUPS[ASSISTANT]], "scopes": [ACCESS, REPORT, WATCH]},
        {"name": "instructors", "groups": [GROUPS[INSTRUCTOR]], "scopes": [ACCESS, REPORT, TEACH]},
        {
            "name": "idle-culler",
            "services": ["idle-culler"],
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        },
    ]
    c.Spawner.server_token_scopes = SERVER_SCOPES


def _hub(c: Any, settings: Settings) -> None:  # Any: as above
    directory = Path(settings.directory)
    scheme = "https" if settings.ssl_cert else "http"
    c.JupyterHub.bind_url = f"{scheme}://{settings.ip}:{settings.port}/"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
    c.JupyterHub.db_url = f"sqlite:///{directory / 'hub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(directory / "cookie_secret")
    c.JupyterHub.template_paths = [str(Path(__file__).parent / "templates")]
    c.JupyterHub.cleanup_servers = c.JupyterHub.cleanup_proxy = True
    c.JupyterHub.concurrent_spawn_limit = 0  # it sends the ninth away; the spawner lets them wait their turn
    c.JupyterHub.default_url = _landing
    c.JupyterHub.log_level = "WARN"
    c.Application.log_level = "WARN"


def _landing(handler: Any) -> str:  # Any: tornado
    """After the login: a learner's server, or the board for who teaches."""
    user = handler.current_user
    teaches = user is not None and {group.name for group in user.groups} & {GROUPS[INSTRUCTOR], GROUPS[ASSISTANT]}
    return f"/services/{SERVICE}/" if teaches else f"{handler.hub.base_url}spawn"


def _proxy(c: Any, settings: Settings) -> None:  # Any: as above
    c.ConfigurableHTTPProxy.command = [sys.executable, "-P", "-m", "sandbox_kernel.hub.proxy"]
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.pid_file = str(Path(settings.directory) / "proxy.pid")
    if settings.ssl_cert:
        c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = settings.ssl_cert, settings.ssl_key


def _authenticator(c: Any, settings: Settings) -> None:  # Any: as above
    directory = Path(settings.directory)
    c.JupyterHub.authenticator_class = RosterAuthenticator
    c.RosterAuthenticator.roster_file = settings.roster
    c.RosterAuthenticator.roster_database = f"sqlite:///{directory / 'roster.sqlite'}"
    c.RosterAuthenticator.roster_secret_file = str(directory / "roster_secret")
    c.Authenticator.allow_all = True  # `check_allowed` of the roster decides
    c.Authenticator.enable_auth_state = False


def _spawner(c: Any, settings: Settings) -> None:  # Any: as above
    c.JupyterHub.spawner_class = SeatSpawner
    c.SeatSpawner.directory = settings.directory
    c.SeatSpawner.isolation = settings.isolation
    c.SeatSpawner.seat_environment = {
        "SANDBOX_CLASSROOM_URL": f"http://127.0.0.1:{settings.service_port}/services/{SERVICE}/",
        "SANDBOX_KERNEL_START": "plain",
    }
    c.Spawner.default_url = "/lab"
    c.Spawner.http_timeout = 60
    c.Spawner.start_timeout = 300  # a whole class at once on a small machine


def _service(settings: Settings) -> dict[str, Any]:  # Any: as the hub takes it
    return {
        "name": SERVICE,
        "url": f"http://127.0.0.1:{settings.service_port}",
        "command": [sys.executable, "-P", "-m", "sandbox_kernel.board"],
        "environment": {"SANDBOX_CLASSROOM_SETTINGS": str(Path(settings.directory) / "settings.json")},
        "oauth_client_allowed_scopes": [TEACH, WATCH, REPORT],
        "oauth_no_confirm": True,
        "display": False,
    }


def _culler() -> dict[str, Any]:  # Any: as above
    return {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-P",
            "-m",
            "sandbox_kernel.hub.culler",
            f"--timeout={CULL_SERVERS_S}",
            "--cull-every=300",
        ],
    }
