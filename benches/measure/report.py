"""Tables and charts of what was measured: for the terminal, for docs/benchmarks.md, and as SVG."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def spread(values: Sequence[float], digits: int = 2) -> str:
    """`median (min–max)`."""
    if not values:
        return "–"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns padded so that it reads well as plain text too."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join("-" * (width + 2) if column == 0 else "-" * (width + 1) + ":" for column, width in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def chart(title: str, groups: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> str:
    """Horizontal bars in groups, as an SVG document; a line marks 1.0, the floor's own speed."""
    bar, gap, left, width = 16, 26, 230, 480
    highest = max((value for _, bars in groups for _, value in bars), default=1.0)
    scale = width / max(highest, 1.0)
    height = 46 + sum(gap + len(bars) * (bar + 3) for _, bars in groups)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 70} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    top = 38
    for name, bars in groups:
        top += gap
        out.append(f'<text x="12" y="{top - 7}" font-weight="bold">{escape(name)}</text>')
        for label, value in bars:
            colour = "#8e2157" if label.startswith("Tayberry") else "#8a94a6"
            out.append(f'<text x="{left - 8}" y="{top + 12}" text-anchor="end">{escape(label)}</text>')
            out.append(f'<rect x="{left}" y="{top}" width="{max(value * scale, 1):.1f}" height="{bar}" fill="{colour}"/>')
            out.append(f'<text x="{left + value * scale + 6:.1f}" y="{top + 12}">{value:.2f}</text>')
            top += bar + 3
    out.append(
        f'<line x1="{left + scale:.1f}" y1="34" x2="{left + scale:.1f}" y2="{height - 6}" '
        'stroke="#333" stroke-dasharray="4 3"/>'
    )
    out.append("</svg>")
    return "\n".join(out) + "\n"


def progress(text: str) -> None:
    """Says on a terminal what goes on, over what was said before; nothing clears the line."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def publish(part: str, text: str, picture: str = "") -> None:
    """Puts `text` between the markers of a part of docs/benchmarks.md, and its chart, if there is one, beside the page."""
    page = DOCS / "benchmarks.md"
    begin, end = f"<!-- {part} -->\n", f"<!-- /{part} -->\n"
    before, found, rest = page.read_text().partition(begin)
    if not found:
        raise SystemExit(f"{page} has no {begin.strip()} marker")
    page.write_text(before + begin + "\n" + text + "\n" + end + rest.partition(end)[2])
    if picture:
        (DOCS / f"benchmarks-{part}.svg").write_text(picture)
