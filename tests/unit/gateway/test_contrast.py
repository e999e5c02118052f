"""Colours by role: 4.5 to 1 for text and 3 to 1 for controls and focus (WCAG 2.2, 1.4.3 and 1.4.11), light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "services" / "gateway" / "static" / "tokens.css"
_PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
_ONE = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")

TEXT = [
    *((colour, ground) for colour in ("text", "muted", "accent", "accent-strong", "danger", "warning", "ok", "info")
      for ground in ("ground", "surface", "raised")),
    *((colour, f"{colour}-tint") for colour in ("danger", "warning", "ok", "info", "rest")),
    *(("text", tint) for tint in ("danger-tint", "warning-tint", "ok-tint", "info-tint", "accent-tint", "sunken")),
    *(("text", wall) for wall in ("pol-care", "pol-invest", "pol-wijk", "staff-care", "soc-aid", "soc-budget",
                                  "soc-loi", "case-conf")),
    ("accent-strong", "accent-tint"), ("on-accent", "accent"), ("on-accent", "accent-strong"), ("muted", "sunken"),
    ("rail-text", "rail"), ("rail-muted", "rail"), ("rail-text", "rail-here"), ("surface", "danger"),
]  # fmt: skip
SHAPES = [
    *(("line-strong", ground) for ground in ("ground", "surface", "raised")),
    *(("focus", ground) for ground in ("ground", "surface", "raised", "sunken")),
    ("warning-lamp", "ground"), ("ok", "ground"), ("danger", "ground"), ("rail-mark", "rail"),
]  # fmt: skip


def colours(dark: int) -> dict[str, str]:
    text = TOKENS.read_text("utf-8")
    pairs = {name: (light, night)[dark] for name, light, night in _PAIR.findall(text)}
    return {**dict(_ONE.findall(text)), **pairs}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_colours_can_be_told_apart(dark: int, pairs: list[tuple[str, str]], least: float) -> None:
    named = colours(dark)

    weak = {
        f"{colour} on {ground}": round(contrast(named[colour], named[ground]), 2)
        for colour, ground in pairs
        if contrast(named[colour], named[ground]) < least
    }

    assert weak == {}
