"""One airport, lists of airports, and search."""

from tayberry import BadRequest, Router

from .. import search
from ..models import Airport, Hit, Near, Page, Sort
from ..store import catalog

router = Router(tags=["airports"])


@router.get("/airports")
def list_airports(
    country: str | None = None,
    subdivision: str | None = None,
    timezone: str | None = None,
    min_elevation: float | None = None,
    max_elevation: float | None = None,
    has_iata: bool | None = None,
    sort: Sort = Sort.ICAO,
    descending: bool = False,
    page: int = 1,
    size: int = 20,
) -> Page:
    if page < 1 or not 1 <= size <= 200:
        raise BadRequest(f"page {page} of {size}: pages count from 1 and hold 1 to 200")
    airports = catalog.airports if country is None else catalog.country(country)
    chosen: list[Airport] = []
    for airport in airports:
        if subdivision is not None and airport.subdivision != subdivision:
            continue
        if timezone is not None and airport.timezone != timezone:
            continue
        if min_elevation is not None and airport.elevation < min_elevation:
            continue
        if max_elevation is not None and airport.elevation > max_elevation:
            continue
        if has_iata is not None and (airport.iata is not None) != has_iata:
            continue
        chosen.append(airport)
    return search.paged(search.ordered(chosen, sort, descending), page, size)


@router.get("/airports/{code}")
def read_airport(code: str) -> Airport:
    return catalog.find(code)


@router.get("/airports/{code}/nearest")
def nearest_airports(code: str, limit: int = 5) -> list[Near]:
    airport = catalog.find(code)
    if not 1 <= limit <= 100:
        raise BadRequest(f"limit: {limit} is not in 1 to 100")
    found = catalog.nearest(airport.latitude, airport.longitude, limit + 1)
    return [near for near in found if near.airport.icao != airport.icao][:limit]


@router.get("/search")
def search_airports(q: str, limit: int = 10) -> list[Hit]:
    return search.find(q, max(0, min(limit, 100)))
