"""What other teams test their producers and consumers with; `manifold.pytest_plugin` serves it."""

from manifold.testing.contract import Message, NotAsAgreed, TopicContract

__all__ = ["Message", "NotAsAgreed", "TopicContract"]
