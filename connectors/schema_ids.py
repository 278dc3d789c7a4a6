"""Where the ids of schemas come from: the registry if there is one, otherwise the lock."""

from connectors.codec import LockIds, SchemaIds
from connectors.contracts import Contracts
from connectors.settings import Registry


def schema_ids(registry: Registry, contracts: Contracts) -> SchemaIds:
    """Ids from the registry if there is one, otherwise from the lock."""
    if registry.url is None:
        return LockIds(contracts)
    # The registry's client takes as long to import as everything else together.
    from connectors.registry import RegistryIds, client

    return RegistryIds(client(registry))
