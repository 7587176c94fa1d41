"""Numbers over all airports."""

from math import sqrt

from tayberry import BadRequest, Router

from ..geo import rounded
from ..models import Bin, Count, Elevation, Stats
from ..store import catalog

router = Router(prefix="/stats", tags=["stats"])


@router.get("")
def all_stats() -> Stats:
    heights = sorted([airport.elevation for airport in catalog.airports])
    count = len(heights)
    mean = sum(heights) / count
    spread = 0.0
    for height in heights:
        spread += (height - mean) ** 2
    middle = count // 2
    median = heights[middle] if count % 2 == 1 else (heights[middle - 1] + heights[middle]) / 2.0
    northern = len([airport for airport in catalog.airports if airport.latitude >= 0.0])
    return Stats(
        airports=count,
        with_iata=len(catalog.by_iata),
        countries=len(catalog.by_country),
        northern=northern,
        southern=count - northern,
        elevation=Elevation(heights[0], heights[-1], rounded(mean), median, rounded(sqrt(spread / count))),
    )


@router.get("/elevation")
def elevation_histogram(bins: int = 10, country: str | None = None) -> list[Bin]:
    if not 1 <= bins <= 100:
        raise BadRequest(f"bins: {bins} is not in 1 to 100")
    airports = catalog.airports if country is None else catalog.country(country)
    low = min([airport.elevation for airport in airports])
    high = max([airport.elevation for airport in airports])
    width = (high - low) / bins
    counts = [0] * bins
    for airport in airports:
        place = int((airport.elevation - low) / width) if width > 0.0 else 0
        counts[min(place, bins - 1)] += 1
    return [Bin(rounded(low + i * width), rounded(low + (i + 1) * width), counts[i]) for i in range(bins)]


def top(counts: dict[str, int], limit: int) -> list[Count]:
    """The most frequent names, those of equal count in alphabetical order."""
    order = sorted([(-count, name) for name, count in counts.items()])
    return [Count(name, -negative) for negative, name in order[: max(limit, 0)]]


@router.get("/timezones")
def timezones(area: str = "", limit: int = 20) -> list[Count]:
    counts: dict[str, int] = {}
    for airport in catalog.airports:
        if airport.timezone.startswith(area):
            counts[airport.timezone] = counts.get(airport.timezone, 0) + 1
    return top(counts, limit)


@router.get("/words")
def words(limit: int = 20, least: int = 4) -> list[Count]:
    """The commonest words of airports' names."""
    counts: dict[str, int] = {}
    for airport in catalog.airports:
        for word in airport.name.lower().split():
            if len(word) >= least and word.isalpha():
                counts[word] = counts.get(word, 0) + 1
    return top(counts, limit)
