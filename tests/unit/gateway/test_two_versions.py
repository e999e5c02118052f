"""Two people change one thing: nothing that either of them wrote is lost without a choice."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.forms import Form
from services.gateway.language import read_languages
from services.gateway.pages.two_versions import chosen, merged, remember
from services.gateway.visit import Visit

NAMES = ("summary", "place", "roles")
texts = st.sampled_from(["", "Aalst", "Gent", "twee\nregels"])
values = st.fixed_dictionaries(
    {"summary": texts, "place": texts, "roles": st.sampled_from(["", "victim", "victim witness"])}
)


class _Visit:
    csrf = "x"
    language = read_languages()["nl"]


def form_of(was: dict[str, str], typed: dict[str, str]) -> Form:
    form = Form(
        cast("Visit", _Visit()),
        {**remember(was), **{name: text.replace("\n", "\r\n") for name, text in typed.items()}},
    )
    form.lists["roles"] = typed["roles"].split()
    return form


@given(values, values, values)
def test_each_field_ends_as_the_one_who_changed_it_left_it_or_waits_for_a_choice(
    was: dict[str, str], now: dict[str, str], typed: dict[str, str]
) -> None:
    form = form_of(was, typed)

    both, taken = merged(form, now, ["roles"])

    for name in NAMES:
        if typed[name] == was[name] and now[name] != was[name]:
            assert name in taken
            assert form.values[name] == now[name]
        elif typed[name] == now[name] or now[name] == was[name]:
            assert name not in taken
            assert name not in {each.name for each in both}
        else:
            assert name in {each.name for each in both}


@given(values, values, values, st.sets(st.sampled_from(NAMES)))
def test_what_is_chosen_of_the_other_stands_in_the_form(
    was: dict[str, str], now: dict[str, str], typed: dict[str, str], theirs: set[str]
) -> None:
    form = form_of(was, typed)
    for name in NAMES:
        form.values[f"now_{name}"] = now[name]
        form.values[f"pick_{name}"] = "theirs" if name in theirs else "mine"

    chosen(form, NAMES, ["roles"])

    for name in theirs:
        assert form.values[name] == now[name]
    if "roles" in theirs:
        assert form.lists["roles"] == now["roles"].split()
