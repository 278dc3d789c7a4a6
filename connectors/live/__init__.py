"""What happens to requests, as it is written to Kafka: for those who watch."""

from connectors.live.feed import Feed, Told

__all__ = ["Feed", "Told"]
