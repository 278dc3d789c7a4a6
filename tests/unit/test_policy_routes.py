"""Routes of notifications in the policy file: what is taken, and what is said of mistakes."""

import pytest

from connectors.policy_file import PolicyError, read_policy, write_policy
from operators.money import parse
from operators.notifications import NotificationRoute
from tests.unit.test_policy_file import POLICY

ROUTES = """\
notifications:
- route: clerks
  when:
    audience: CLERK
    groups: [finance]
    vendor_classes: [new, utility]
    amount_from: 1000.50
  channel: mail
  to: [ap@example.com, o'neill+ap@sub.example.com]
  language: de
  digest: daily
  daily_at: 07:30
  quiet_hours: 20:00-06:00
  time_zone: Europe/Berlin
- route: all
  channel: webhook
  to: [chat]
"""


def test_routes_are_read_and_written_again() -> None:
    policy = read_policy(POLICY + ROUTES)
    assert policy.notifications == (
        NotificationRoute(
            name="clerks",
            channel="MAIL",
            recipients=("ap@example.com", "o'neill+ap@sub.example.com"),
            audience="CLERK",
            groups=("finance",),
            vendor_classes=("new", "utility"),
            amount_from=parse("1000.50"),
            language="DE",
            digest="DAILY",
            daily_at=450,
            quiet_from=1_200,
            quiet_until=360,
            time_zone="Europe/Berlin",
        ),
        NotificationRoute("all", "WEBHOOK", ("chat",)),
    )
    assert read_policy(write_policy(policy)) == policy
    assert "notifications" not in write_policy(read_policy(POLICY))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("Europe/Berlin", "Europe/Bonn", "is no time zone such as Europe/Berlin"),
        ("Europe/Berlin", "../../etc/passwd", "is no time zone such as Europe/Berlin"),
        ("07:30", "7:30", "is no time of the day such as 08:00"),
        ("07:30", "24:00", "is no time of the day such as 08:00"),
        ("20:00-06:00", "20-06", "are no hours such as 20:00-06:00"),
        ("20:00-06:00", "06:00-06:00", "begin and end at the same time"),
        ("to: [chat]", "to: []", "at least 1 item"),
        ("to: [chat]", "to: ['https://evil.example.com']", "is no name of a webhook"),
        ("ap@example.com", "example.com", "recipient 1 of “clerks” is no mail address"),
        ("ap@example.com", '"a@b.c\\nBcc: x@y.z"', "recipient 1 of “clerks” is no mail address"),
        ("channel: mail", "channel: fax", "'mail' or 'webhook'"),
        ("route: all", "route: clerks", "two routes are called “clerks”"),
    ],
)
def test_mistakes_are_named_with_their_line(right: str, wrong: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(POLICY + ROUTES.replace(right, wrong, 1))
    (mistake,) = refused.value.mistakes
    assert said in mistake
    assert mistake.startswith("line ")
    assert "Bcc" not in mistake
