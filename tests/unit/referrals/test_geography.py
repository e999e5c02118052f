"""Belgium on the map: the tree of areas finds what trying every area finds, and distances are those over the ground."""

import json
import math
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.geography import belgium as module
from services.referrals.geography.belgium import belgium
from services.referrals.geography.distance import EARTH_KM, kilometres
from services.referrals.geography.folding import folded

DATA = json.loads((Path(module.__file__).parent / "belgium.json").read_bytes())
LATITUDES, LONGITUDES = st.floats(50.65, 51.55), st.floats(2.5, 5.95)


def area(rings: list[list[list[list[float]]]]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.Polygon(each[0], each[1:]) for each in rings])


MUNICIPALITIES = {f"nis:{each['nis']}": area(each["area"]) for each in DATA["municipalities"] if each["area"]}
WIJKEN = {f"wijk:{each['code']}": area(each["area"]) for each in DATA["wijken"]}


@given(latitude=LATITUDES, longitude=LONGITUDES)
def test_a_point_is_where_trying_every_area_finds_it(latitude: float, longitude: float) -> None:
    point = shapely.Point(longitude, latitude)
    spot = belgium().at(latitude, longitude)

    around = {code for code, each in MUNICIPALITIES.items() if each.intersects(point)}
    quarters = {code for code, each in WIJKEN.items() if each.intersects(point)}

    found = {code for code in spot.codes if code.startswith("nis:")}
    assert found <= around or quarters
    assert bool(spot.codes) is bool(around or quarters)
    assert {code for code in spot.codes if code.startswith("wijk:")} <= quarters
    assert bool(quarters) is any(code.startswith("wijk:") for code in spot.codes)


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_the_distance_is_that_of_the_angle_between_two_points(a: float, b: float, c: float, d: float) -> None:
    def vector(latitude: float, longitude: float) -> tuple[float, float, float]:
        y, x = math.radians(latitude), math.radians(longitude)
        return math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)

    cosine = sum(p * q for p, q in zip(vector(a, b), vector(c, d), strict=True))
    angle = math.acos(max(-1.0, min(1.0, cosine)))

    assert kilometres(a, b, c, d) == pytest.approx(angle * EARTH_KM, abs=0.5)
    assert kilometres(a, b, c, d) == pytest.approx(kilometres(c, d, a, b))


@pytest.mark.parametrize(
    ("text", "code", "precision"),
    [
        ("9300", "nis:41002", "municipality"),
        ("Aalst", "nis:41002", "municipality"),
        ("alost", "nis:41002", "municipality"),
        ("Erembodegem", "wijk:41002ER", "wijk"),
        ("Vrijheidstraat 3, 9300 Aalst", "nis:41002", "municipality"),
        ("Molenstraat 5 Sint-Niklaas", "nis:46021", "municipality"),
        ("wijk:34022WM", "wijk:34022WM", "wijk"),
        ("Kortrijk Centrum", "wijk:34022WM", "wijk"),
        ("Meulebeke", "nis:37022", "municipality"),
        ("nis:37007", "nis:37022", "municipality"),
        ("Liège", "nis:62063", "municipality"),
    ],
)
def test_a_place_is_known_by_how_people_write_it(text: str, code: str, precision: str) -> None:
    spot = belgium().named(text)

    assert spot is not None
    assert code in spot.codes
    assert spot.precision == precision


@pytest.mark.parametrize(
    "text", ["", "ergens", "0000", "99999", "wijk:nergens", "nis:", "😀", "'; DROP TABLE"]
)
def test_a_place_that_is_none_of_ours_is_unknown(text: str) -> None:
    assert belgium().named(text) is None


def test_a_place_outside_flanders_and_brussels_has_a_name_and_no_point() -> None:
    spot = belgium().named("4000")

    assert spot is not None
    assert (spot.name, spot.latitude) == ("4000 Luik", None)


def test_every_municipality_of_flanders_has_one_police_zone_and_lies_in_it() -> None:
    for nis in MUNICIPALITIES:
        spot = belgium().named(nis)
        assert spot is not None
        assert sum(code.startswith("police_zone:") for code in spot.codes) == 1
        assert spot.latitude is not None
        assert spot.longitude is not None
        assert nis in belgium().at(spot.latitude, spot.longitude).codes


@given(st.text(max_size=60))
def test_folding_leaves_letters_digits_and_single_spaces(text: str) -> None:
    found = folded(text)

    assert all(each in "0123456789abcdefghijklmnopqrstuvwxyz " for each in found)
    assert folded(found) == found
    assert "  " not in found
