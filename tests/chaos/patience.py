"""A client that asks again, with the same key, until it has an answer: what a form resent by hand does, and a page by itself."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.support.platform import Account, RunningPlatform

_AWAY = frozenset({502, 503, 504})
_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.15
_TOKEN_SECONDS = 200.0

Answer = tuple[int, Any]


@dataclass
class Member:
    """Somebody who is signed in, and stays so."""

    account: Account
    session_token: str
    user_id: str = ""
    token: str = ""
    token_until: float = 0.0


@dataclass
class PatientClient:
    """Every question and command ends in an answer. `broken` holds answers that no bad luck excuses."""

    platform: RunningPlatform
    chance: random.Random
    http: aiohttp.ClientSession
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    async def sign_in(self, account: Account) -> Member:
        """Password and second factor at identity's own door."""
        credentials = {"tenant": account.tenant, "email": account.email, "password": account.password}
        step = await self._enter("/sign-in", credentials)
        proof = {"challenge": step["challenge"], "code": await asyncio.to_thread(account.code)}
        signed_in = await self._enter("/sign-in/second-factor", proof)
        member = Member(account, signed_in["session_token"])
        await self._token_of(member)
        return member

    async def _enter(self, path: str, command: dict[str, Any]) -> Any:
        status, body = await self._persist("identity", "POST", path, command, {})
        assert status < 400, (path, status, body)
        return body

    async def _token_of(self, member: Member) -> str:
        if member.token_until < time.monotonic():
            issued = await self._enter("/tokens", {"session_token": member.session_token, "active": True})
            member.token, member.user_id = issued["token"], issued["me"]["user_id"]
            member.token_until = time.monotonic() + _TOKEN_SECONDS
        return member.token

    async def ask(self, member: Member, service: str, path: str) -> Any:
        """A question that must succeed in the end."""
        headers = {"Authorization": f"Bearer {await self._token_of(member)}"}
        status, body = await self._persist(service, "GET", path, None, headers)
        assert status == 200, (path, status, body)
        return body

    async def tell(self, member: Member, service: str, path: str, command: dict[str, Any]) -> Answer:
        """A command: one key, sent as often as it takes, and now and then twice at once as a double click is."""
        self.counts["commands"] += 1
        token = await self._token_of(member)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        if self.chance.random() >= 0.1:
            return await self._persist(service, "POST", path, command, headers)
        self.counts["double clicks"] += 1
        first, second = await asyncio.gather(
            self._persist(service, "POST", path, command, headers),
            self._persist(service, "POST", path, command, headers),
        )
        if first[0] < 400 and first != second:
            self.broken.append(f"a double click got two answers: {path} {first} {second}")
        return first

    async def tell_by_page(self, member: Member, path: str, fields: dict[str, str], csrf: str) -> int:
        """The same through the gateway, with the key that the form carries."""
        self.counts["commands"] += 1
        self.counts["through a page"] += 1
        form = {"_csrf": csrf, "_key": str(uuid4()), **fields}
        headers = {"Cookie": f"vangnet_session={member.session_token}"}
        status, _ = await self._persist("gateway", "POST", path, None, headers, form=form)
        return status

    async def page(self, member: Member, path: str) -> str:
        """A page as this person's browser gets it."""
        headers = {"Cookie": f"vangnet_session={member.session_token}"}
        status, body = await self._persist("gateway", "GET", path, None, headers)
        assert status == 200, (path, status)
        return str(body)

    async def _persist(
        self,
        service: str,
        method: str,
        path: str,
        command: dict[str, Any] | None,
        headers: dict[str, str],
        *,
        form: dict[str, str] | None = None,
    ) -> Answer:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        url = self.platform.facts["service_urls"][service] + path
        while True:
            self.counts["requests"] += 1
            try:
                async with self.http.request(
                    method, url, json=command, data=form, headers=headers, allow_redirects=False
                ) as answer:
                    body = await answer.read()
                    if answer.status < 500:
                        is_json = "json" in answer.headers.get("Content-Type", "")
                        return answer.status, json.loads(body) if is_json and body else body.decode()
                    self.counts["answered: not now"] += 1
                    if answer.status not in _AWAY:
                        self.broken.append(f"{answer.status} {method} {path}: {body[:300]!r}")
            except (aiohttp.ClientError, TimeoutError, OSError):
                self.counts["no answer"] += 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {_PATIENCE_SECONDS:g} s: {method} {url}")
            await asyncio.sleep(_PAUSE_SECONDS * (0.5 + self.chance.random()))
