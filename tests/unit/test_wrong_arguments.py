"""What makes no sense is said at once, with 2, and before any broker is asked."""

import pytest
from typer.testing import CliRunner

from connectors.policy_file import write_policy
from manifold.cli.app import app
from manifold.cli.policy import starter_policy

NOWHERE = ("--bootstrap", "127.0.0.1:1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("policy", "publish", "FILE", "--canary", "200"), "more than 0 and up to 100 percent"),
        (("policy", "publish", "FILE", "--canary", "0"), "more than 0 and up to 100 percent"),
        (("policy", "publish", "FILE", "--canary", "ten"), "more than 0 and up to 100 percent"),
        (("policy", "status", "--since", "once"), "--since once: write a day or an instant"),
        (
            ("backtest", "--policy", "FILE", "--from", "2026-02-01", "--to", "2026-01-01"),
            "--from 2026-02-01 is not before --to 2026-01-01",
        ),
        (("offsets", "reset", "pricing", "--to", "yesterday"), "--to yesterday: write a day or"),
        (("rebuild", "--url", "nonsense://x"), "--url: nonsense is not supported"),
        (("rebuild", "--url", "sqlite://"), "--url: an SQLite database needs a file"),
        (("dlq", "list", "--since", "noon"), "--since noon: write a day or an instant"),
        (("dlq", "retry", "--shortest", "60", "--longest", "5"), "--longest is shorter than"),
        (("dlq", "retry", "--watch", "--dry-run"), "--dry-run goes with a single look"),
        (("review", "approve", "R", "--by", "a", "--reason", " "), "it does not say why"),
        (("review", "reject", "R", "--by", "", "--reason", "b"), "it does not say who"),
    ],
)
def test_it_is_said_before_a_broker_is_asked(
    arguments: tuple[str, ...], said: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(write_policy(starter_policy()), encoding="utf-8")
    given = [str(file) if each == "FILE" else each for each in arguments]
    done = CliRunner().invoke(app, [*given, *NOWHERE])
    assert done.exit_code == 2
    assert said in done.stderr
