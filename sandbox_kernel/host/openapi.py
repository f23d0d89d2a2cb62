"""The OpenAPI document of `/sandbox/api`, written from the routes and the wire's own structs.

`python -m sandbox_kernel.host.openapi` writes it to `share/server/openapi.json`, which is shipped; a test holds the two
together, and another holds every answer of a running server against it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

import sandbox_kernel
from sandbox_kernel import wire
from sandbox_kernel.host.rest import ROUTES, Ask, Refusal, Route
from sandbox_kernel.host.served import Served

TARGET = Path(__file__).parent.parent / "share" / "server" / "openapi.json"
PLACES = {"sandbox": "The id of the sandbox's kernel.", "module": "A module's name."}

Json = dict[str, Any]  # Any: JSON


def document() -> Json:
    replies = {route.does.reply for route in ROUTES if isinstance(route.does, Ask)}
    given = {route.given for route in ROUTES if route.given is not None and route.method != "GET"}
    kinds = [*sorted(replies | given | {wire.Applied}, key=lambda kind: kind.__name__), Served, Refusal]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "sandbox-kernel",
            "version": sandbox_kernel.__version__,
            "description": "The sandboxes of a Jupyter server. Who may call is decided by the server's own identity "
            "provider and authorizer: reading needs `read`, changing needs `execute` on `kernels`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/sandbox/api"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
        },
    }


def _operation(route: Route) -> Json:
    verb = route.does if isinstance(route.does, str) else route.path.rpartition("/")[2].strip("{}")
    found: Json = {
        "operationId": f"{route.method.lower()}_{verb}",
        "summary": route.summary,
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": _responses(route),
    }
    if route.given is not None and route.method != "GET":
        found["requestBody"] = {"required": True, "content": _content(_ref(route.given.__name__))}
    return found


def _in_path(route: Route) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "description": PLACES[name], "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _in_query(route: Route) -> list[Json]:
    if route.given is None or route.method != "GET":
        return []
    return [
        {
            "name": field.name,
            "in": "query",
            "required": field.required,
            "schema": {"type": "integer"} if field.required else {"type": "integer", "default": field.default},
        }
        for field in msgspec.structs.fields(route.given)
    ]


def _responses(route: Route) -> Json:
    problem = {"description": "It was not done; the message says why.", "content": _content(_ref("Refusal"))}
    found: Json = {"default": problem}
    if route.does == "shutdown":
        return {"204": {"description": "It is shut down."}, **found}
    if route.does == "all":
        schema: Json = {"type": "array", "items": _ref("Served")}
    else:
        schema = _ref(route.does.reply.__name__ if isinstance(route.does, Ask) else "Served")
    found = {"200": {"description": "Done.", "content": _content(schema)}, **found}
    if isinstance(route.does, Ask) and route.does.reply is wire.Applied:
        refused = {"oneOf": [_ref("Applied"), _ref("Refusal")]}
        found["409"] = {"description": "Refused: nothing was changed.", "content": _content(refused)}
    return found


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def text() -> str:
    return json.dumps(document(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
