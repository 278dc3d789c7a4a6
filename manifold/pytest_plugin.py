"""Contract tests for those who write to Manifold's topics or read them, in their own CI.

    @pytest.mark.manifold_topic("invoice.uploaded")
    def test_what_we_send(manifold_contract):
        manifold_contract.check(our_upload(), key="V-1001")

    @pytest.mark.manifold_topic("invoice.decision")
    def test_what_we_read(manifold_message):
        assert our_reader(manifold_message.value).status == manifold_message.json["status"]

Nothing is imported until a test asks for it, and no Kafka is needed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from manifold.testing import Message, TopicContract
    from manifold.testing.schemas import Schemas

_MARKER = "manifold_topic"
_FOLDER = "manifold_schemas"


class _Agreed:
    """The contracts of a test run."""

    def __init__(self, config: pytest.Config) -> None:
        from connectors.contracts import ContractError, Contracts
        from manifold.testing import TopicContract
        from manifold.testing.schemas import Schemas

        folder = config.getini(_FOLDER)
        try:
            contracts = Contracts.load(config.rootpath / folder if folder else None)
        except ContractError as error:
            raise pytest.UsageError(f"{_FOLDER}: {error}") from None
        self.schemas: Schemas = Schemas(contracts)
        self.topics: Mapping[str, TopicContract] = {
            name: TopicContract(contracts, topic, self.schemas)
            for name, topic in contracts.topics.items()
            if topic.record is not None
        }

    def of(self, node: pytest.Item) -> TopicContract:
        """The contract of the topic that a test is marked with."""
        marker = node.get_closest_marker(_MARKER)
        if marker is None or len(marker.args) != 1:
            raise pytest.UsageError(
                f"{node.nodeid}: say which topic it is about, as in "
                f'@pytest.mark.{_MARKER}("invoice.decision")'
            )
        name = marker.args[0]
        if name not in self.topics:
            from difflib import get_close_matches

            close = get_close_matches(str(name), self.topics, 1)
            near = f": did you mean {close[0]}?" if close else f" ({', '.join(self.topics)})"
            raise pytest.UsageError(f"{node.nodeid}: no contract is called {name}{near}")
        return self.topics[name]


_AGREED = pytest.StashKey[_Agreed]()


def _agreed(config: pytest.Config) -> _Agreed:
    if _AGREED not in config.stash:
        config.stash[_AGREED] = _Agreed(config)
    return config.stash[_AGREED]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting for another folder of contracts."""
    parser.addini(_FOLDER, "folder of Manifold's contracts, instead of those that come with it")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line("markers", f"{_MARKER}(name): the Manifold topic that a test is about")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `manifold_message` once for each message of its topic."""
    if "manifold_message" in metafunc.fixturenames:
        contract = _agreed(metafunc.config).of(metafunc.definition)
        messages = list(contract.messages())
        metafunc.parametrize("manifold_message", messages, ids=[each.name for each in messages])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say under a failure what is peculiar about the message."""
    report = yield
    message: Message | None = getattr(item, "funcargs", {}).get("manifold_message")
    if report.failed and message is not None:
        report.sections.append((f"{message.topic}: {message.name}", message.meaning))
    return report


@pytest.fixture(scope="session")
def manifold_contracts(pytestconfig: pytest.Config) -> Mapping[str, TopicContract]:
    """The contract of every topic, by its name."""
    return _agreed(pytestconfig).topics


@pytest.fixture
def manifold_contract(request: pytest.FixtureRequest) -> TopicContract:
    """The contract of the topic that the test is marked with."""
    return _agreed(request.config).of(request.node)


@pytest.fixture(scope="session")
def manifold_registry(pytestconfig: pytest.Config) -> Iterator[str]:
    """The address of a registry with every schema of the contracts and of the messages.

    It answers what Confluent's serializers and deserializers ask, and takes what they register.
    """
    from manifold.testing.registry import serving

    schemas: Schemas = _agreed(pytestconfig).schemas
    with serving(schemas) as address:
        yield address
