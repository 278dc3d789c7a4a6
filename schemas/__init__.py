"""The contracts: Avro schemas, one YAML per topic, and the lock of schema ids."""
