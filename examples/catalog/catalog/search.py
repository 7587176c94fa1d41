"""Finding airports by words, and lists of them filtered, sorted and cut into pages."""

from .models import Airport, Hit, Page, Sort
from .store import catalog


def score(airport: Airport, words: list[str]) -> int:
    """0 if a word is nowhere; else more for codes, beginnings and names than for places."""
    points = 0
    name = airport.name.lower()
    city = airport.city.lower() if airport.city is not None else ""
    for word in words:
        if airport.iata is not None and airport.iata.lower() == word:
            points += 100
        elif airport.icao.lower() == word:
            points += 90
        elif name.startswith(word):
            points += 30
        elif word in name:
            points += 20
        elif city.startswith(word):
            points += 10
        elif word in city:
            points += 5
        else:
            return 0
    if airport.iata is not None:
        points += 3
    return points


def find(text: str, limit: int) -> list[Hit]:
    """The best matches for every word of `text`."""
    words = text.lower().split()
    if not words:
        return []
    ranked: list[tuple[int, str]] = []
    for airport in catalog.airports:
        points = score(airport, words)
        if points > 0:
            ranked.append((-points, airport.icao))
    ranked.sort()
    hits: list[Hit] = []
    for points, icao in ranked[:limit]:
        airport = catalog.by_icao[icao]
        hits.append(Hit(-points, airport.label(), airport))
    return hits


def by_name(airport: Airport) -> tuple[str, str]:
    return airport.name.lower(), airport.icao


def by_elevation(airport: Airport) -> tuple[float, str]:
    return airport.elevation, airport.icao


def by_latitude(airport: Airport) -> tuple[float, str]:
    return airport.latitude, airport.icao


def ordered(airports: list[Airport], sort: Sort, descending: bool) -> list[Airport]:
    if sort is Sort.NAME:
        return sorted(airports, key=by_name, reverse=descending)
    if sort is Sort.ELEVATION:
        return sorted(airports, key=by_elevation, reverse=descending)
    if sort is Sort.LATITUDE:
        return sorted(airports, key=by_latitude, reverse=descending)
    return airports[::-1] if descending else airports


def paged(airports: list[Airport], page: int, size: int) -> Page:
    begin = (page - 1) * size
    pages = (len(airports) + size - 1) // size
    return Page(len(airports), page, pages, airports[begin : begin + size])
