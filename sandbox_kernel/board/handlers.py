"""What every handler of the service shares: who asks (from the hub's token or cookie), and what they may (scopes alone)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import msgspec
from jupyterhub.services.auth import HubOAuthenticated
from tornado.web import HTTPError, RequestHandler

from sandbox_kernel.board.checking import Checking
from sandbox_kernel.board.school import NotThere, School
from sandbox_kernel.errors import SandboxError

TEACH, WATCH, REPORT = "custom:classroom:teach", "custom:classroom:watch", "custom:classroom:report"
WAIT_S = 25.0
BODY_BYTES = 32 * 1024 * 1024

S = TypeVar("S")


class Handler(HubOAuthenticated, RequestHandler):  # type: ignore[misc]  # jupyterhub has no types
    """`needs` is the scope that a request must have; every request is authenticated before anything else happens."""

    needs: ClassVar[str] = WATCH
    redirects: ClassVar[bool] = False  # pages send to the login, calls answer 403

    def initialize(self, school: School, checking: Checking) -> None:
        self.school = school
        self.checking = checking

    async def prepare(self) -> None:
        user = await self.hub_auth.get_user(self, sync=False)
        allowed = bool(user) and bool(self.hub_auth.check_scopes(self.hub_auth.access_scopes, user))
        self._hub_auth_user_cache = user if allowed else None
        self.current_user = self._hub_auth_user_cache
        if self.current_user is None:
            if self.redirects and self.request.method == "GET" and not user:
                self.redirect(self.get_login_url())
                return
            raise HTTPError(403, "please log in to the class first")
        if not self.may(self.needs):
            raise HTTPError(403, "this is for those who teach the class")

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header(
            "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        )

    @property
    def me(self) -> str:
        return str(self.current_user["name"])

    def may(self, scope: str) -> bool:
        return scope in self.current_user["scopes"]

    def body(self, kind: type[S]) -> S:
        """The request's JSON as this type; a 400 with the reason for anything else."""
        try:
            return msgspec.json.decode(self.request.body, type=kind)
        except msgspec.DecodeError as error:
            raise HTTPError(400, f"this request is not understood ({error})") from None

    def reply(self, value: object) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(msgspec.json.encode(value))

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # Any: tornado
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, NotThere):
            status_code, message = 404, str(error)
        elif isinstance(error, SandboxError):
            status_code, message = 409, str(error)
        elif isinstance(error, HTTPError) and error.log_message:
            message = error.log_message
        else:
            message = HTTPStatus(status_code).phrase
        self.set_status(status_code)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"error": message}))

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:  # Any: tornado
        if not isinstance(value, SandboxError):
            super().log_exception(kind, value, trace)
