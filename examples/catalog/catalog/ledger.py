"""Bookings: orders checked, priced and kept in memory."""

from threading import Lock

from tayberry import Conflict, NotFound, UnprocessableContent

from . import geo
from .models import Booking, Cabin, Line, Order, PricedLine, Status
from .store import catalog

MAX_LINES = 50
MAX_SEATS = 9
VOUCHERS = {"TAY10": 10, "BERRY25": 25}


class Ledger:
    """The bookings by number. Changes are made under a lock, since requests run on several threads."""

    bookings: dict[int, Booking]
    last: int

    def __init__(self) -> None:
        self.bookings = {}
        self.last = 0
        self.lock = Lock()

    def find(self, id: int) -> Booking:
        try:
            return self.bookings[id]
        except KeyError:
            raise NotFound(f"there is no booking {id}") from None

    def add(self, order: Order, lines: list[PricedLine], discount: int, total: int) -> Booking:
        with self.lock:
            self.last += 1
            booking = Booking(self.last, order.customer, lines, Status.OPEN, order.voucher, discount, total)
            self.bookings[booking.id] = booking
            return booking

    def move(self, id: int, status: Status) -> Booking:
        """Sets the status of an open booking."""
        with self.lock:
            booking = self.find(id)
            if booking.status is not Status.OPEN:
                raise Conflict(f"booking {id} is {booking.status.value}")
            booking.status = status
            return booking

    def remove(self, id: int) -> None:
        with self.lock:
            booking = self.find(id)
            if booking.status is Status.CONFIRMED:
                raise Conflict(f"booking {id} is confirmed")
            del self.bookings[id]


def price(km: float, qty: int, cabin: Cabin) -> int:
    """Cents: a base of 35.00 and 0.09 per kilometre, times the cabin's factor."""
    each = 3500 + int(km * 9.0)
    if cabin is Cabin.BUSINESS:
        each *= 3
    elif cabin is Cabin.FIRST:
        each *= 5
    return each * qty


def check(order: Order) -> list[str]:
    """Every fault of an order that its types cannot show."""
    faults = order.customer.check()
    if not order.lines:
        faults.append("lines: an order needs at least one")
    if len(order.lines) > MAX_LINES:
        faults.append(f"lines: {len(order.lines)} are more than {MAX_LINES}")
    for number, line in enumerate(order.lines):
        if not 1 <= line.qty <= MAX_SEATS:
            faults.append(f"lines[{number}].qty: {line.qty} is not in 1 to {MAX_SEATS}")
    if order.voucher is not None and order.voucher not in VOUCHERS:
        faults.append(f"voucher: {order.voucher!r} is unknown")
    return faults


def priced(line: Line) -> PricedLine:
    origin = catalog.find(line.origin)
    destination = catalog.find(line.destination)
    if origin.icao == destination.icao:
        raise UnprocessableContent(f"{line.origin} to {line.destination} goes nowhere")
    km = geo.distance(origin.latitude, origin.longitude, destination.latitude, destination.longitude)
    cents = price(km, line.qty, line.cabin)
    return PricedLine(origin.icao, destination.icao, line.qty, line.cabin, geo.rounded(km), cents)


def book(order: Order) -> Booking:
    """Checks, prices and keeps an order. Raises `ValueError` with every fault found."""
    faults = check(order)
    if faults:
        raise ValueError("; ".join(faults))
    lines = [priced(line) for line in order.lines]
    total = sum([line.cents for line in lines])
    discount = 0
    if order.voucher is not None:
        discount = total * VOUCHERS[order.voucher] // 100
    return ledger.add(order, lines, discount, total - discount)


ledger = Ledger()
