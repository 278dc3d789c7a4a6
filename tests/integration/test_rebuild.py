"""The database that `collect` wrote, made anew from the topics: row for row the same."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.database.connected import Connected
from connectors.database.schema import metadata
from connectors.database.sealing import PLAIN, PURPOSE, Sealing
from flows import BRANCHES, COLLECT, JOIN
from operators.audit import InvoiceAudit
from operators.result import FraudResult
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline, generated

COUNT = 300


def rebuild(
    pipeline: Pipeline,
    database: Path,
    code: int = 0,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """What the command tells: its figures, or the sentence with which it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "manifold", "rebuild", "--json", "--url", f"sqlite:///{database}"],
        cwd=REPOSITORY,
        env={**pipeline.variables, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stderr if code else json.loads(done.stdout)


def rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database holds."""
    with closing(sqlite3.connect(database)) as connection:
        return {
            table.name: sorted(connection.execute(f"SELECT * FROM {table.name}"), key=repr)
            for table in metadata.sorted_tables
        }


def opened(database: Path, sealing: Sealing) -> dict[str, list[dict[str, Any]]]:
    """All that a database holds, in the order of its keys, as it was before it was sealed."""
    there = Connected(f"sqlite:///{database}")
    with there.reading.begin() as connection:
        found = {
            table.name: [
                sealing.opened(table, row)
                for row in connection.execute(
                    table.select().order_by(*table.primary_key)
                ).mappings()
            ]
            for table in metadata.sorted_tables
        }
    there.close()
    return found


class Run:
    """A pipeline at rest, and copies of its database from the middle and from the end."""

    def __init__(self, pipeline: Pipeline, folder: Path) -> None:
        self.pipeline = pipeline
        self.database = folder / "manifold.db"
        self.backup = folder / "backup.db"
        self.folder = folder


@pytest.fixture(scope="module")
def run(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("rebuild")
    world, samples = generated(COUNT, fault_rate=0.3)
    with Pipeline(bootstrap, folder) as pipeline:
        run = Run(pipeline, folder)
        pipeline.publish_reference(world)
        pipeline.running(*BRANCHES, JOIN, COLLECT)
        collect = next(each for each in pipeline.processes if each.flow == COLLECT)
        uploads = [*samples, *samples[:40]]
        half = len(uploads) // 2
        with pipeline.load(uploads[:half], per_second=60) as sent:
            for _ in range(2):
                pipeline.until(pipeline.more(InvoiceAudit, 100), "entries since the last kill")
                collect = pipeline.killed(collect)
            pipeline.until(lambda: len(sent) == half, "the first half sent")
        pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
        pipeline.stop(collect)
        shutil.copy(run.database, run.backup)
        pipeline.start(COLLECT)
        pipeline.publish(*(sample.upload for sample in uploads[half:]))
        pipeline.at_rest(*BRANCHES, JOIN, COLLECT)
        yield run


def test_nothing_is_rebuilt_under_the_hands_of_collect(run: Run) -> None:
    assert "has 1 member, which write the same database" in rebuild(run.pipeline, run.database, 1)


def test_an_empty_database_becomes_row_for_row_what_was_there(run: Run) -> None:
    anew = run.folder / "anew.db"
    figures = rebuild(run.pipeline, anew)
    there = rows(run.database)
    assert rows(anew) == there
    assert figures["entries"] == len(there["audit_entry"]) > 6 * COUNT
    assert figures["entries_before"] == 0
    assert rebuild(run.pipeline, anew)["entries"] == 0


def test_with_columns_sealed_it_holds_the_same_and_shows_less(run: Run) -> None:
    keys = run.folder / "keys.json"
    keyring.read_or_made(keys)
    anew = run.folder / "sealed.db"
    variables = {"MANIFOLD_DOCUMENTS__KEYS": str(keys), "MANIFOLD_DATABASE__SEALED": '["all"]'}
    rebuild(run.pipeline, anew, variables=variables)
    assert opened(anew, Sealing(AtRest(keys, PURPOSE))) == opened(run.database, PLAIN)
    assert b"rule_id" in run.database.read_bytes()
    assert b"rule_id" not in anew.read_bytes()


def test_a_restored_backup_gets_what_it_lacks(run: Run) -> None:
    restored = run.folder / "restored.db"
    shutil.copy(run.backup, restored)
    before = len(rows(restored)["audit_entry"])
    figures = rebuild(run.pipeline, restored)
    assert rows(restored) == rows(run.database)
    assert figures["entries_before"] == before > 0
    assert figures["entries"] == len(rows(run.database)["audit_entry"]) - before > 0


def test_a_database_that_was_changed_is_not_gone_on_with(run: Run) -> None:
    changed = run.folder / "changed.db"
    shutil.copy(run.backup, changed)
    with closing(sqlite3.connect(changed)) as connection:
        connection.execute("UPDATE audit_chain SET hash = 'f' || substr(hash, 2, 62) || 'f'")
        connection.commit()
    before = rows(changed)
    assert "ends otherwise than entry" in rebuild(run.pipeline, changed, 1)
    assert rows(changed) == before


def test_records_that_are_gone_are_counted_and_nothing_is_entered_without_them(run: Run) -> None:
    pipeline = run.pipeline
    topic = pipeline.contracts.topic_of(FraudResult).name
    for partition in range(4):
        gone = TopicPartition(topic, partition, 5)
        pipeline.seen.admin.delete_records([gone])[gone].result(10)
    with closing(sqlite3.connect(run.database)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM audit_entry WHERE source_topic = ? AND source_offset < 5", [topic]
        ).fetchone()
    anew = run.folder / "gone.db"
    told = rebuild(pipeline, anew, 1)
    assert f"{count} of {len(rows(run.database)['audit_entry']):,} records are no longer" in told
    assert f"({count} of {topic}): restore a backup" in told
    assert rows(anew)["audit_entry"] == []

    restored = run.folder / "restored-later.db"
    shutil.copy(run.backup, restored)
    rebuild(pipeline, restored)
    assert rows(restored) == rows(run.database)
