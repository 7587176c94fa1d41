"""What the service speaks of. Every class here is input, output or both."""

from dataclasses import dataclass, field
from enum import Enum

FEET_PER_METRE = 3.280839895


@dataclass(frozen=True)
class Airport:
    """One line of the data: elevation in feet, latitude and longitude in degrees."""

    icao: str
    iata: str | None
    name: str
    city: str | None
    subdivision: str | None
    country: str
    elevation: float
    latitude: float
    longitude: float
    timezone: str

    def metres(self) -> float:
        return self.elevation / FEET_PER_METRE

    def label(self) -> str:
        code = self.iata if self.iata is not None else self.icao
        return f"{self.name} ({code})"


class Sort(Enum):
    ICAO = "icao"
    NAME = "name"
    ELEVATION = "elevation"
    LATITUDE = "latitude"


@dataclass
class Page:
    """A part of a sorted list: `page` counts from 1."""

    total: int
    page: int
    pages: int
    items: list[Airport]


@dataclass
class Hit:
    """A search result; a higher score is a better match."""

    score: int
    label: str
    airport: Airport


@dataclass
class Near:
    """An airport with its distance and the initial bearing towards it, in degrees from north."""

    km: float
    bearing: float
    airport: Airport


@dataclass
class Distance:
    origin: str
    destination: str
    km: float
    nautical_miles: float
    bearing: float
    hours: float


@dataclass
class CountrySummary:
    code: str
    airports: int
    with_iata: int


@dataclass
class Country:
    code: str
    airports: int
    with_iata: int
    mean_elevation: float
    highest: Airport
    lowest: Airport
    subdivisions: dict[str, int]
    timezones: list[str]


@dataclass
class Elevation:
    minimum: float
    maximum: float
    mean: float
    median: float
    deviation: float


@dataclass
class Stats:
    airports: int
    with_iata: int
    countries: int
    northern: int
    southern: int
    elevation: Elevation


@dataclass
class Bin:
    """Airports with `low <= elevation < high`, in feet; the last bin has its upper end too."""

    low: float
    high: float
    count: int


@dataclass
class Count:
    name: str
    count: int


class Cabin(Enum):
    ECONOMY = "economy"
    BUSINESS = "business"
    FIRST = "first"


class Status(Enum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass
class Customer:
    name: str
    email: str

    def check(self) -> list[str]:
        faults: list[str] = []
        if not self.name.strip():
            faults.append("customer.name: must not be blank")
        at = self.email.find("@")
        if at < 1 or "." not in self.email[at:]:
            faults.append(f"customer.email: {self.email!r} is no address")
        return faults


@dataclass
class Line:
    """Seats from one airport to another, both by ICAO or IATA code."""

    origin: str
    destination: str
    qty: int
    cabin: Cabin = Cabin.ECONOMY
    notes: list[str] = field(default_factory=list)


@dataclass
class Order:
    """What a customer sends."""

    customer: Customer
    lines: list[Line]
    voucher: str | None = None


@dataclass
class PricedLine:
    origin: str
    destination: str
    qty: int
    cabin: Cabin
    km: float
    cents: int


@dataclass
class Booking:
    """What is kept: every line priced, amounts in cents."""

    id: int
    customer: Customer
    lines: list[PricedLine]
    status: Status
    voucher: str | None
    discount: int
    total: int

    def seats(self) -> int:
        return sum([line.qty for line in self.lines])


@dataclass
class Tour:
    """A round trip by the nearest neighbour."""

    stops: list[str]
    legs: list[float]
    km: float


@dataclass
class TourRequest:
    start: str
    visit: list[str]
