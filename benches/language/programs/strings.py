"""Building text: f-strings, join, escaping character by character."""


def escape(text: str) -> str:
    out: list[str] = []
    for letter in text:
        if letter == "<":
            out.append("&lt;")
        elif letter == ">":
            out.append("&gt;")
        elif letter == "&":
            out.append("&amp;")
        else:
            out.append(letter)
    return "".join(out)


def row(number: int, name: str, price: float) -> str:
    return f"<tr><td>{number:05d}</td><td>{escape(name)}</td><td>{price:.2f}</td></tr>"


def run() -> str:
    size = 0
    page = ""
    for turn in range(30):
        rows = [row(number, f"jam & jelly <{number}>", number * 1.25) for number in range(100)]
        page = "<table>" + "\n".join(rows) + "</table>"
        size += len(page) + turn
    return f"{size} {page[-40:]}"
