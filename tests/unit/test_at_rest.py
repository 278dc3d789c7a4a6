"""Documents that are sealed where they lie, and keys that change."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.database.schema import review
from connectors.database.sealing import Sealing
from connectors.keyring import KeysWrong, Ring, Unopened, made, sealed_with
from connectors.object_store import DocumentRefused, Store, StoreAway
from connectors.settings import Documents, InvalidSettings, Settings
from manifold.cli.keys import app

CONTENT = b"%PDF-1.7 DE89370400440532013000"
NOON = 1_772_442_000_000


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    keyring.read_or_made(path)
    return path


def store(folder: Path, keys: Path | None) -> Store:
    return Store(Documents(url=str(folder / "documents"), keys=keys))


def on_disk(folder: Path, key: str) -> bytes:
    return (folder / "documents" / key).read_bytes()


def test_what_lies_on_the_disk_says_nothing(tmp_path: Path, keys: Path) -> None:
    there = store(tmp_path, keys)
    document = there.put(CONTENT, "application/pdf", NOON)
    assert b"DE89" not in on_disk(tmp_path, document.uri)
    assert there.get(document, len(CONTENT)) == CONTENT
    with pytest.raises(DocumentRefused, match="more than"):
        there.get(document, len(CONTENT) - 1)


def test_documents_from_before_there_were_keys_are_read(tmp_path: Path, keys: Path) -> None:
    document = store(tmp_path, None).put(CONTENT, "application/pdf", NOON)
    assert store(tmp_path, keys).get(document, 100) == CONTENT


def test_without_the_key_the_store_is_away_and_nothing_is_lost(tmp_path: Path, keys: Path) -> None:
    document = store(tmp_path, keys).put(CONTENT, "application/pdf", NOON)
    with pytest.raises(StoreAway, match=r"documents\.keys"):
        store(tmp_path, None).get(document, 100)


@pytest.mark.parametrize("place", [0, 19, 25, 40, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, keys: Path, place: int) -> None:
    document = store(tmp_path, keys).put(CONTENT, "application/pdf", NOON)
    path = tmp_path / "documents" / document.uri
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DocumentRefused) as raised:
        store(tmp_path, keys).get(document, 1_000)
    assert raised.value.reason == "document_changed"


def test_one_document_does_not_pass_for_another(tmp_path: Path, keys: Path) -> None:
    rest = AtRest(keys, "documents")
    sealed = rest.seal(CONTENT, "inbox/a.pdf")
    assert rest.open(sealed, "inbox/a.pdf") == CONTENT
    with pytest.raises(Unopened):
        rest.open(sealed, "inbox/b.pdf")
    with pytest.raises(Unopened):
        AtRest(keys, "session").open(sealed, "inbox/a.pdf")


def test_keys_change_while_others_read(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANIFOLD_DOCUMENTS__URL", str(tmp_path / "documents"))
    monkeypatch.setenv("MANIFOLD_DOCUMENTS__KEYS", str(keys))
    monkeypatch.setattr("manifold.cli.keys._trail", lambda _: None)
    plain = store(tmp_path, None).put(b"before there were keys", "application/pdf", NOON)
    running = store(tmp_path, keys)
    first = running.put(CONTENT, "application/pdf", NOON)
    assert sealed_with(on_disk(tmp_path, first.uri)) == "1"

    done = CliRunner().invoke(app, ["rotate", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "key": "2",
        "sealed_again": 2,
        "rows": 0,
        "failed": 0,
        "keys": 2,
    }
    for document in (plain, first):
        assert sealed_with(on_disk(tmp_path, document.uri)) == "2"
    assert running.get(first, 100) == CONTENT
    assert sealed_with(on_disk(tmp_path, running.put(b"b", "text/xml", NOON).uri)) == "2"

    again = CliRunner().invoke(app, ["rotate", "--retire", "--json"])
    assert json.loads(again.stdout) == {
        "key": "3",
        "sealed_again": 3,
        "rows": 0,
        "failed": 0,
        "keys": 1,
    }
    assert [key.id for key in keyring.read(keys).keys] == ["3"]
    assert running.get(plain, 100) == b"before there were keys"


def test_no_key_goes_while_a_document_needs_it(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANIFOLD_DOCUMENTS__URL", str(tmp_path / "documents"))
    monkeypatch.setattr("manifold.cli.keys._trail", lambda _: None)
    document = store(tmp_path, keys).put(CONTENT, "application/pdf", NOON)
    path = tmp_path / "documents" / document.uri
    path.write_bytes(path.read_bytes()[:-1])
    told = CliRunner().invoke(app, ["rotate", "--retire", "--file", str(keys)])
    assert told.exit_code == 1
    assert [key.id for key in keyring.read(keys).keys] == ["2", "1"]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": []}', '{"keys": [{"id": "1", "key": "c2hvcnQ="}]}']
)
def test_a_file_without_good_keys_is_refused_without_showing_it(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeysWrong) as raised:
        keyring.read(path)
    assert "c2hv" not in str(raised.value)


def test_keys_that_everybody_may_read_are_refused(keys: Path) -> None:
    keys.chmod(0o644)
    with pytest.raises(KeysWrong, match="chmod"):
        keyring.read(keys)


def test_a_key_shows_nowhere() -> None:
    ring = Ring((made("1"),))
    assert ring.keys[0].key not in repr(ring)


def test_where_there_are_no_keys_the_command_that_is_told_makes_some(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    runner = CliRunner()
    told = " ".join(runner.invoke(app, ["list", "--file", str(path)]).output.split())
    command = told.partition("`manifold keys ")[2].partition("`")[0].split()
    assert command[0] == "new"
    assert runner.invoke(app, command).exit_code == 0
    assert path.exists()


def test_columns_that_cannot_be_sealed_are_refused_with_those_that_can(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings, match=r"documents\.keys"):
        Settings.load(database={"sealed": ["all"]})
    for name in ("upload.vendor_id", "upload.document;", "nothing"):
        with pytest.raises(InvalidSettings, match=r"cannot be sealed.*open_review\.asked"):
            Settings.load(database={"sealed": [name]}, documents={"keys": keys})
    named = Settings.load(database={"sealed": ["review.reason"]}, documents={"keys": keys})
    assert Sealing.of(named).seals(review.c.reason)
    assert not Sealing.of(named).seals(review.c.reviewer)


def test_an_index_finds_the_same_content_and_tells_nothing_else() -> None:
    first, second = made("1"), made("2")
    (index,) = Ring((first,)).for_("database").indexes(b"anna", b"open_review.holder")
    ring = Ring((second, first)).for_("database")
    found = ring.indexes(b"anna", b"open_review.holder")
    assert found[1] == index
    assert found[0] != index
    others = [
        *ring.indexes(b"ben", b"open_review.holder"),
        *ring.indexes(b"anna", b"review_answer.reviewer"),
        *ring.indexes(b"ranna", b"open_review.holde"),
        *Ring((second, first)).for_("documents").indexes(b"anna", b"open_review.holder"),
    ]
    assert not {*found} & {*others}
