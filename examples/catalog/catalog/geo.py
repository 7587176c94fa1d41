"""Distances and directions on a sphere (haversine and forward azimuth), in kilometres and degrees."""

from math import asin, atan2, cos, degrees, radians, sin, sqrt

RADIUS = 6371.0088
KM_PER_NAUTICAL_MILE = 1.852
KM_PER_DEGREE = 111.195


def distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Kilometres along the great circle."""
    a = radians(latitude)
    b = radians(to_latitude)
    up = sin((b - a) / 2.0)
    across = sin(radians(to_longitude - longitude) / 2.0)
    h = up * up + cos(a) * cos(b) * across * across
    return 2.0 * RADIUS * asin(sqrt(min(1.0, h)))


def bearing(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Direction at the start, 0 for north, below 360."""
    a = radians(latitude)
    b = radians(to_latitude)
    turn = radians(to_longitude - longitude)
    y = sin(turn) * cos(b)
    x = cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    return degrees(atan2(y, x)) % 360.0


def rounded(value: float, digits: int = 2) -> float:
    return round(value, digits)
