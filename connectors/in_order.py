"""Calls in threads whose results come in the order of what they are made for."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def in_order(
    executor: Executor, function: Callable[[A], R], given: Iterable[A], ahead: int
) -> Iterator[R]:
    """The result for each; unlike `Executor.map` at most `ahead` are under way or wait.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as threads:
    ...     list(in_order(threads, abs, [-3, 2, -1], ahead=2))
    [3, 2, 1]
    """
    under_way: deque[Future[R]] = deque()
    for each in given:
        under_way.append(executor.submit(function, each))
        if len(under_way) == ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
