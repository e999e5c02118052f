"""How long answers take, and how often the next one is rung, can be read from /metrics."""

from prometheus_client import REGISTRY

from tests.service.rostering.conftest import Wait, Zone


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_answers_and_escalations_are_measured(staffed: Zone, minutes_later: Wait) -> None:
    def counts() -> tuple[float, ...]:
        return (
            measured("vangnet_call_out_answer_seconds_count", outcome="no_answer", level="primary"),
            measured("vangnet_call_out_answer_seconds_count", outcome="accepted", level="backup"),
            measured("vangnet_call_out_escalations_total", cause="no_answer"),
        )

    await minutes_later(11)  # what other tests left ringing
    before = counts()
    call_out_id = await staffed.request()
    await minutes_later(11)
    answer = await staffed.act(call_out_id, "accept", staffed.tom)
    assert answer.is_success, answer.text
    assert counts() == tuple(count + 1 for count in before)
    assert "vangnet_call_out_answer_seconds_bucket" in (await staffed.service.get("/metrics")).text
