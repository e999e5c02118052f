"""The areas that a service works for, as people name them and by their code. Pure."""

from collections.abc import Mapping
from typing import Any

from services.referrals.geography.belgium import belgium
from services.referrals.social_map.writing import ContentWrong
from shared.contracts.map_entries import NAMED_AREA


def with_codes(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with a code for each area that was named: of a wijk or a municipality, by name or postal code.

    Raises `ContentWrong` for a name that we do not know.
    """
    areas = content.get("service_areas")
    if not isinstance(areas, list):
        return dict(content)
    wrong: dict[str, str] = {}
    found = []
    for place, area in enumerate(areas):
        if not isinstance(area, Mapping) or area.get("extent_type") != NAMED_AREA:
            found.append(area)
        elif (coded := _coded(str(area.get("name", "")))) is not None:
            found.append({**area, **coded})
        else:
            wrong[f"service_areas.{place}.name"] = "area_unknown"
    if wrong:
        raise ContentWrong(wrong)
    return {**content, "service_areas": found}


def _coded(name: str) -> dict[str, str] | None:
    spot = belgium().municipality_of(name) or belgium().named(name)
    if spot is None:
        return None
    kind = "wijk" if spot.precision == "wijk" else "nis"
    code = next(code for code in spot.codes if code.startswith(f"{kind}:"))
    return {"name": belgium().name_of(code), "extent_type": kind, "extent": code.partition(":")[2]}
