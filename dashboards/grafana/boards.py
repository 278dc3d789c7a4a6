"""Every dashboard."""

from pathlib import Path

from dashboards.grafana.branches import BRANCHES
from dashboards.grafana.build import to_json
from dashboards.grafana.dead_letters import DEAD_LETTERS
from dashboards.grafana.extraction import EXTRACTION
from dashboards.grafana.kafka_clients import KAFKA_CLIENTS
from dashboards.grafana.lag import LAG
from dashboards.grafana.overview import OVERVIEW
from dashboards.grafana.panel import Board
from dashboards.grafana.review import REVIEW
from dashboards.grafana.web import WEB

BOARDS: tuple[Board, ...] = (
    OVERVIEW,
    LAG,
    BRANCHES,
    EXTRACTION,
    REVIEW,
    DEAD_LETTERS,
    KAFKA_CLIENTS,
    WEB,
)


def files(folder: Path) -> dict[Path, str]:
    """What Grafana reads, by file."""
    return {folder / f"{board.name}.json": to_json(board) for board in BOARDS}
