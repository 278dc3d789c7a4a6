"""Inventory's books stay right whatever happens, and one more booking is seen."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from operators.decision import Outcome
from operators.inventory import OrderReservations
from operators.money import ONE
from tests.unit.saga_topics import RESERVATIONS, SagaTopics, policy


class Office(RuleBasedStateMachine):
    """Whatever happens, books that the operator keeps are right, and one more booking is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.topics = SagaTopics()

    @rule(
        request=st.sampled_from(["R1", "R2", "R3", "R4"]),
        attempt=st.sampled_from([1, 1, 2, 3]),
        quantities=st.lists(st.integers(-2, 9), min_size=1, max_size=2),
        order=st.sampled_from(["PO1", "PO1", "PO2", "PO3", None]),
        credit=st.sampled_from([False, False, True]),
    )
    def upload(
        self, request: str, attempt: int, quantities: list[int], order: str | None, credit: bool
    ) -> None:
        self.topics.upload(request, *quantities, attempt=attempt, order=order, credit=credit)

    @rule(
        request=st.sampled_from(["R1", "R2", "R3", "R4"]),
        attempt=st.sampled_from([1, 1, 2, 3]),
        outcome=st.sampled_from(["APPROVED", "REJECTED", "UNKNOWN"]),
    )
    def settle(self, request: str, attempt: int, outcome: Outcome) -> None:
        self.topics.settle(request, outcome, attempt)

    @rule(receipt=st.sampled_from(["G1", "G2"]), quantity=st.integers(0, 20))
    def receive(self, receipt: str, quantity: int) -> None:
        self.topics.receive(receipt, quantity)

    @rule(percent=st.sampled_from([0, 10, 50]))
    def publish(self, percent: int) -> None:
        self.topics.policy = policy(percent)
        self.topics.write(self.topics.policy, "default")

    @rule()
    def commit(self) -> None:
        self.topics.commit()

    def teardown(self) -> None:
        self.topics.commit()
        assert self.topics.audited().findings == ()
        self.topics.compact(RESERVATIONS)
        assert self.topics.audited().findings == ()
        known = self.topics.reservations.get("PO1") or OrderReservations()
        self.topics.reservations.put("PO1", known.changed([("20", (ONE, 0))]))
        self.topics.commit()
        assert "books_differ" in self.topics.found()


Office.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOffice = Office.TestCase
