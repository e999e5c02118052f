"""How far it is, over the ground, and which box holds everything that near. Pure."""

import math
from typing import Final

EARTH_KM: Final = 6371.0088
"""The mean radius."""
_DEGREE_KM: Final = EARTH_KM * math.pi / 180
_POLE: Final = 90.0
_DATE_LINE: Final = 180.0


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The haversine distance."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    half = math.sin((second - first) / 2) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def box(latitude: float, longitude: float, within_km: float) -> tuple[float, float, float, float]:
    """South, north, west, east: nothing within the distance lies outside it."""
    margin = within_km / _DEGREE_KM * 1.000001
    south, north = max(-_POLE, latitude - margin), min(_POLE, latitude + margin)
    widest = math.cos(math.radians(min(_POLE, max(abs(south), abs(north)))))
    reach = math.sin(min(math.pi / 2, within_km / EARTH_KM)) if within_km / EARTH_KM < math.pi / 2 else 1.0
    if widest <= reach or south <= -_POLE or north >= _POLE:
        return south, north, -_DATE_LINE, _DATE_LINE
    across = math.degrees(math.asin(reach / math.cos(math.radians(latitude)))) * 1.000001
    if longitude - across < -_DATE_LINE or longitude + across > _DATE_LINE:
        return south, north, -_DATE_LINE, _DATE_LINE
    return south, north, longitude - across, longitude + across
