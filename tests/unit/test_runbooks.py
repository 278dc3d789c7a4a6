"""Every alert has a page that says what to do, and every command in it can be given."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from dashboards.grafana.boards import BOARDS
from tests.unit.command_lines import parse

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path for path in (ROOT / "docs" / "runbooks").glob("Manifold*.md")}
ALERTS = {
    rule["alert"]: rule
    for path in (ROOT / "dashboards" / "prometheus" / "rules").glob("*.yml")
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
    if "alert" in rule
}
SECTIONS = ["What to look at", "What to do", "When it clears"]
PANELS = {panel.title for board in BOARDS for row in board.rows for panel in row.panels}
TITLES = {board.title for board in BOARDS}


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert set(PAGES) == set(ALERTS)


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_says_how_urgent_it_is_and_where_to_read_on(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"{{{{ $externalLabels.runbooks }}}}/{name}.md"
    assert rule["annotations"]["description"].endswith(".")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_what_to_look_at_and_what_to_do(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == SECTIONS
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (PAGES[name].parent / target).is_file(), target
    for shown in re.findall(r"\*([^*\n]+)\*", re.sub("`[^`]*`", "", text)):
        assert shown in PANELS | TITLES, shown


@pytest.mark.parametrize("name", sorted(PAGES))
def test_commands_of_a_page_can_be_given(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    blocks = "\n".join(re.findall("```sh\n(.*?)```", text, re.DOTALL))
    lines = [line for line in blocks.splitlines() if line.startswith("manifold ")]
    lines += re.findall("`(manifold [^`]*)`", text.replace(blocks, ""))
    assert lines
    for line in lines:
        parse(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/runbooks/README.md"])
def test_the_lists_of_alerts_have_all_of_them_with_their_severity(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(Manifold\w+)\]\([\w/.]+\) \| (\w+) \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(
        (name, rule["labels"]["severity"]) for name, rule in ALERTS.items()
    )
