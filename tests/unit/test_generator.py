"""What anybody who generates invoices relies on."""

import json
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
import schwifty
from stdnum.eu import vat
from typer import Typer
from typer.testing import CliRunner

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from manifold.cli.generate import generate
from manifold.generator import FAULTS, FINDINGS, invoices, reference_records, world
from manifold.generator.distortion import VendorHistory
from operators.money import ONE, divided, percent, rounded
from operators.upload import InvoiceUploaded

TODAY = date(2026, 3, 2)
START = 1_772_409_600_000


def test_the_same_seed_gives_the_same_stream() -> None:
    first, second = world(7, 300, TODAY), world(7, 300, TODAY)

    assert first == second
    assert list(invoices(first, 7, 300, START)) == list(invoices(second, 7, 300, START))


def test_worlds_of_other_seeds_counts_and_days_share_no_identifier() -> None:
    made = [
        world(1, 60, TODAY),
        world(2, 60, TODAY),
        world(1, 70, TODAY),
        world(1, 60, TODAY + timedelta(days=1)),
    ]
    vendors = [vendor.vendor_id for each in made for vendor in each.vendors]
    requests = [
        sample.upload.request_id for each in made for sample in invoices(each, 1, 60, START)
    ]

    assert len(set(vendors)) == len(vendors)
    assert len(set(requests)) == len(requests)


def test_vendors_have_right_check_digits_and_accounts_at_no_bank() -> None:
    for vendor in world(3, 400, TODAY).vendors:
        account = schwifty.IBAN(vendor.ibans[0], validate_bban=True)

        assert vat.is_valid(vendor.vat_id or "")
        assert account.country_code == vendor.country
        assert account.bank is None


def test_right_invoices_add_up() -> None:
    made = world(4, 400, TODAY)
    for sample in invoices(made, 4, 400, START, fault_rate=0):
        invoice = sample.upload.invoice
        assert invoice is not None
        totals = invoice.totals
        assert totals.lines_net == sum(line.net or 0 for line in invoice.lines)
        assert totals.net == totals.lines_net - (totals.allowances or 0) + (totals.charges or 0)
        assert totals.net == sum(subtotal.taxable or 0 for subtotal in invoice.vat_breakdown)
        for subtotal in invoice.vat_breakdown:
            assert subtotal.tax == rounded(percent(subtotal.taxable or 0, subtotal.rate or 0))
        assert totals.payable == totals.net + (totals.tax or 0) - (totals.prepaid or 0)


def test_right_invoices_bill_no_more_than_the_price_ordered() -> None:
    made = world(4, 400, TODAY)
    orders = {order.purchase_order: order for order in made.purchase_orders}
    compared = Counter[str]()
    for sample in invoices(made, 4, 400, START, fault_rate=0):
        invoice = sample.upload.invoice
        assert invoice is not None
        ordered = {each.line: each for each in orders[invoice.purchase_order or ""].lines}
        for line in invoice.lines:
            price = divided((line.price or 0) * ONE, line.base_quantity or ONE)
            agreed = ordered[line.order_line or ""].price
            compared["same" if price == agreed else "less" if price < agreed else "more"] += 1

    assert compared["same"] > 3 * compared["less"] > 0
    assert not compared["more"]


def test_streams_are_varied() -> None:
    made = world(5, 1000, TODAY)
    those = [s.upload.invoice for s in invoices(made, 5, 1000, START) if s.upload.invoice]

    assert {invoice.currency for invoice in those} >= {"EUR", "USD", "GBP", "CHF", "PLN"}
    assert {len(invoice.lines) for invoice in those} >= {1, 2, 3, 4, 5}
    assert any(len(invoice.vat_breakdown) == 2 for invoice in those)
    assert any(invoice.totals.allowances for invoice in those)
    assert any(invoice.totals.charges for invoice in those)
    assert any(invoice.totals.prepaid for invoice in those)
    assert any(line.base_quantity == 100 * ONE for i in those for line in i.lines)


@pytest.mark.parametrize("rate", [0.0, 0.2, 1.0])
def test_the_fault_rate_holds(rate: float) -> None:
    made = world(6, 1000, TODAY)
    faults = Counter(sample.fault for sample in invoices(made, 6, 1000, START, fault_rate=rate))

    assert 1000 - faults[None] == pytest.approx(1000 * rate, abs=40)


def test_forty_invoices_show_many_kinds_of_fault() -> None:
    made = world(1, 40, TODAY)
    faults = [s.fault for s in invoices(made, 1, 40, START, fault_rate=0.3) if s.fault]

    assert len(set(faults)) == len(faults) > 5
    assert set(faults) <= set(FAULTS)


def test_uploads_come_at_the_interval() -> None:
    made = world(1, 40, TODAY)
    stream = invoices(made, 1, 40, START, interval_ms=250)

    assert [s.upload.uploaded_at - START for s in islice(stream, 3)] == [0, 250, 500]


def test_a_world_too_small_says_how_to_make_a_larger_one() -> None:
    with pytest.raises(ValueError, match=r"world\(seed, 41, today\)"):
        invoices(world(1, 40, TODAY), 1, 41, START)


def test_reference_records_fit_their_contracts_under_keys_of_their_own() -> None:
    contracts = Contracts.load()
    codec = Codec(contracts, LockIds(contracts))
    seen = set()
    for key, record in reference_records(world(2, 100, TODAY)):
        assert codec.decoder(type(record))(codec.encoder(type(record))(record)) == record
        seen.add((type(record), key))

    assert len(seen) == len(list(reference_records(world(2, 100, TODAY))))


def test_the_command_writes_lines_that_read_back(tmp_path: Path) -> None:
    app = Typer()
    app.command()(generate)
    out = tmp_path / "invoices.jsonl"
    arguments = ["--count", "30", "--seed", "3", "--date", "2026-03-02", "--out", str(out)]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    contracts = Contracts.load()
    codec = Codec(contracts, LockIds(contracts))

    assert done.exit_code == 0
    assert json.loads(done.stdout)["invoices"] == len(lines) == 30
    expected = [s.upload for s in invoices(world(3, 30, TODAY), 3, 30, START)]
    assert [codec.from_json(InvoiceUploaded, line["upload"]) for line in lines] == expected
    assert {line["branch"] for line in lines if line["fault"]} <= {
        "VALIDATION",
        "INVENTORY",
        "FRAUD",
        "PRICING",
    }


def test_the_command_names_a_file_it_cannot_write(tmp_path: Path) -> None:
    app = Typer()
    app.command()(generate)
    done = CliRunner().invoke(app, ["--out", str(tmp_path / "missing" / "x.jsonl")])

    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_dates_stay_near_the_upload_however_many_invoices_a_vendor_sends() -> None:
    many = 60_000
    for sample in invoices(world(1, many, TODAY), 1, many, START):
        assert sample.upload.invoice is not None
        issued = sample.upload.invoice.issue_date
        assert issued is not None
        age = (TODAY - issued).days
        assert -60 < age < -10 if sample.fault == "future_date" else -2 < age < 40


def test_the_manual_lists_every_fault_as_it_is() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "generator.md").read_text()
    rows = {line.split("`")[1]: line for line in manual.splitlines() if line.startswith("| `")}

    assert list(rows) == list(FAULTS)
    for fault, finding in FINDINGS.items():
        cells = [cell.strip() for cell in rows[fault].split("|")[2:-1]]
        also = ", ".join(finding.also).lower()
        assert cells == [finding.branch.lower(), finding.status, finding.decision, also]


def test_two_large_invoices_of_a_vendor_lie_days_apart_and_look_like_no_split_one() -> None:
    history = VendorHistory()
    history.amounts.extend([1_000 * ONE] * 8)
    assert history.fresh_day(1, 2_000 * ONE, 100) == 100
    assert history.fresh_day(2, 1_000 * ONE, 101) == 101
    assert history.fresh_day(3, 1_900 * ONE, 101) == 97
