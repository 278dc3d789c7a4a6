import pytest
import typer

from tests.unit.command_lines import parse
from tests.unit.setting_names import is_setting


def test_what_manifold_takes_is_parsed() -> None:
    assert parse(["topics", "apply", "--replication", "3"]) == ["topics", "apply"]
    assert parse(["run", "validation", "--instance", "a"]) == ["run"]


@pytest.mark.parametrize(
    "line", ["topics aply", "topics apply --copies 3", "run", "run validate", "rum validation"]
)
def test_what_manifold_would_not_take_is_said(line: str) -> None:
    with pytest.raises(typer.TyperException):
        parse(line.split())


def test_variables_that_set_nothing_are_told_from_those_that_do() -> None:
    assert is_setting("MANIFOLD_DATABASE__URL")
    assert is_setting("MANIFOLD_KAFKA__SECURITY_PROTOCOL")
    assert not is_setting("MANIFOLD_DATABASE__UHL")
    assert not is_setting("MANIFOLD_DATABSE__URL")
