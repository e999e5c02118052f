"""Which municipality, wijk, police zone and first-line zone a point or a name is in, and where a place is.

An area is known by a code with its kind in front: `nis:41002`, `wijk:41002BA`, `police_zone:ipz74`,
`first_line_zone:elz36`, `postal_code:9300`, `province:40000`, `region:02000`, `country:be`.
"""

import functools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely

from services.referrals.geography.distance import kilometres
from services.referrals.geography.folding import folded

_DATA: Final = Path(__file__).parent / "belgium.json"
_POSTAL: Final = re.compile(r"\b(?:B-)?([1-9]\d{3})\b")
COUNTRY: Final = "country:be"


@dataclass(frozen=True)
class Spot:
    """A place and how exactly it is known: point, wijk or municipality. Without borders it has no coordinates."""

    name: str
    precision: str
    latitude: float | None
    longitude: float | None
    codes: frozenset[str]
    """All areas that it certainly lies in."""

    @property
    def municipality(self) -> str:
        """Its NIS code, or empty."""
        return next((code.removeprefix("nis:") for code in self.codes if code.startswith("nis:")), "")


class Belgium:
    """The map, read once for each process by `belgium()`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._municipalities: dict[str, Spot] = {}
        self._wijken: dict[str, Spot] = {}
        self._names: dict[str, str] = {COUNTRY: "België"}
        self._renewed: dict[str, str] = {}
        self._by_name: dict[str, list[Spot]] = defaultdict(list)
        self._by_postal_code: dict[str, list[str]] = defaultdict(list)
        for code, nis in data["postal_codes"]:
            self._by_postal_code[code].append(nis)
        borders = [self._municipality(each) for each in data["municipalities"]]
        borders += [self._wijk(each) for each in data["wijken"]]
        drawn = [(spot, area) for spot, area in borders if area is not None]
        self._spots = [spot for spot, _ in drawn]
        self._areas = [area for _, area in drawn]
        self._tree = shapely.STRtree(self._areas)

    def _municipality(self, each: Mapping[str, Any]) -> tuple[Spot, Any]:
        code, names = each["nis"], each["name"]
        zones = [("police_zone", *zone) for zone in each.get("police_zones", [])]
        zones += [("first_line_zone", *zone) for zone in each.get("first_line_zones", [])]
        for kind, zone, name in zones:
            self._names[f"{kind}:{zone}"] = name
        self._names[f"nis:{code}"] = names["nl"]
        area = _area(each["area"])
        middle = None if area is None else area.representative_point()
        codes = {f"nis:{code}", f"region:{each['region']}", COUNTRY}
        codes |= {f"province:{each['province']}"} if each["province"] else set()
        codes |= {f"{kind}:{zone}" for kind, zone, _ in zones}
        spot = Spot(
            names["nl"],
            "municipality",
            None if middle is None else middle.y,
            None if middle is None else middle.x,
            frozenset(codes),
        )
        self._municipalities[code] = spot
        for name in set(names.values()):
            self._by_name[folded(name)].insert(0, spot)
        for old, name in each.get("was", []):
            self._renewed[old] = code
            self._by_name[folded(name)].append(spot)
        for part in each.get("parts", []):
            self._by_name[folded(part)].append(spot)
        return spot, area

    def _wijk(self, each: Mapping[str, Any]) -> tuple[Spot, Any]:
        area, code = _area(each["area"]), f"wijk:{each['code']}"
        middle = area.representative_point()
        whole = self._municipalities[each["municipality"]]
        spot = Spot(each["name"], "wijk", middle.y, middle.x, whole.codes | {code})
        self._names[code] = f"{each['name']} ({whole.name})"
        self._wijken[code] = spot
        # a wijk that is called as a part of the municipality is the nearer answer
        self._by_name[folded(each["name"])].insert(0, spot)
        self._by_name[folded(self._names[code])].append(spot)
        return spot, area

    def at(self, latitude: float, longitude: float) -> Spot:
        """The areas around a point; none outside Flanders and Brussels."""
        point = shapely.Point(longitude, latitude)
        found = [self._spots[index] for index in self._tree.query(point, predicate="intersects")]
        # on a border two answer: the one of the lowest code, always
        chosen = min((spot for spot in found if spot.precision == "municipality"), key=_order, default=None)
        wijk = min((spot for spot in found if spot.precision == "wijk"), key=_order, default=None)
        nearest = wijk or chosen
        if nearest is None:
            return Spot("", "point", latitude, longitude, frozenset())
        return Spot(nearest.name, "point", latitude, longitude, nearest.codes)

    def named(self, text: str) -> Spot | None:
        """A postal code, the code or name of a wijk or municipality, or an address with one of these in it."""
        by_code = self._by_code(text.strip())
        if by_code is not None:
            return by_code
        exact = self._by_name.get(folded(text))
        if exact:
            return exact[0]
        for code in reversed(_POSTAL.findall(text)):
            found = self.of_postal_code(code, beside=text)
            if found is not None:
                return found
        pieces = re.split(r"[,;()]|\s{2,}", text)
        for piece in reversed([each for each in pieces if each.strip()]):
            named = self._by_name.get(folded(piece)) or self._last_words(piece)
            if named:
                return named[0]
        return None

    def _last_words(self, piece: str) -> list[Spot]:
        """`Molenstraat 5 Sint-Niklaas` ends with a name; the longest counts."""
        words = piece.split()
        for start in range(1, len(words)):
            named = self._by_name.get(folded(" ".join(words[start:])))
            if named:
                return named
        return []

    def _by_code(self, text: str) -> Spot | None:
        kind, _, code = text.partition(":")
        if kind == "wijk":
            return self._wijken.get(text)
        if kind == "nis":
            return self._municipalities.get(self._renewed.get(code, code))
        if kind == "postal_code" or (not code and re.fullmatch(r"[1-9]\d{3}", text)):
            return self.of_postal_code(code or text)
        if not code and re.fullmatch(r"\d{5}", text):
            return self._municipalities.get(self._renewed.get(text, text))
        return None

    def of_postal_code(self, code: str, *, beside: str = "") -> Spot | None:
        """The municipality of a postal code; of several, the one that is named `beside` it, else the first."""
        found = [self._municipalities[nis] for nis in self._by_postal_code.get(code, [])]
        if not found:
            return None
        words = f" {folded(beside)} "
        chosen = next((each for each in found if f" {folded(each.name)} " in words), found[0])
        sure = frozenset.intersection(*(each.codes for each in found)) if chosen is found[0] else chosen.codes
        codes = (sure if len(found) > 1 else chosen.codes) | {f"postal_code:{code}"}
        return Spot(f"{code} {chosen.name}", "municipality", chosen.latitude, chosen.longitude, codes)

    def postal_codes_near(self, latitude: float, longitude: float, within_km: float) -> set[str]:
        """The postal codes whose middle, that of their municipality, is no farther away."""
        near = {
            nis
            for nis, each in self._municipalities.items()
            if each.latitude is not None
            and each.longitude is not None
            and kilometres(latitude, longitude, each.latitude, each.longitude) <= within_km
        }
        return {code for code, several in self._by_postal_code.items() if several[0] in near}

    def renewed(self, code: str) -> str:
        """An area's code as it is today: what a merged municipality became."""
        kind, _, rest = code.partition(":")
        return f"nis:{self._renewed.get(rest, rest)}" if kind == "nis" else code

    def once_called(self, codes: Iterable[str]) -> set[str]:
        """The codes, and those that merged municipalities among them had before."""
        wanted = set(codes)
        return wanted | {f"nis:{old}" for old, new in self._renewed.items() if f"nis:{new}" in wanted}

    def name_of(self, code: str) -> str:
        """What people call an area; its bare code when we do not know it."""
        kind, _, rest = code.partition(":")
        if kind == "postal_code":
            spot = self.of_postal_code(rest)
            return spot.name if spot else rest
        return self._names.get(self.renewed(code), rest)

    def municipality_of(self, name: str) -> Spot | None:
        """By its name or the name of one of its parts."""
        return next((each for each in self._by_name.get(folded(name), []) if each.precision != "wijk"), None)


@functools.cache
def belgium() -> Belgium:
    """The one map of this process."""
    return Belgium(json.loads(_DATA.read_bytes()))


def _area(polygons: Iterable[list[list[list[float]]]]) -> Any:
    made = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    return shapely.MultiPolygon(made) if made else None


def _order(spot: Spot) -> str:
    return min(spot.codes - {COUNTRY}) + spot.name
