"""Exceptions as services use them: raised deep, chained, caught by class, with cleaning up on the way."""


class Rejected(Exception):
    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class Missing(Rejected):
    pass


class Log:
    opened: int
    closed: int

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0


def field(record: dict[str, int], name: str) -> int:
    try:
        return record[name]
    except KeyError as error:
        raise Missing(name, "is missing") from error


def positive(value: int, name: str) -> int:
    if value <= 0:
        raise Rejected(name, f"{value} is not positive")
    return value


def total(record: dict[str, int], log: Log) -> int:
    log.opened += 1
    try:
        return positive(field(record, "quantity"), "quantity") * positive(field(record, "price"), "price")
    finally:
        log.closed += 1


def run() -> str:
    log = Log()
    whole = missing = rejected = 0
    records = [{"quantity": 2, "price": 3}, {"quantity": 2}, {"quantity": 0, "price": 3}, {"quantity": 5, "price": 1}]
    for n in range(6000):
        try:
            whole += total(records[n % 4], log)
        except Missing as absent:
            missing += len(absent.place)
        except Rejected as wrong:
            rejected += len(wrong.reason)
    return f"{whole} {missing} {rejected} {log.opened} {log.closed}"
