"""The revision that the program demands is the newest of its migrations."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from connectors.database import migration
from connectors.database.revision import REVISION


def test_it_is_the_newest() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
