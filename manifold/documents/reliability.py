"""The reliability diagram: how often values were wrong against how often they were said to be.

Both axes are logarithmic, since what matters are few mistakes in many values. The bar at each
point is Wilson's interval, in which the true share lies 95 times in 100.
"""

from collections.abc import Iterator
from math import log10, sqrt

from manifold.documents.calibration import Bin, Calibration

_SIDE, _LEFT, _TOP = 360, 64, 36
_FROM, _TO = 1.0, 0.001
_TICKS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)
_SURE = 1.96


def wilson(wrong: int, count: int) -> tuple[float, float]:
    """The interval of a share, 95 %.

    >>> [round(bound, 3) for bound in wilson(0, 100)]
    [0.0, 0.037]
    """
    share = wrong / count
    square = _SURE**2 / count
    middle = (share + square / 2) / (1 + square)
    reach = _SURE * sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - reach), middle + reach


def diagram(found: Calibration, title: str) -> str:
    """The diagram as SVG."""
    width, height = _LEFT + _SIDE + 24, _TOP + _SIDE + 56
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            ' font-family="sans-serif" font-size="12" fill="#111827">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="20" font-weight="bold">{title}</text>',
            *_axes(),
            *(line for each in found.bins for line in _point(each)),
            "</svg>",
            "",
        ]
    )


def _at(share: float) -> float:
    """Where a share lies on an axis, from its beginning."""
    within = min(_FROM, max(_TO, share))
    return _SIDE * (log10(_FROM) - log10(within)) / (log10(_FROM) - log10(_TO))


def _x(share: float) -> float:
    return _LEFT + _at(share)


def _y(share: float) -> float:
    return _TOP + _at(share)


def _axes() -> Iterator[str]:
    right, below = _LEFT + _SIDE, _TOP + _SIDE
    for tick in _TICKS:
        x, y = _x(tick), _y(tick)
        yield _line(x, _TOP, x, below, "#e5e7eb", 1)
        yield _line(_LEFT, y, right, y, "#e5e7eb", 1)
        yield f'<text x="{x:.1f}" y="{below + 16}" text-anchor="middle">{tick:.1%}</text>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.1%}</text>'
    yield _line(_LEFT, _TOP, right, below, "#9ca3af", 1.5)
    middle = _LEFT + _SIDE / 2
    yield f'<text x="{middle}" y="{below + 40}" text-anchor="middle">said to be wrong</text>'
    turned = f"rotate(-90 14 {_TOP + _SIDE / 2})"
    yield (
        f'<text x="14" y="{_TOP + _SIDE / 2}" text-anchor="middle" transform="{turned}">'
        "were wrong</text>"
    )


def _point(found: Bin) -> Iterator[str]:
    wrong = round(found.count * (1 - found.accuracy))
    low, high = wilson(wrong, found.count)
    x = _x(1 - found.confidence)
    yield _line(x, _y(high), x, _y(low), "#1d4ed8", 1.5)
    yield f'<circle cx="{x:.1f}" cy="{_y(wrong / found.count):.1f}" r="4" fill="#1d4ed8"/>'
    yield f'<text x="{x + 7:.1f}" y="{_y(high) + 4:.1f}" fill="#6b7280">{found.count:,}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{colour}" stroke-width="{width}"/>'
    )
