"""A cluster's class without a cluster: `unshare -Urnm --pid --fork --kill-child python apart.py PLACE COURSE`

Hub, service and two learners' servers are processes of their own in network namespaces of their own, joined by a bridge, and
each has a disk of its own in the same place. Plays one scene from outside and prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import study
from visitor import Visitor, until

PARTS = {"hub": "10.9.0.1", "service": "10.9.0.2", "ada": "10.9.0.3", "bob": "10.9.0.4"}
HUB, SERVICE = "http://10.9.0.1", "http://10.9.0.2:10101"
TOKEN = "a-service-token-of-this-scene"
PASSWORD = "a good password"
ROSTER = "name,shown,role\nteach,Teach,instructor\nada,Ada,learner\nbob,Bob,learner\n"
NOTEBOOK = "01-functions-and-predictions.ipynb"
CONFIG = """
import subprocess, sys
from jupyterhub.spawner import LocalProcessSpawner
from sandbox_kernel.hub.cluster import configure

PARTS, PIDS, DISK = {parts!r}, {pids!r}, {disk!r}

class Apart(LocalProcessSpawner):
    def user_env(self, env):
        return env  # nobody of these is a user of this machine

    async def start(self):
        name = self.user.name
        self.ip, self.port = PARTS[name], 8888
        into = ["nsenter", f"--net=/proc/{{PIDS[name]}}/ns/net", f"--mount=/proc/{{PIDS[name]}}/ns/mnt"]
        command = [*into, sys.executable, "-P", "-m", "sandbox_kernel.seat.server"]
        log = open(f"{{DISK}}/{{name}}.log", "ab")
        self.proc = subprocess.Popen(command, env=self.get_env(), start_new_session=True, stdout=log, stderr=log)
        self.pid = self.proc.pid
        return self.ip, self.port

c.JupyterHub.spawner_class = Apart
c.JupyterHub.bind_url = "{hub}:8000/"
c.JupyterHub.hub_bind_url = "{hub}:8081"
c.JupyterHub.db_url = f"sqlite:///{{DISK}}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{{DISK}}/cookies"
c.ConfigurableHTTPProxy.command = [sys.executable, "-P", "-m", "sandbox_kernel.hub.proxy"]
c.ConfigurableHTTPProxy.pid_file = f"{{DISK}}/proxy.pid"
c.JupyterHub.services = [{{"name": "classroom", "url": {service!r}, "api_token": {token!r}}}]
configure(c)
places = {{"SANDBOX_CLASSROOM_PRIVATE": f"{{DISK}}/private", "HOME": f"{{DISK}}/home"}}
c.Spawner.environment = {{**c.Spawner.environment, **places}}
c.Spawner.notebook_dir = f"{{DISK}}/files"
c.Spawner.http_timeout = 60
"""


class Apart:
    def __init__(self, disk: Path, course: Path) -> None:
        self.disk, self.course = disk, course
        self.holders = {name: self._part(name, address) for name, address in self._bridged().items()}

    def _bridged(self) -> dict[str, str]:
        for line in ("link set lo up", "link add br0 type bridge", "addr add 10.9.0.254/24 dev br0", "link set br0 up"):
            subprocess.run(["ip", *line.split()], check=True)
        return PARTS

    def _part(self, name: str, address: str) -> int:
        """A process that holds the namespaces of one part; its number."""
        mounted = f"mount -t tmpfs disk {self.disk} && echo ready && exec sleep infinity"
        holder = subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", mounted], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        assert b"ready\n" == holder.stdout.readline()
        for line in (
            f"link add v-{name} type veth peer name eth0 netns {holder.pid}",
            f"link set v-{name} master br0 up",
        ):
            subprocess.run(["ip", *line.split()], check=True)
        for line in ("link set lo up", f"addr add {address}/24 dev eth0", "link set eth0 up"):
            subprocess.run([*self._into(holder.pid), "ip", *line.split()], check=True)
        return holder.pid

    def _into(self, holder: int) -> list[str]:
        return ["nsenter", f"--net=/proc/{holder}/ns/net", f"--mount=/proc/{holder}/ns/mnt"]

    def write(self, name: str, path: str, data: bytes) -> None:
        command = [*self._into(self.holders[name]), "sh", "-c", f"cat > {self.disk}/{path}"]
        subprocess.run(command, input=data, check=True)

    def read(self, name: str, command: str) -> str:
        done = subprocess.run(
            [*self._into(self.holders[name]), "sh", "-c", command], capture_output=True, text=True, check=False
        )
        return done.stdout

    def start(self, name: str, program: list[str], **env: str) -> subprocess.Popen[bytes]:
        log = (self.disk.parent / f"{name}.log").open("wb")
        command = [*self._into(self.holders[name]), sys.executable, "-P", "-m", *program]
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "SANDBOX"))}
        return subprocess.Popen(command, env={**clean, "HOME": str(self.disk), **env}, cwd="/", stdout=log, stderr=log)

    def open(self) -> None:
        config = CONFIG.format(
            parts=PARTS, pids=self.holders, disk=str(self.disk), hub=HUB, service=SERVICE, token=TOKEN
        )
        self.write("hub", "roster.csv", ROSTER.encode())
        self.write("hub", "codes", bytes(range(32)))
        self.write("hub", "config.py", config.encode())
        self.write("service", "roster.csv", ROSTER.encode())
        disk = str(self.disk)
        service = {
            "JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:10101",
            "JUPYTERHUB_API_TOKEN": TOKEN,
            "JUPYTERHUB_API_URL": f"{HUB}:8081/hub/api",
            "SANDBOX_CLASSROOM_ROSTER": f"{disk}/roster.csv",
            "SANDBOX_CLASSROOM_COURSE": str(self.course),
            "SANDBOX_CLASSROOM_DATABASE": f"sqlite:///{disk}/class.sqlite",
        }
        hub = {
            "SANDBOX_CLASSROOM_SECRETS": disk,
            "SANDBOX_CLASSROOM_ROSTER_DATABASE": f"sqlite:///{disk}/people.sqlite",
        }
        self.start("service", ["sandbox_kernel.board"], **service)
        self.start("hub", ["jupyterhub", "-f", f"{disk}/config.py"], **hub)
        deadline = time.monotonic() + 90
        while not (answers(f"{HUB}:8000/hub/health") and answers(f"{HUB}:8000/services/classroom/health")):
            assert time.monotonic() < deadline, "the class did not come up"
            time.sleep(0.2)

    def codes(self) -> dict[str, str]:
        from sandbox_kernel.roster import Credentials

        credentials = Credentials("sqlite://", bytes(range(32)))
        found = {name: credentials.code(name) for name in ("teach", "ada", "bob")}
        credentials.close()
        return found


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (OSError, urllib.error.HTTPError):
        return False


async def scene(apart: Apart) -> dict[str, Any]:  # Any: JSON
    codes = apart.codes()
    people = {name: Visitor(f"{HUB}:8000", name) for name in codes}
    for name, visitor in people.items():
        assert 302 == await visitor.come_in(PASSWORD, code=codes[name])
    teach, ada, bob = people.values()
    await teach.board()
    for visitor in (ada, bob):
        await visitor.server()
    path = f"user/ada/api/contents/{NOTEBOOK}?content=0"

    async def handed_out() -> bool:
        return await ada.status_of("GET", path) == 200

    await until(handed_out, 30)
    kernel = await ada.kernel(NOTEBOOK)
    await kernel.run(study.opening(study.lesson()))
    cells = study.answers(study.lesson(), "ticket")
    await kernel.run(cells["right"])
    said = await kernel.run(cells["check"])

    async def graded() -> Any:  # Any: JSON
        found = await teach.call("GET", "services/classroom/api/grades.json")
        return [one for one in found["grades"] if one["points"]]

    grades = await until(graded, 60)
    token = "tr '\\0' '\\n' < /proc/$(pgrep -f sandbox_kernel.seat.server | head -1)/environ | grep -c TOKEN"
    reach = (
        "import socket\n"
        "try:\n"
        "    socket.create_connection(('10.9.0.2', 10101), 1); print('REACHED')\n"
        "except OSError as error:\n"
        "    print('no')"
    )
    result = {
        "said": said,
        "grades": [[one["learner"], one["exercise"], one["points"]] for one in grades],
        "disks": {name: sorted(apart.read(name, f"ls {apart.disk}").split()) for name in PARTS},
        "tokens_in_proc": apart.read("ada", token).strip(),
        "sandbox_reaches_service": await kernel.run(reach),
    }
    await kernel.close()
    for visitor in people.values():
        await visitor.http.close()
    return result


def main() -> None:
    apart = Apart(Path(sys.argv[1]), Path(sys.argv[2]))
    apart.open()
    sys.stdout.write("\n" + json.dumps(asyncio.run(scene(apart))) + "\n")


if __name__ == "__main__":
    main()
