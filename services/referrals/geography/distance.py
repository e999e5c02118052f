"""How far it is, over the ground. Pure."""

import math
from typing import Final

EARTH_KM: Final = 6371.0088
"""The mean radius."""


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The haversine distance."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    half = math.sin((second - first) / 2) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
