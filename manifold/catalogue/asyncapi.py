"""The contracts as an AsyncAPI 3 document, for those who generate code or pages from it.

Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from typing import Any

from connectors.contracts import Contracts, Topic, Version

_AVRO = "application/vnd.apache.avro;version=1.9.0"
_KAFKA = "0.5.0"
_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents in binary mode, and W3C Trace Context.",
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "The same for the same statement made again."},
        "ce_source": {"type": "string", "description": "Which flow has written it."},
        "ce_type": {"type": "string", "description": "The record."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "const": "application/avro"},
        "traceparent": {"type": "string"},
    },
}


def asyncapi(contracts: Contracts, version: str) -> dict[str, Any]:
    """The document of this version of Manifold; changelogs, which are its own, are left out."""
    topics = [topic for topic in contracts.topics.values() if topic.record is not None]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Manifold",
            "version": version,
            "description": (
                "Decides invoices while they stream through Kafka. The operations are Manifold's: "
                "what it receives is yours to send, and what it sends is yours to receive."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/avro",
        "channels": {topic.name: _channel(contracts, topic) for topic in topics},
        "operations": {
            name: operation for topic in topics for name, operation in _operations(topic).items()
        },
        "components": {
            "messages": {
                _newest(contracts, topic).record: _message(contracts, topic) for topic in topics
            }
        },
    }


def _channel(contracts: Contracts, topic: Topic) -> dict[str, Any]:
    record = _newest(contracts, topic).record
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {record: {"$ref": f"#/components/messages/{record}"}},
        "tags": [{"name": topic.kind}],
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": topic.cleanup.split(","),
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": _KAFKA,
            }
        },
        "x-owner": topic.owner,
        "x-compatibility": topic.compatibility,
        "x-personal-data": list(topic.personal_data),
        "x-producers": list(topic.producers),
        "x-consumers": [*topic.consumers, *topic.tables_of],
    }


def _operations(topic: Topic) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    written = {"send": topic.producers, "receive": (*topic.consumers, *topic.tables_of)}
    return {
        f"{action}.{topic.name}": {
            "action": action,
            "channel": channel,
            "summary": f"{'Written' if action == 'send' else 'Read'} by {', '.join(who)}.",
        }
        for action, who in written.items()
        if who
    }


def _message(contracts: Contracts, topic: Topic) -> dict[str, Any]:
    version = _newest(contracts, topic)
    instead = f"; {topic.key_without} where that is null" if topic.key_without else ""
    return {
        "name": version.record,
        "title": version.record,
        "summary": version.schema.get("doc", topic.description),
        "contentType": "application/avro",
        "headers": _HEADERS,
        "payload": {"schemaFormat": _AVRO, "schema": dict(version.schema)},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"{topic.key}{instead}."},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicNameStrategy",
                "bindingVersion": _KAFKA,
            }
        },
        "x-examples": list(topic.examples),
        "x-version": version.version,
    }


def _newest(contracts: Contracts, topic: Topic) -> Version:
    assert topic.record is not None
    return contracts.versions[topic.record][-1]
