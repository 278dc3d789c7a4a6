"""`manifold db`, as typed."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from connectors.database import Store
from connectors.database.revision import REVISION
from manifold.cli.database import app
from tests.integration.database.records import one_of_each


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments])
    return result.exit_code, result.output


def test_migrate_then_verify_then_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/new/manifold.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANIFOLD_DATABASE__URL", url)
    code, output = run("verify")
    assert code == 1
    assert "manifold db migrate" in output
    code, output = run("migrate")
    assert code == 0
    assert f"empty → {REVISION}" in output
    assert json.loads(run("migrate", "--json")[1]) == {
        "database": url,
        "from": REVISION,
        "to": REVISION,
    }
    store = Store.connect(url)
    store.append("collect-0", one_of_each(1))
    store.close()
    assert run("verify") == (0, "6 audit entries: every chain is sound\n")
    assert json.loads(run("stats", "--json")[1])["in_force"] == {"REVIEW": 1}
    assert "decision" in run("stats")[1]


def test_verify_prints_the_first_broken_entry_and_fails(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/manifold.db"
    run("migrate", "--url", url)
    store = Store.connect(url)
    store.append("collect-0", one_of_each(1))
    store.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET status = 'PASS' WHERE sequence = 6"))
    engine.dispose()
    code, output = run("verify", "--url", url)
    assert code == 1
    assert "chain collect-0, entry 6 (invoicedecision/0/1): its hash" in output
    code, output = run("verify", "--url", url, "--json")
    assert code == 1
    assert json.loads(output)["breach"]["sequence"] == 6
