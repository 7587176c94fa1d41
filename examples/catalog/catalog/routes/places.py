"""Airports by place: around a point, in a box, between two, and along a tour."""

from tayberry import BadRequest, Router, UnprocessableContent

from .. import geo
from ..models import Airport, Distance, Near, Page, Tour, TourRequest
from ..search import paged
from ..store import catalog

router = Router(tags=["places"])

KM_PER_HOUR = 830.0


@router.get("/near")
def near(lat: float, lon: float, km: float = 50.0, limit: int = 20) -> list[Near]:
    if not -90.0 <= lat <= 90.0 or not -180.0 <= lon <= 180.0:
        raise BadRequest(f"{lat}, {lon} is no place on earth")
    if not 0.0 < km <= 2000.0:
        raise BadRequest(f"km: {km} is not in 0 to 2000")
    return catalog.within(lat, lon, km)[: max(limit, 0)]


@router.get("/box")
def box(south: float, west: float, north: float, east: float, page: int = 1) -> Page:
    """The airports in a box; `west` greater than `east` crosses the date line."""
    if south > north:
        raise BadRequest(f"south {south} is north of {north}")
    if page < 1:
        raise BadRequest("pages count from 1")
    found: list[Airport] = []
    for airport in catalog.airports:
        if south <= airport.latitude <= north:
            inside = west <= airport.longitude <= east
            if west > east:
                inside = airport.longitude >= west or airport.longitude <= east
            if inside:
                found.append(airport)
    return paged(found, page, 20)


@router.get("/distance/{origin}/{destination}")
async def between(origin: str, destination: str) -> Distance:
    a = catalog.find(origin)
    b = catalog.find(destination)
    km = geo.distance(a.latitude, a.longitude, b.latitude, b.longitude)
    direction = geo.bearing(a.latitude, a.longitude, b.latitude, b.longitude)
    return Distance(
        origin=a.icao,
        destination=b.icao,
        km=geo.rounded(km),
        nautical_miles=geo.rounded(km / geo.KM_PER_NAUTICAL_MILE),
        bearing=geo.rounded(direction, 1),
        hours=geo.rounded(0.5 + km / KM_PER_HOUR),
    )


@router.post("/tours")
def plan_tour(wanted: TourRequest) -> Tour:
    """A round trip that always goes to the nearest airport not seen yet."""
    if len(wanted.visit) > 100:
        raise UnprocessableContent(f"visit: {len(wanted.visit)} airports are more than 100")
    here = catalog.find(wanted.start)
    first = here
    left = [catalog.find(code) for code in wanted.visit]
    stops = [here.icao]
    legs: list[float] = []
    while left:
        best = 0
        shortest = geo.distance(here.latitude, here.longitude, left[0].latitude, left[0].longitude)
        for index in range(1, len(left)):
            away = geo.distance(here.latitude, here.longitude, left[index].latitude, left[index].longitude)
            if away < shortest:
                best = index
                shortest = away
        here = left.pop(best)
        stops.append(here.icao)
        legs.append(geo.rounded(shortest))
    home = geo.distance(here.latitude, here.longitude, first.latitude, first.longitude)
    stops.append(first.icao)
    legs.append(geo.rounded(home))
    return Tour(stops, legs, geo.rounded(sum(legs)))
