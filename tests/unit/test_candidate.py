"""Which requests a candidate judges, and that nobody sees half of a change."""

from collections.abc import Callable, Mapping
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from manifold.cli.policy import starter_policy
from operators.candidate import (
    CANDIDATE,
    IN_FORCE,
    PREVIOUS,
    Chosen,
    chosen,
    chosen_for,
    in_share,
)
from operators.decision import BranchAnswer
from operators.money import ONE, parse
from operators.policy_change import (
    Changes,
    Known,
    Refused,
    promoted,
    put_in_force,
    rolled_back,
    tried,
)
from operators.reference import ReferencePolicy

OLD = replace(starter_policy(), version="1")
NEW = replace(OLD, version="2")
THIRD = replace(OLD, version="3")
PERCENTS = st.integers(0, 100 * ONE)


def answers(*versions: str, status: str = "PASS") -> tuple[BranchAnswer, ...]:
    return tuple(
        BranchAnswer(
            branch="FRAUD", status=status, decided_at=0, latency_ms=0, policy_version=version
        )
        for version in versions
    )


def applied(known: Known, changes: Changes) -> dict[str, ReferencePolicy]:
    """What stands in the topic afterwards."""
    after = {**known, **changes}
    return {key: policy for key, policy in after.items() if policy is not None}


@pytest.mark.parametrize("percent", ["0.5", "10", "50", "99.5"])
@pytest.mark.parametrize("name", ["{}", "R-2026-{:06}", "{:032x}"])
def test_a_share_is_as_large_as_it_says(percent: str, name: str) -> None:
    share = parse(percent)
    hits = sum(in_share(name.format(number), share) for number in range(20_000))
    assert abs(hits / 200 - share / ONE) < 1.2


def test_the_same_requests_are_in_a_share_everywhere_and_always() -> None:
    found = [number for number in range(60) if in_share(f"r-{number}", 10 * ONE)]
    assert found == [4, 23, 26, 39]
    assert in_share("018f3b5e-7b1c-7c3e-9a55-0123456789ab", 100 * ONE)
    assert not in_share("018f3b5e-7b1c-7c3e-9a55-0123456789ab", 0)


@given(request=st.text(), smaller=PERCENTS, larger=PERCENTS)
def test_a_share_that_grows_keeps_whom_it_had(request: str, smaller: int, larger: int) -> None:
    smaller, larger = sorted((smaller, larger))
    assert in_share(request, larger) or not in_share(request, smaller)


def test_a_request_is_judged_by_one_policy_or_by_a_second_in_shadow() -> None:
    canary, shadow = replace(NEW, canary_percent=10 * ONE), NEW
    assert chosen({}, "r-4") == Chosen(None)
    assert chosen({CANDIDATE: canary}, "r-4") == Chosen(None)
    assert chosen({IN_FORCE: OLD}, "r-4") == Chosen(OLD)
    both = {IN_FORCE: OLD, CANDIDATE: canary}
    assert chosen(both, "r-4") == Chosen(canary, canary=True)
    assert chosen(both, "r-5") == Chosen(OLD)
    assert chosen({IN_FORCE: OLD, CANDIDATE: shadow}, "r-5") == Chosen(OLD, shadow=shadow)
    assert chosen({IN_FORCE: NEW, CANDIDATE: canary}, "r-4") == Chosen(NEW)


def test_answers_are_decided_by_the_policy_they_were_judged_by() -> None:
    canary = replace(NEW, canary_percent=10 * ONE)
    trying = {IN_FORCE: OLD, CANDIDATE: canary}
    # The join has heard of the candidate later than the branches, or of its promotion earlier.
    assert chosen_for(trying, "r-5", answers("2", "2")) == Chosen(canary, canary=True)
    assert chosen_for(trying, "r-4", answers("1", "1")) == Chosen(OLD)
    after = {IN_FORCE: NEW, PREVIOUS: OLD}
    assert chosen_for(after, "r-4", answers("1", "1")) == Chosen(OLD)
    # Where the branches are not of one mind, the policy by now; and one that nobody knows.
    assert chosen_for(after, "r-4", answers("1", "2")) == Chosen(NEW, mixed=True)
    assert chosen_for(after, "r-4", answers("0")) == Chosen(NEW, mixed=True)
    assert chosen_for(after, "r-4", answers("", status="UNKNOWN")) == Chosen(NEW, mixed=True)
    assert chosen_for(after, "r-4", ()) == Chosen(NEW)


STEPS: Mapping[str, Callable[[Known], Changes]] = {
    "publish": lambda known: put_in_force(known, THIRD),
    "canary": lambda known: tried(known, NEW, 50 * ONE),
    "shadow": lambda known: tried(known, NEW, None),
    "promote": promoted,
    "rollback": rolled_back,
}


@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=8), number=st.integers(0, 100))
def test_whoever_has_read_only_part_of_a_change_judges_as_before_or_as_after(
    steps: list[str], number: int
) -> None:
    known: dict[str, ReferencePolicy] = {IN_FORCE: OLD}
    request = f"r-{number}"

    def seen(policies: Known) -> tuple[str, bool, str | None]:
        found = chosen(policies, request)
        assert found.policy is not None
        shadow = None if found.shadow is None else found.shadow.version
        return found.policy.version, found.canary, shadow

    for step in steps:
        try:
            changes = STEPS[step](known)
        except Refused:
            continue
        after = applied(known, changes)
        for read in range(len(changes) + 1):
            part = applied(known, dict(islice(changes.items(), read)))
            assert seen(part) in (seen(known), seen(after))
        known = after
        assert {policy.policy_id for policy in known.values()} == set(known)


def test_a_candidate_is_promoted_and_the_policy_before_comes_back() -> None:
    known = applied({IN_FORCE: OLD}, tried({IN_FORCE: OLD}, NEW, parse("0.5")))
    assert known[CANDIDATE].canary_percent == ONE // 2
    known = applied(known, promoted(known))
    assert known == {
        IN_FORCE: NEW,
        PREVIOUS: replace(OLD, policy_id=PREVIOUS),
    }
    known = applied(known, rolled_back(known))
    assert known[IN_FORCE] == OLD
    assert known[PREVIOUS].version == "2"


def test_a_candidate_is_given_up_before_anything_else() -> None:
    known = applied({}, put_in_force({}, OLD))
    known = applied(known, put_in_force(known, NEW))
    known = applied(known, tried(known, THIRD, None))
    known = applied(known, rolled_back(known))
    assert {key: policy.version for key, policy in known.items()} == {IN_FORCE: "2", PREVIOUS: "1"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: promoted({IN_FORCE: OLD}), "no candidate to promote"),
        (lambda: rolled_back({IN_FORCE: OLD}), "no earlier policy"),
        (lambda: tried({}, NEW, None), "No policy is in force"),
        (lambda: tried({IN_FORCE: OLD}, OLD, None), "a `version` of its own"),
        (lambda: tried({IN_FORCE: OLD}, replace(NEW, base_currency="SEK"), None), "counts in EUR"),
        (lambda: tried({IN_FORCE: OLD}, NEW, 0), "more than 0"),
        (lambda: tried({IN_FORCE: OLD}, NEW, 101 * ONE), "up to 100"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    change: Callable[[], Changes], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        change()
