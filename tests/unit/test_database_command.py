"""`manifold db` on what is no database of ours: a sentence, and nothing is changed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors import logs
from manifold.cli import database


@pytest.mark.parametrize("command", ["migrate", "stats", "verify"])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "configure", lambda **_: None)
    file = tmp_path / "notes.txt"
    file.write_text("these are my notes, and no database\n" * 20)
    done = CliRunner().invoke(database.app, [command, "--url", f"sqlite:///{file}"])
    assert done.exit_code == 1
    assert "file is not a database; check the setting database.url" in done.stderr
    assert file.read_text() == "these are my notes, and no database\n" * 20
