"""A mapping says what each column of somebody's file is: read as a YAML parser reads it, or refused with its reason."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.imports.parts import FileRefused
from services.referrals.imports.plain_yaml import YamlWrong, read_yaml
from services.referrals.imports.receiving import open_file

DATA = Path(__file__).parents[2] / "data" / "hsds"


@pytest.mark.parametrize("name", ["ilao/mapping.yaml", "florida/florida_mapping.yaml"])
def test_a_mapping_in_yaml_reads_as_a_yaml_parser_reads_it(name: str) -> None:
    text = (DATA / name).read_text()
    assert read_yaml(text) == yaml.safe_load(text)


_KEYS = st.from_regex(r"[A-Za-z][A-Za-z ]{0,10}[a-z]", fullmatch=True).filter(
    lambda key: key.lower() not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
)
_WORDS = _KEYS
_TREES = st.recursive(
    _WORDS,
    lambda inner: (
        st.dictionaries(_KEYS, inner, min_size=1, max_size=4) | st.lists(inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(_TREES)
def test_whatever_a_mapping_holds_is_read_as_a_yaml_parser_reads_it(tree: Any) -> None:
    text = yaml.safe_dump(tree, default_flow_style=False, width=10_000)
    assert read_yaml(text) == yaml.safe_load(text)


@given(st.text(max_size=200))
def test_any_text_is_yaml_here_or_refused(text: str) -> None:
    with contextlib.suppress(YamlWrong):
        read_yaml(text)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ("services: {a: b}", "mapping_wrong"),
        ("services:\n  naam:\n    model: nothing\n    field: name\n", "mapping_wrong"),
        ("services:\n  naam:\n    model: services\n    field: name\n", "mapping_without_id"),
        ("services:\n  nr:\n    model: services\n    field: id\n", "mapping_lacks_column"),
        ("- just\n- a list\n", "mapping_wrong"),
    ],
)
def test_a_mapping_that_is_none_says_why(mapping: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        open_file("services.csv", b"naam\nx\n", mapping.encode())
    assert refused.value.fields == {"mapping": code}
