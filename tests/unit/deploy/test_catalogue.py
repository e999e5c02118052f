"""What the services say and hear becomes consumers and rights."""

import pytest

from deploy.catalogue import Listening, Traffic, listenings_of
from deploy.nats.rights import authorization, may_publish, may_subscribe


def test_what_a_service_hears_is_one_consumer_for_each_stream_in_a_fixed_order() -> None:
    heard = ["rostering.b.v1", "identity.a.v1", "rostering.a.v1"]

    assert listenings_of("cases", heard) == [
        Listening("cases", "IDENTITY", ("identity.a.v1",)),
        Listening("cases", "ROSTERING", ("rostering.a.v1", "rostering.b.v1")),
    ]


def test_a_subject_that_no_service_announces_is_refused() -> None:
    with pytest.raises(ValueError, match="no service announces"):
        listenings_of("cases", ["weather.rain_began.v1"])


def test_the_gateway_publishes_nothing_and_hears_only_what_it_shows() -> None:
    traffic = Traffic((), ("rostering.call_out_ringing.v1",))

    assert may_publish("gateway", traffic) == []
    assert may_subscribe("gateway", traffic) == ["_INBOX_gateway.>", "rostering.call_out_ringing.v1.*"]
    assert 'publish: { deny: ">" }' in authorization(traffic)


def test_passwords_come_from_the_servers_environment_unless_given() -> None:
    traffic = Traffic((), ())

    assert "$VANGNET_NATS_PASSWORD_CASES" in authorization(traffic)
    assert 'password: "of-cases"' in authorization(traffic, lambda user: f"of-{user}")
