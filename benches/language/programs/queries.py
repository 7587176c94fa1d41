"""Query strings into typed values, with errors: str methods, int(), float(), dicts, raise and catch."""


class Refused(Exception):
    pass


def parse(query: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        out[name] = value.replace("+", " ")
    return out


def number(values: dict[str, str], name: str, default: int) -> int:
    text = values.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise Refused(f"{name} is not a number: {text!r}") from None


def page(query: str) -> int:
    values = parse(query)
    limit = number(values, "limit", 10)
    offset = number(values, "offset", 0)
    if limit > 100:
        raise Refused("limit is too high")
    return limit * 3 + offset + len(values.get("term", ""))


def run() -> str:
    total = 0
    refused = 0
    for n in range(6000):
        query = f"term=rasp+berry+{n}&limit={n % 120}&offset={n}"
        if n % 10 == 0:
            query = f"limit=many{n}"
        try:
            total += page(query)
        except Refused:
            refused += 1
    return f"{total} {refused}"
