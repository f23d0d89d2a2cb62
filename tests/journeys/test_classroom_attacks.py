"""What a learner tries who wants another's work, another's server, or points: code in a sandbox, calls from a browser."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

pytest.importorskip("jupyterhub", reason="the extra `classroom` is not installed")
sys.path.insert(0, str(Path(__file__).parent.parent / "classes"))

from opened import Class, opened_class
from visitor import Kernel, Visitor

pytestmark = [pytest.mark.kernel, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (("teach", "instructor"), ("tim", "assistant"), ("ada", "learner"), ("bob", "learner"))
SERVICE = "services/classroom/api"
SECRET = "bob's answer to everything"
NOTEBOOK = "mine.ipynb"


@pytest.fixture(scope="module", params=["auto", pytest.param("fence", marks=pytest.mark.soak)])
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """At the strongest level, and at the one for machines without user namespaces."""
    with opened_class(tmp_path_factory.mktemp("school"), PEOPLE, "--isolation", request.param) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(here: Class) -> AsyncIterator[dict[str, Visitor]]:
    made = {name: await here.visitor(name) for name in ("teach", "tim", "ada", "bob")}
    for name in ("ada", "bob"):
        await made[name].server()
    for name in ("teach", "tim", "ada"):
        await made[name].board()
    note = {"type": "file", "format": "text", "content": SECRET}
    await made["bob"].call("PUT", "user/bob/api/contents/secret.txt", note, expect=201)
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    await made["ada"].call(
        "PUT", f"user/ada/api/contents/{NOTEBOOK}", {"type": "notebook", "content": empty}, expect=201
    )
    yield made
    for visitor in made.values():
        await visitor.http.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kernel(people: dict[str, Visitor]) -> AsyncIterator[Kernel]:
    made = await people["ada"].kernel(NOTEBOOK)
    yield made
    await made.close()


def secrets_of(here: Class) -> list[Path]:
    names = (
        "roster_secret",
        "board_secret",
        "cookie_secret",
        "settings.json",
        "hub.sqlite",
        "classroom.sqlite",
        "roster.sqlite",
    )
    found = [here.directory / name for name in names]
    found += [here.directory / "learners" / name for name in ("bob/files/secret.txt", "ada/private/outbox.sqlite")]
    assert [] == [path for path in found if not path.exists()]
    return found


async def test_code_in_a_sandbox_opens_no_file_of_others_and_none_of_the_class(here: Class, kernel: Kernel) -> None:
    tried = f"""
        import os
        for path in {[str(path) for path in secrets_of(here)]!r}:
            try:
                open(path, "rb").read(1); print("READ", path)
            except OSError as error:
                print(type(error).__name__)
        for path in {[str(here.directory / "learners"), str(here.directory / "learners" / "bob" / "files")]!r}:
            try:
                print("LISTED" if "bob" in os.listdir(path) or "secret.txt" in os.listdir(path) else "nothing")
            except OSError as error:
                print(type(error).__name__)
    """
    said = await kernel.run("\n".join(line[8:] for line in tried.splitlines()))
    assert "READ" not in said
    assert "LISTED" not in said


async def test_no_token_is_in_a_sandboxs_reach(kernel: Kernel) -> None:
    said = await kernel.run(
        "import os, glob\n"
        "found = [f'{k}={v}' for k, v in os.environ.items()]\n"
        "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
        "    try:\n"
        "        found += open(path, 'rb').read().decode(errors='replace').split('\\0')\n"
        "    except OSError:\n"
        "        pass\n"
        "print([line for line in found if 'TOKEN' in line.upper() or 'JUPYTERHUB' in line.upper()])"
    )
    assert "[]\n" == said


async def test_a_sandbox_reaches_neither_hub_nor_service_nor_servers(here: Class, kernel: Kernel) -> None:
    ports = listening_ports(here)
    assert len(ports) >= 5, "hub, proxy twice, service, two servers"
    said = await kernel.run(
        "import socket\n"
        f"for port in {ports!r}:\n"
        "    for host in ('127.0.0.1', 'localhost', '::1'):\n"
        "        try:\n"
        "            socket.create_connection((host, port), 1).close(); print('REACHED', port)\n"
        "        except OSError:\n"
        "            pass\n"
        "print('tried')"
    )
    assert "tried\n" == said


def listening_ports(here: Class) -> list[int]:
    inodes: dict[str, int] = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A":
            inodes[words[9]] = int(words[1].rpartition(":")[2], 16)
    found = set()
    for number in here.processes():
        for descriptor in Path(f"/proc/{number}/fd").iterdir():
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:[") and target[8:-1] in inodes:
                found.add(inodes[target[8:-1]])
    return sorted(found)


async def test_links_that_a_sandbox_makes_open_nothing_through_the_server(
    here: Class, people: dict[str, Visitor], kernel: Kernel
) -> None:
    ada = people["ada"]
    learners = here.directory / "learners"
    targets = {
        "bob": learners / "bob/files/secret.txt",
        "token": "/proc/self/environ",
        "root": "/",
        "private": learners / "ada/private",
        "outbox": learners / "ada/private/outbox.sqlite",
    }
    for name, target in targets.items():
        await kernel.run(
            f"import os; os.symlink({str(target)!r}, os.path.join(os.environ['SANDBOX_KERNEL_DIR'], {name!r}))"
        )
    for name in targets:
        for path in (
            f"api/contents/sandboxes/mine/{name}",
            f"files/sandboxes/mine/{name}",
            f"api/contents/sandboxes/mine/{name}/etc",
        ):
            url = f"{ada.address}/user/ada/{path}"
            async with ada.http.get(url, headers=ada.xsrf(url)) as reply:
                text = await reply.text()
                assert reply.status >= 400, (path, text[:200])
                assert SECRET not in text
                assert "JUPYTERHUB_API_TOKEN" not in text


async def test_a_browser_gets_no_terminal_no_other_kernel_and_no_way_up(people: dict[str, Visitor]) -> None:
    ada = people["ada"]
    assert 404 == await ada.status_of("POST", "user/ada/api/terminals", {})
    assert await ada.status_of("POST", "user/ada/api/kernels", {"name": "python3"}) >= 400
    assert {"sandbox"} == set((await ada.call("GET", "user/ada/api/kernelspecs"))["kernelspecs"])
    for path in ("..%2F..%2Fbob%2Ffiles%2Fsecret.txt", "%2Fetc%2Fpasswd", ".jupyter", "..%2Fprivate%2Foutbox.sqlite"):
        assert await ada.status_of("GET", f"user/ada/api/contents/{path}") >= 400, path
    assert await ada.status_of("GET", f"user/ada/voila/render/{NOTEBOOK}") >= 400


async def test_files_that_jupyter_would_run_are_not_run_by_the_server(here: Class, people: dict[str, Visitor]) -> None:
    """Configuration and modules with the names that servers look for, in the folder that learners write to."""
    ada, mark = people["ada"], here.directory / "learners/ada/files/ran"
    text = f"open({str(mark)!r}, 'w')"
    for name in (
        "jupyter_server_config.py",
        "jupytext.py",
        "sitecustomize.py",
        "ssl.py",
        "json.py",
        "jupyter_config.py",
    ):
        await ada.call(
            "PUT", f"user/ada/api/contents/{name}", {"type": "file", "format": "text", "content": text}, expect=201
        )
    await ada.status_of(
        "PUT", "user/ada/api/contents/.jupytext.py", {"type": "file", "format": "text", "content": text}
    )
    (here.directory / "learners/ada/files/.jupytext.py").write_text(text)
    (here.directory / "learners/ada/files/script.py").write_text("# %%\n1 + 1\n")
    await ada.status_of("GET", "user/ada/api/contents/script.py?type=notebook")
    assert 204 == await ada.status_of("DELETE", "hub/api/users/ada/server")
    await ada.server()
    assert 200 == await ada.status_of("GET", "user/ada/api/contents")
    assert not mark.exists()


async def test_nobody_gets_into_anothers_server(people: dict[str, Visitor]) -> None:
    for name in ("ada", "tim", "teach"):
        visitor = people[name]
        for path in ("user/bob/api/contents", "user/bob/files/secret.txt", "user/bob/api/kernels", "hub/api/users/bob"):
            assert await visitor.status_of("GET", path) in (302, 403, 404), (name, path)
        async with visitor.http.get(f"{visitor.address}/user/bob/files/secret.txt") as reply:
            assert SECRET not in await reply.text()
        assert await visitor.status_of("DELETE", "hub/api/users/bob/server") in (403, 404)
        assert await visitor.status_of("GET", "hub/admin") in (302, 403)


async def test_a_learner_may_ask_the_service_for_nothing_but_themselves(people: dict[str, Visitor]) -> None:
    ada, tim = people["ada"], people["tim"]
    calls = [
        ("GET", "board"), ("GET", "learners/bob"), ("GET", "grades.json"), ("GET", "grades.csv"), ("GET", "revisions"),
        ("POST", "revisions"), ("POST", "revisions/1/take-back"), ("POST", "looks"), ("GET", "looks/1"),
        ("POST", "suggestions"), ("PUT", "deadlines/functions"), ("GET", "people/bob"), ("DELETE", "people/bob"),
        ("GET", "audit"),
    ]  # fmt: skip
    for method, path in calls:
        assert 403 == await ada.status_of(method, f"{SERVICE}/{path}", {}), path
    watching = {"board", "learners/bob"}
    for method, path in calls:
        expected = 200 if path in watching else 403
        assert expected == await tim.status_of(method, f"{SERVICE}/{path}", {}), path
    mine = await ada.call("GET", f"{SERVICE}/mine")
    assert ["ada"] == [person["name"] for person in mine["person"]]


async def test_a_token_reports_for_its_owner_and_no_one_else(people: dict[str, Visitor]) -> None:
    """A learner may make a token of their own; events in it for another are that learner's own events."""
    ada, teach = people["ada"], people["teach"]
    async with ada.http.get(f"{ada.address}/hub/token"):
        pass
    scopes = ["access:services!service=classroom", "custom:classroom:report"]
    token = (await ada.call("POST", "hub/api/users/ada/tokens", {"scopes": scopes}, expect=201))["token"]
    for wanted in (
        ["custom:classroom:teach"],
        ["custom:classroom:watch"],
        ["admin:users"],
        ["access:servers!user=bob"],
    ):
        assert await ada.status_of("POST", "hub/api/users/ada/tokens", {"scopes": wanted}) in (400, 403), wanted
    body = {"events": [{"key": "k", "time": 1.0, "learner": "bob", "what": {"type": "opened", "lesson": "forged"}}]}
    headers = {"Authorization": f"token {token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{ada.address}/{SERVICE}/seat/events", data=json.dumps(body)) as reply:
            assert 200 == reply.status
        async with http.get(f"{ada.address}/{SERVICE}/board") as reply:
            assert 403 == reply.status
        async with http.get(f"{ada.address}/user/bob/api/contents") as reply:
            assert reply.status in (302, 403)
    assert [] == (await teach.call("GET", f"{SERVICE}/learners/bob"))["standing"]
    assert await people["bob"].status_of("POST", f"{SERVICE}/seat/events", body) == 403, (
        "a cookie alone reports nothing"
    )


async def test_what_is_handed_out_has_no_solutions(here: Class) -> None:
    course = here.directory / "learners/ada/private/course"
    handed_out = [path.read_text() for path in (here.directory / "learners/ada").rglob("*.ipynb")]
    assert len(handed_out) >= 18, "nine copies and nine lessons to check with"
    assert (course / "course.toml").exists()
    for text in handed_out:
        roles = {cell["metadata"].get("sandbox_kernel", {}).get("role") for cell in json.loads(text)["cells"]}
        assert not roles & {"solution", "wrong"}


async def test_ten_kills_of_the_service_lose_nothing_and_double_nothing(
    here: Class, people: dict[str, Visitor]
) -> None:
    """Two hundred answers are written while the service is killed ten times; each arrives exactly once."""
    ada, teach = people["ada"], people["teach"]
    kernel = await ada.kernel(NOTEBOOK)
    await kernel.run(
        "import json, os, pathlib, threading, time\n"
        "place = pathlib.Path(os.environ['SANDBOX_KERNEL_DIR'], '.sandbox', 'outbox')\n"
        "place.mkdir(parents=True, exist_ok=True)\n"
        "def write():\n"
        "    for number in range(200):\n"
        "        facts = dict(type='checked', lesson='functions', version='1', exercise='ticket', status='fail',\n"
        "                     answer=f'answer {number}', counts=False)\n"
        "        (place / f'.{number:04}').write_text(json.dumps(facts))\n"
        "        (place / f'.{number:04}').rename(place / f'{number:04}.json')\n"
        "        time.sleep(0.08)\n"
        "threading.Thread(target=write).start()"
    )
    for _ in range(10):
        os.kill(await the_service(here), signal.SIGKILL)
        await asyncio.sleep(1.2)  # it starts again, takes some events, and is killed with others on their way

    async def arrived() -> list[str]:
        if await teach.status_of("GET", f"{SERVICE}/learners/ada") != 200:
            return []
        found = await teach.call("GET", f"{SERVICE}/learners/ada")
        return [row["answer"] for row in found["attempt"]]

    answers: list[str] = []
    async with asyncio.timeout(60):
        while len(answers) < 200:
            answers = await arrived()
            await asyncio.sleep(0.3)
    assert sorted(f"answer {number}" for number in range(200)) == sorted(answers)
    await kernel.close()


async def the_service(here: Class) -> int:
    async with asyncio.timeout(20):
        while True:
            try:
                return here.service()
            except LookupError:
                await asyncio.sleep(0.05)
