"""Lengths of time that chance decides, as so many equally likely ones.

>>> wait = uniform(1.0)
>>> round(quantile(wait, 0.95), 2)
0.95
>>> round(mean(both(wait, wait)), 2)
1.0
>>> round(mean(longest([wait] * 4)), 1)
0.8
"""

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product
from math import exp, log
from operator import add
from statistics import NormalDist, fmean
from typing import TypeAlias

Times: TypeAlias = tuple[float, ...]
"""Seconds, ascending, each as likely as the others."""

_POINTS = 200
_SHARES = tuple((number + 0.5) / _POINTS for number in range(_POINTS))


def uniform(longest: float) -> Times:
    """Anything up to `longest` seconds."""
    return tuple(longest * share for share in _SHARES)


def lognormal(median: float, p95: float) -> Times:
    """What half of the time takes `median` seconds, and rarely much longer."""
    spread = log(p95 / median) / NormalDist().inv_cdf(0.95)
    return tuple(median * exp(spread * NormalDist().inv_cdf(share)) for share in _SHARES)


def both(one: Times, other: Times) -> Times:
    """One after the other, independent of each other."""
    return _combined(one, other, add)


def longest(times: Sequence[Times]) -> Times:
    """The longest of some that begin together, independent of each other."""
    return reduce(lambda one, other: _combined(one, other, max), times)


def later(times: Times, seconds: float) -> Times:
    """The same with so many seconds more."""
    return tuple(each + seconds for each in times)


def quantile(times: Times, share: float) -> float:
    """The time within which so many of 1 are over."""
    return times[min(len(times) - 1, int(share * len(times)))]


def mean(times: Times) -> float:
    """The mean, seconds."""
    return fmean(times)


def _combined(one: Times, other: Times, how: Callable[[float, float], float]) -> Times:
    every = sorted(how(*pair) for pair in product(one, other))
    step = len(every) // _POINTS
    return tuple(every[step // 2 :: step][:_POINTS])
