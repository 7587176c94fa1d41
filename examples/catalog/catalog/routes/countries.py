"""Countries, by their ISO 3166 codes."""

from tayberry import Router

from ..geo import rounded
from ..models import Country, CountrySummary
from ..search import by_elevation
from ..store import catalog

router = Router(tags=["countries"])


@router.get("")
def list_countries(least: int = 1, by_size: bool = False) -> list[CountrySummary]:
    order: list[tuple[int, str]] = []
    for code, airports in catalog.by_country.items():
        if len(airports) >= least:
            order.append((-len(airports) if by_size else 0, code))
    order.sort()
    summaries: list[CountrySummary] = []
    for _, code in order:
        airports = catalog.by_country[code]
        with_iata = len([airport for airport in airports if airport.iata is not None])
        summaries.append(CountrySummary(code, len(airports), with_iata))
    return summaries


@router.get("/{code}")
def read_country(code: str) -> Country:
    airports = catalog.country(code)
    subdivisions: dict[str, int] = {}
    total = 0.0
    with_iata = 0
    for airport in airports:
        total += airport.elevation
        if airport.iata is not None:
            with_iata += 1
        if airport.subdivision is not None:
            subdivisions[airport.subdivision] = subdivisions.get(airport.subdivision, 0) + 1
    heights = sorted(airports, key=by_elevation)
    return Country(
        code=code.upper(),
        airports=len(airports),
        with_iata=with_iata,
        mean_elevation=rounded(total / len(airports)),
        highest=heights[-1],
        lowest=heights[0],
        subdivisions={name: subdivisions[name] for name in sorted(subdivisions)},
        timezones=sorted({airport.timezone for airport in airports}),
    )


@router.get("/{code}/subdivisions")
def list_subdivisions(code: str) -> dict[str, list[str]]:
    """Codes by subdivision, those with IATA codes only."""
    found: dict[str, list[str]] = {}
    for airport in catalog.country(code):
        if airport.iata is not None and airport.subdivision is not None:
            found.setdefault(airport.subdivision, []).append(airport.iata)
    return {name: sorted(found[name]) for name in sorted(found)}
