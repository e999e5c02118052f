"""NATS lets each service hear exactly what its code listens to: a forgotten subject would be an event lost in silence."""

import importlib

import pytest

from deploy.catalogue import OWNERS, read_traffic, subjects_heard_by
from shared.contracts.tenancy import TENANT_EVENTS
from shared.runtime import Service


@pytest.mark.parametrize("name", OWNERS)
def test_the_consumers_of_a_service_bring_exactly_what_it_handles(name: str) -> None:
    service: Service = importlib.import_module(f"services.{name}.app").build()
    handled = {kind.SUBJECT for kind in [*service.subscriptions, *service.platform_subscriptions]}
    if service.follows_tenants:
        handled |= {kind.SUBJECT for kind in TENANT_EVENTS}

    assert set(subjects_heard_by(name)) == handled


def test_every_service_announces_under_its_own_name_only() -> None:
    traffic = read_traffic()

    assert {listening.stream.lower() for listening in traffic.listenings} <= set(OWNERS)
    hear_themselves = {each.listener for each in traffic.listenings if each.stream.lower() == each.listener}
    # one side of a referral speaks to the other, in another tenant of the same service
    assert hear_themselves <= {"referrals"}
