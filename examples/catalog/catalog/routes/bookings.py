"""Orders in, bookings out."""

from tayberry import Router, UnprocessableContent, status

from ..ledger import book, ledger
from ..models import Booking, Order, Status

router = Router(tags=["bookings"])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_booking(order: Order) -> Booking:
    try:
        return book(order)
    except ValueError as error:
        raise UnprocessableContent(str(error)) from error


@router.post("/quote")
async def quote(order: Order) -> dict[str, int]:
    """What an order would cost, without keeping it."""
    booking = create_booking(order)
    ledger.remove(booking.id)
    return {"seats": booking.seats(), "discount": booking.discount, "total": booking.total}


@router.get("")
def list_bookings(status: Status | None = None, email: str | None = None) -> list[Booking]:
    return [
        booking
        for booking in list(ledger.bookings.values())
        if (status is None or booking.status is status) and (email is None or booking.customer.email == email)
    ]


@router.get("/{id}")
def read_booking(id: int) -> Booking:
    return ledger.find(id)


@router.post("/{id}/confirm")
def confirm(id: int) -> Booking:
    return ledger.move(id, Status.CONFIRMED)


@router.post("/{id}/cancel")
def cancel(id: int) -> Booking:
    return ledger.move(id, Status.CANCELLED)


@router.delete("/{id}", status_code=204)
def delete_booking(id: int) -> None:
    ledger.remove(id)
