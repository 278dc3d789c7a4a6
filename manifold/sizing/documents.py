"""How long documents wait for a worker: a queue with several servers."""


def waiting(rate: float, seconds: float, workers: int) -> float:
    """Mean seconds that a document waits for one of the workers, each of which takes `seconds`.

    Arrivals at random, reading times exponential (M/M/c): Erlang's formula C, A. K. Erlang 1917.
    Raises ValueError when the workers would never get through.

    >>> round(waiting(0.5, 1.0, 1), 2)
    1.0
    """
    load = rate * seconds
    if load >= workers:
        raise ValueError(f"{load:.1f} workers' work for {workers}")
    blocked = 1.0
    for number in range(1, workers + 1):
        blocked = load * blocked / (number + load * blocked)
    delayed = blocked / (1 - load / workers * (1 - blocked))
    return delayed * seconds / (workers - load)
