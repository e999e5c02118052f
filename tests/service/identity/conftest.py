"""Identity running, and the short words in which its tests speak of signing in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest

from services.identity.api import entrance_of
from services.identity.app import build
from services.identity.sign_in.entrance import Entrance
from services.identity.staff.imports import ImportedAccount, import_account
from services.identity.vault import VAULT
from shared.auth import Principal
from shared.contracts.identity import (
    ExchangeSession,
    IssuedToken,
    ShowSecondFactor,
    SignedIn,
    SignIn,
    SignInStep,
)
from tests.conftest import Serve
from tests.support.service import ServiceUnderTest

PASSWORD = "een lange zin van vroeger"


@pytest.fixture
async def identity(serve: Serve) -> ServiceUnderTest:
    return await serve(build, "identity")


@pytest.fixture
def entrance(identity: ServiceUnderTest) -> Entrance:
    """The door without token, for tests that move the clock."""
    return entrance_of(identity.runtime)


@dataclass
class Person:
    """Somebody with an account, and the app on the phone."""

    identity: ServiceUnderTest
    tenant: str
    user_id: UUID
    email: str
    totp: pyotp.TOTP
    password: str = PASSWORD
    used: set[str] = field(default_factory=set)

    def code(self, at: datetime | None = None) -> str:
        """A code that was not used yet: that of now, else of the step before or after, which are good too."""
        moment = at or datetime.now(UTC)
        for steps in (-1, 0, 1):
            code = self.totp.at(moment + timedelta(seconds=30 * steps))
            if code not in self.used:
                self.used.add(code)
                return code
        raise AssertionError("three codes in thirty seconds are used up")

    async def first_step(self) -> SignInStep:
        answer = await self.identity.post(
            "/sign-in", SignIn(tenant=self.tenant, email=self.email, password=self.password)
        )
        return self.identity.read(answer, SignInStep)

    async def sign_in(self) -> SignedIn:
        step = await self.first_step()
        answer = await self.identity.post(
            "/sign-in/second-factor", ShowSecondFactor(challenge=step.challenge, code=self.code())
        )
        return self.identity.read(answer, SignedIn)

    async def token(self, signed_in: SignedIn | None = None) -> IssuedToken:
        signed_in = signed_in or await self.sign_in()
        answer = await self.identity.post("/tokens", ExchangeSession(session_token=signed_in.session_token))
        return self.identity.read(answer, IssuedToken)

    async def principal(self, signed_in: SignedIn | None = None) -> Principal:
        """Who the person is to the services, after really signing in."""
        issued = await self.token(signed_in)
        return await self.identity.runtime.verifier.principal(issued.token, now=datetime.now(UTC))


@dataclass
class Hire:
    """`await hire("jo@zone.test", "dispatcher")`: an account that can sign in at once."""

    identity: ServiceUnderTest
    tenant: str

    async def __call__(
        self, email: str = "jo@zone.test", *roles: str, tenant: str = "", enrolled: bool = True
    ) -> Person:
        totp = pyotp.TOTP(pyotp.random_base32())
        account = ImportedAccount(
            name="Jo Proef",
            email=email,
            roles=list(roles),
            password=PASSWORD,
            totp_secret=totp.secret if enrolled else "",
        )
        async with self.identity.transaction(tenant or self.tenant) as session:
            session.info[VAULT] = self.identity.service.carries[VAULT]
            user_id = await import_account(session, tenant or self.tenant, account, now=datetime.now(UTC))
        return Person(self.identity, tenant or self.tenant, user_id, email, totp)


@pytest.fixture
def hire(identity: ServiceUnderTest, tenant: str) -> Hire:
    return Hire(identity, tenant)
