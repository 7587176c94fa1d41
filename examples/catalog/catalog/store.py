"""The airports in memory, with an index for each way of asking."""

import csv
from math import asin, cos, degrees, radians, sin
from pathlib import Path

from tayberry import NotFound

from . import geo
from .models import Airport, Near

DATA = Path(__file__).resolve().parent.parent / "data" / "airports.csv"


class Catalog:
    """All airports in order of ICAO code.

    `cells` maps whole degrees of latitude and longitude to the airports in that square.
    """

    airports: list[Airport]
    by_icao: dict[str, Airport]
    by_iata: dict[str, Airport]
    by_country: dict[str, list[Airport]]
    cells: dict[tuple[int, int], list[Airport]]

    def __init__(self) -> None:
        self.airports = []
        self.by_icao = {}
        self.by_iata = {}
        self.by_country = {}
        self.cells = {}

    def add(self, airport: Airport) -> None:
        self.airports.append(airport)
        self.by_icao[airport.icao] = airport
        if airport.iata is not None:
            self.by_iata[airport.iata] = airport
        self.by_country.setdefault(airport.country, []).append(airport)
        self.cells.setdefault(cell(airport.latitude, airport.longitude), []).append(airport)

    def find(self, code: str) -> Airport:
        """By ICAO or IATA code, in any case."""
        wanted = code.upper()
        airport = self.by_icao.get(wanted)
        if airport is None:
            airport = self.by_iata.get(wanted)
        if airport is None:
            raise NotFound(f"there is no airport {code!r}")
        return airport

    def country(self, code: str) -> list[Airport]:
        airports = self.by_country.get(code.upper())
        if airports is None:
            raise NotFound(f"there is no country {code!r}")
        return airports

    def within(self, latitude: float, longitude: float, km: float) -> list[Near]:
        """The airports at most `km` away, nearest first."""
        found: list[tuple[float, str]] = []
        reach = int(km / geo.KM_PER_DEGREE) + 1
        row, column = cell(latitude, longitude)
        sides = columns(latitude, km)
        for y in range(max(row - reach, -90), min(row + reach, 90) + 1):
            for x in range(column - sides, column - sides + min(2 * sides + 1, 360)):
                for airport in self.cells.get((y, (x + 180) % 360 - 180), []):
                    away = geo.distance(latitude, longitude, airport.latitude, airport.longitude)
                    if away <= km:
                        found.append((away, airport.icao))
        found.sort()
        return [self.near(latitude, longitude, away, self.by_icao[icao]) for away, icao in found]

    def near(self, latitude: float, longitude: float, away: float, airport: Airport) -> Near:
        direction = geo.bearing(latitude, longitude, airport.latitude, airport.longitude)
        return Near(geo.rounded(away), geo.rounded(direction, 1), airport)

    def nearest(self, latitude: float, longitude: float, limit: int) -> list[Near]:
        """The `limit` nearest airports: the circle is doubled until it holds enough."""
        km = 50.0
        while True:
            found = self.within(latitude, longitude, km)
            if len(found) >= limit or km > 20100.0:
                return found[:limit]
            km *= 2.0


def cell(latitude: float, longitude: float) -> tuple[int, int]:
    """The square of one degree that a place is in; longitude 180 is the same as -180."""
    return int(latitude // 1.0), int((longitude + 180.0) // 1.0) % 360 - 180


def columns(latitude: float, km: float) -> int:
    """How many squares to each side a circle reaches: all round the earth if a pole is in it."""
    if abs(latitude) + km / geo.KM_PER_DEGREE >= 90.0:
        return 180
    widest = degrees(asin(sin(km / geo.RADIUS) / cos(radians(latitude))))
    return min(int(widest) + 1, 180)


def read(path: Path) -> Catalog:
    catalog = Catalog()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            catalog.add(
                Airport(
                    icao=row["icao"],
                    iata=row["iata"] or None,
                    name=row["name"],
                    city=row["city"] or None,
                    subdivision=row["subd"] or None,
                    country=row["country"],
                    elevation=float(row["elevation"]),
                    latitude=float(row["lat"]),
                    longitude=float(row["lon"]),
                    timezone=row["tz"],
                )
            )
    return catalog


catalog = read(DATA)
