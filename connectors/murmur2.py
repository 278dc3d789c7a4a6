"""The hash by which Kafka's Java clients, and ours, choose a keyed record's partition."""

_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """Kafka's murmur2 of a key, as an unsigned 32-bit number.

    >>> murmur2(b"21") == -973932308 % 2**32
    True
    """
    mixed = _SEED ^ len(key)
    whole = len(key) // 4 * 4
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * _M & _MASK
        word = (word ^ word >> 24) * _M & _MASK
        mixed = (mixed * _M & _MASK) ^ word
    if key[whole:]:
        mixed = (mixed ^ int.from_bytes(key[whole:], "little")) * _M & _MASK
    mixed = (mixed ^ mixed >> 13) * _M & _MASK
    return mixed ^ mixed >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """The partition that a record with this key is written to by the murmur2 partitioner.

    >>> partition_of(b"V-1001", 4) == (murmur2(b"V-1001") & 0x7FFFFFFF) % 4
    True
    """
    return (murmur2(key) & 0x7FFFFFFF) % partitions
