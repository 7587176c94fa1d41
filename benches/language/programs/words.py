"""Counting words: str methods and a dict from str to int."""

TEXT = (
    "The fruit of the tayberry is sweeter, much larger, and more aromatic than that of the loganberry. "
    "It was patented in Scotland; the plant is named after the River Tay. "
) * 40


def run() -> str:
    total = 0
    counts: dict[str, int] = {}
    for _ in range(20):
        counts = {}
        for word in TEXT.split():
            key = word.strip(".,;").lower()
            counts[key] = counts.get(key, 0) + 1
            total += len(key)
    best = sorted(counts.items(), key=_rank)
    return f"{total} {best[0]} {len(counts)}"


def _rank(entry: tuple[str, int]) -> tuple[int, str]:
    return (-entry[1], entry[0])
