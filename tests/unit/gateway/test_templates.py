"""Templates keep the content security policy, and every icon and every file that they name is there."""

import re
from pathlib import Path

import pytest

from services.gateway.static_files import OWN, VENDOR

TEMPLATES = sorted((Path(__file__).parents[3] / "services" / "gateway" / "templates").rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([a-z-]+)"', (OWN / "icons.svg").read_text("utf-8")))
_INLINE = re.compile(
    r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=["']|javascript:|hx-on|hx-vals=['"]js"""
)
_ICON = re.compile(r'icon\("([a-z-]+)"\)|symbol="([a-z-]+)"')
_ASSET = re.compile(r"asset\('([^']+)'\)")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline(path: Path) -> None:
    assert _INLINE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_icons_and_files_are_there(path: Path) -> None:
    text = path.read_text("utf-8")
    named = {one or other for one, other in _ICON.findall(text)}

    assert named - ICONS == set()
    assert {
        name for name in _ASSET.findall(text) if not (OWN / name).exists() and name not in VENDOR
    } == set()
