"""The language model's budget of a day in one process, and what tokens cost."""

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from connectors.model_budget import MemoryBudget
from operators.extraction.spending import Prices, Usage, cost, dearest, estimated
from operators.money import ONE, parse
from operators.time import DAY

PRICES = Prices(parse("1"), parse("5"), cached=parse("0.10"), written=parse("1.25"))


def test_a_day_has_what_it_has_and_the_next_one_has_it_again() -> None:
    budget = MemoryBudget(ONE)
    assert budget.reserve(parse("0.6"), 0)
    assert not budget.reserve(parse("0.6"), 1)
    assert budget.reserve(parse("0.4"), DAY - 1)
    assert not budget.reserve(1, DAY - 1)
    assert budget.reserve(ONE, DAY)


def test_what_was_not_spent_comes_back_on_its_own_day_only() -> None:
    budget = MemoryBudget(ONE)
    assert budget.reserve(ONE, 0)
    budget.settle(ONE, parse("0.25"), 0)
    assert budget.reserve(parse("0.75"), 0)
    assert budget.reserve(ONE, DAY)
    budget.settle(parse("0.75"), 0, 0)
    assert not budget.reserve(1, DAY)


def test_what_cost_more_than_was_reserved_is_counted_as_well() -> None:
    budget = MemoryBudget(ONE)
    assert budget.reserve(parse("0.5"), 0)
    budget.settle(parse("0.5"), parse("1.5"), 0)
    assert not budget.reserve(1, 0)


def test_threads_never_spend_more_than_there_is() -> None:
    budget, began = MemoryBudget(1_000), threading.Barrier(8)

    def spend() -> int:
        began.wait()
        return sum(budget.reserve(1, 0) for _ in range(500))

    with ThreadPoolExecutor(8) as pool:
        assert sum(each.result() for each in [pool.submit(spend) for _ in range(8)]) == 1_000


def test_each_kind_of_token_has_its_price() -> None:
    million = 1_000_000
    assert cost(Usage(tokens_in=million), PRICES) == parse("1")
    assert cost(Usage(tokens_out=million), PRICES) == parse("5")
    assert cost(Usage(tokens_cached=million), PRICES) == parse("0.10")
    assert cost(Usage(tokens_written=million), PRICES) == parse("1.25")
    assert cost(Usage(1, 1, 1, 1), PRICES) == parse("0.00000735")
    assert Usage(1, 2, 3, 4).tokens == 10


counts = st.integers(0, 10**6)


@given(counts, counts, counts, counts)
def test_a_call_never_costs_more_than_was_thought_at_most(
    full: int, out: int, cached: int, written: int
) -> None:
    usage = Usage(full, out, cached, written)
    assert cost(usage, PRICES) <= dearest(full + cached + written, out, PRICES)


@given(st.text(max_size=50), st.text(max_size=50))
def test_more_text_is_not_fewer_tokens(one: str, other: str) -> None:
    assert estimated(one) <= estimated(one + other) <= estimated(one) + estimated(other)
