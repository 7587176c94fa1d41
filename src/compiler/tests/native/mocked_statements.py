"""Calls as statements: what comes back is looked at by nobody, so that a mock may stand for a function of any kind."""

import asyncio
import sys
from typing import Any
from unittest import mock

here = sys.modules[__name__]


def told() -> None:
    print("told")


def number(value: int = 3) -> int:
    print("number", value)
    return value


async def later() -> None:
    print("later")


async def later_number() -> int:
    await asyncio.sleep(0)
    print("later number")
    return 3


class Service:
    def __init__(self, size: int = 1) -> None:
        self.size = size

    def told(self) -> None:
        print("method")

    def number(self) -> int:
        print("method number")
        return self.size

    @staticmethod
    def still() -> None:
        print("static")

    @classmethod
    def made(cls) -> None:
        print("class method", cls.__name__)

    async def later(self) -> None:
        print("later method")


class Below(Service):
    def told(self) -> None:
        super().told()
        print("below")


def statements(service: Service) -> None:
    told()
    number()
    number(
        len(str(service.size)),
    )
    service.told()
    service.number()
    (
        service
        .number()
    )
    service.still()
    Service.made()
    Service()
    Service(2)


async def awaiting(service: Service) -> None:
    await later()
    await later_number()
    await service.later()
    later_number().close()


def used() -> int:
    return number()


def run(service: Service) -> None:
    statements(service)
    asyncio.run(awaiting(service))


run(Service())
run(Below(3))
with (
    mock.patch.object(here, "told") as one,
    mock.patch.object(here, "number") as two,
    mock.patch.object(here, "later", mock.AsyncMock(return_value="text")) as three,
    mock.patch.object(here, "later_number", mock.AsyncMock(return_value=None)) as four,
    mock.patch.object(Service, "told") as five,
    mock.patch.object(Service, "number") as six,
    mock.patch.object(Service, "still") as seven,
    mock.patch.object(Service, "made") as eight,
    mock.patch.object(Service, "later", mock.AsyncMock(return_value=[])) as nine,
):
    run(Service())
    run(Below(3))
    print([each.call_args_list for each in (one, two, three, four, five, six, seven, eight, nine)])
for value in (7, 2**70):
    with mock.patch.object(here, "number", return_value=value):
        print(used())
