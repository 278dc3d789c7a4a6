"""The measurement of the fraud branch: its histories, its figures, and what they have to be."""

import json

import pytest
from typer.testing import CliRunner

from manifold.cli.app import app
from manifold.cli.policy import starter_policy
from manifold.fraud_bench import SPEAKS_OF, Found, judged, measured
from manifold.generator.fraud_histories import KINDS, FraudKind, Labelled, history
from operators.fraud.catalogue import BY_NAME
from operators.invoice import Invoice, Party, Totals
from operators.money import parse

VENDORS, CASES = 300, 40


def found(
    kind: FraudKind | None, case: int, score: int, strongest: str | None, amount: str = "100"
) -> Found:
    invoice = Invoice(seller=Party(), buyer=Party(), totals=Totals(payable=parse(amount)))
    return Found(Labelled("R", "V", 0, invoice, kind, case), score, strongest)


def test_the_same_seed_gives_the_same_history_in_the_order_of_uploads() -> None:
    one, same, other = history(1, 20, 2), history(1, 20, 2), history(2, 20, 2)
    assert one == same
    assert one != other
    assert [each.uploaded_at for each in one.invoices] == sorted(
        each.uploaded_at for each in one.invoices
    )


def test_a_history_has_so_many_cases_of_every_kind_and_only_of_known_vendors() -> None:
    made = history(3, 40, 3)
    cases = {kind: {each.case for each in made.invoices if each.kind == kind} for kind in KINDS}
    assert {kind: len(numbers) for kind, numbers in cases.items()} == dict.fromkeys(KINDS, 3)
    assert len(set.union(*cases.values())) == 3 * len(KINDS)
    known = {vendor.vendor_id for vendor in made.vendors}
    assert {each.vendor_id for each in made.invoices} <= known
    assert {each.case for each in made.invoices if each.kind is None} == {0}


def test_every_signal_with_points_for_what_vendors_do_speaks_of_a_kind() -> None:
    of_other_things = {
        "unknown_vendor",
        "inactive_vendor",
        "no_exchange_rate",
        "document_contradicts",
    }
    assert set(SPEAKS_OF) == set(BY_NAME) - of_other_things
    assert set(SPEAKS_OF.values()) == set(KINDS)


def test_a_case_is_caught_with_one_of_its_invoices_and_precision_is_of_invoices() -> None:
    result = measured(
        [
            found("burst", 1, 0, None),
            found("burst", 1, 45, "burst"),
            found("burst", 2, 39, "burst", amount="7.50"),
            found(None, 0, 45, "burst"),
            found(None, 0, 45, "duplicate"),
            found(None, 0, 15, "weekend"),
        ],
        threshold=40,
    )

    burst = next(each for each in result.kinds if each.kind == "burst")
    assert (burst.cases, burst.caught, burst.false_alarms) == (2, 1, 1)
    assert (burst.recall, burst.precision) == (0.5, 0.5)
    assert (result.invoices, result.clean, result.false_alarms) == (6, 3, 2)
    at = next(each for each in result.curve if each.score == 40)
    assert (at.stopped, at.false_alarms, at.missed, at.missed_amount) == (3, 2, 1, parse("7.5"))
    fabricated = next(each for each in result.kinds if each.kind == "fabricated")
    assert (fabricated.recall, fabricated.precision) == (0.0, None)


@pytest.mark.parametrize("seed", [211])
def test_frauds_are_found_and_clean_invoices_let_through(seed: int) -> None:
    policy = starter_policy()

    result = measured(judged(history(seed, VENDORS, CASES), policy), policy.fraud_warning_score)

    assert result.false_alarm_rate < 0.01
    assert {each.kind: each.recall for each in result.kinds if each.recall < 0.85} == {}
    assert {each.kind for each in result.kinds if (each.precision or 0) < 0.8} == set()


def test_the_command_prints_the_same_for_people_and_machines() -> None:
    runner = CliRunner(env={"COLUMNS": "200"})
    arguments = ["bench", "fraud", "--vendors", "40", "--cases", "3", "--seed", "5"]

    shown = runner.invoke(app, arguments)
    told = json.loads(runner.invoke(app, [*arguments, "--json"]).stdout)

    assert shown.exit_code == 0
    assert told["seed"] == 5
    assert [each["kind"] for each in told["kinds"]] == list(KINDS)
    for each in told["kinds"]:
        row = next(line for line in shown.stdout.splitlines() if f" {each['kind']} " in line)
        assert row.split()[1:3] == [str(each["cases"]), str(each["caught"])]
    assert f"{told['invoices']:,} invoices" in shown.stdout
