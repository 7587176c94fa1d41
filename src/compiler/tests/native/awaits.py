"""async def that really suspends: under asyncio, awaited natively and from Python."""

import asyncio


def drive(coroutine):
    lambda: 0
    return asyncio.run(coroutine)


async def thin(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1


async def chain(x: int, text: str) -> str:
    first = await thin(x)
    second = await thin(first)
    return f"{text}{first}{second}"


print(drive(thin(1)), drive(chain(10**30, "a")))
