"""How Manifold touches the world: Kafka, Avro, tables, databases, settings."""
