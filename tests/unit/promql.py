"""What a query names: its metrics, with the labels that it asks of each."""

import re
from collections.abc import Iterator

_SELECTOR = re.compile(r"\b((?:\w+:)?(?:manifold|process)[\w:]*)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"')
_GROUPING = re.compile(r"\b(?:by|on|group_left)\s*\(([^)]*)\)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def selectors(query: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Metrics of ours and of any process, recorded ones too, with the labels they are picked by.

    >>> list(selectors('sum by (flow) (rate(manifold_a_total{flow=~"x", b="manifold"}[5m]))'))
    [('manifold_a_total', ('flow', 'b'))]
    >>> list(selectors("flow:manifold_a:ratio10m > 1"))
    [('flow:manifold_a:ratio10m', ())]
    """
    for found in _SELECTOR.finditer(query):
        inside = found.start() > 0 and _in_string(query, found.start())
        if not inside:
            yield found[1], tuple(_MATCHER.findall(found[2] or ""))


def grouped_by(query: str) -> set[str]:
    """Labels that the query sums or joins by.

    >>> sorted(grouped_by("sum by (le, flow) (x) / on (job) group_left (flow) y"))
    ['flow', 'job', 'le']
    """
    return {name.strip() for found in _GROUPING.findall(query) for name in found.split(",")} - {""}


def _in_string(query: str, at: int) -> bool:
    return any(found.start() < at < found.end() for found in _STRING.finditer(query))
