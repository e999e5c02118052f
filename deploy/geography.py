"""`python -m deploy.geography FOLDER POSTAL_CODES NAMES`: makes the maps that are shipped from their sources.

Run by hand when a border of Belgium changes; `services/referrals/geography/README.md` says where the files come from.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import shape

_HERE: Final = Path(__file__).parent.parent
_SEARCHED: Final = _HERE / "services/referrals/geography/belgium.json"
_DRAWN: Final = _HERE / "services/gateway/static/belgium.json"
_METRE: Final = 1 / 111_320
"""In degrees of latitude."""
_NOWHERE: Final = ("99991", "99992", "99993", "99999")
"""Rows of the sectors' table for what could not be placed."""


def main(folder: Path, postal_codes: Path, names: Path) -> None:
    """Borders to some 30 metres for finding, 400 for drawing; neighbours keep the border that they share."""
    today: dict[str, dict[str, Any]] = {each["id"]: each for each in _json(names)}
    codes = sorted({(each["postalCode"], each["municipality"]) for each in _json(postal_codes)})
    sectors = _rows(folder / "flanders_sector_wijk_police_elz.csv")
    became = _became(sectors, _rows(folder / "flemish_sites.csv"), today, codes)
    gathered: dict[str, list[Any]] = defaultdict(list)
    for each in _json(folder / "municipalities.geojson")["features"]:
        gathered[became[str(each["properties"]["gemeente"])]].append(
            shapely.make_valid(shape(each["geometry"]))
        )
    known = sorted(gathered)
    whole = [shapely.union_all(gathered[code]) for code in known]
    fine = dict(zip(known, shapely.coverage_simplify(whole, 30 * _METRE), strict=True))
    coarse = dict(zip(known, shapely.coverage_simplify(whole, 400 * _METRE), strict=True))
    wijken = [
        {
            "code": each["properties"]["geoitem"],
            "name": each["properties"]["naam"].rsplit(" (", 1)[0],
            "municipality": each["properties"]["geoitem"][:5],
            "area": _rings(shape(each["geometry"]), 5),
        }
        for each in _json(folder / "wijken_pilots.geojson")["features"]
    ]
    facts = _facts(sectors, became)
    municipalities = [
        {
            "nis": code,
            "name": each["name"],
            "province": each.get("province", ""),
            "region": each["region"],
            **facts.get(code, {}),
            "area": _rings(fine[code], 5) if code in fine else [],
        }
        for code, each in sorted(today.items())
    ]
    _write(_SEARCHED, {"municipalities": municipalities, "wijken": wijken, "postal_codes": codes})
    drawn = [
        {"code": code, "name": today[code]["name"]["nl"], "area": _rings(coarse[code], 4)} for code in known
    ]
    _write(_DRAWN, {"municipalities": drawn, "wijken": wijken})


def _became(
    sectors: list[dict[str, str]],
    sites: list[dict[str, str]],
    today: dict[str, Any],
    codes: list[tuple[str, str]],
) -> dict[str, str]:
    """What each municipality of 2024 is part of now: the one that has the postal code of its town hall."""
    post = {each["municipality"]: each["postcode"] for each in sites}
    now = dict(codes)
    return {
        row["gemeente2024"]: row["gemeente2024"]
        if row["gemeente2024"] in today
        else now[post[row["gemeente2024_naam"]]]
        for row in sectors
        if row["gemeente2024"] not in _NOWHERE
    }


def _facts(sectors: list[dict[str, str]], became: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Of each municipality: its old codes, its parts, the police zones and first-line zones that it lies in."""
    found: dict[str, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    for row in sectors:
        code = became.get(row["gemeente2024"])
        if code is None:
            continue
        facts = found[code]
        if row["gemeente2024"] != code:
            facts["was"].add((row["gemeente2024"], row["gemeente2024_naam"]))
        part = row["deelgemeente2024_naam"].rsplit(" (", 1)[0]
        if "niet te lokaliseren" not in part:
            facts["parts"].add(part)
        facts["police_zones"].add((row["politiezone"], row["samenwerking_politie_naam"]))
        facts["first_line_zones"].add((row["elz"], row["elz_naam"]))
    return {code: {name: sorted(values) for name, values in facts.items()} for code, facts in found.items()}


def _rings(area: Any, digits: int) -> list[list[list[list[float]]]]:
    """Polygons of rings of [longitude, latitude]."""
    polygons = [each for each in shapely.get_parts(area) if each.geom_type == "Polygon"]
    return [
        [
            [[round(x, digits), round(y, digits)] for x, y in ring.coords]
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        for polygon in polygons
    ]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:4]))
