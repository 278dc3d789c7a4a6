"""The job with Quix Streams 3, exactly once.

An application a branch and one for the join, each a process and a consumer group of its own, as
Quix recommends for work that scales on its own. State is in RocksDB, backed by changelog topics
that Quix creates as `changelog__<group>--…`; `group.instance.id` and `transactional.id` are
stable, so that a process that is started again takes over at once.
"""
