"""One process: `python -m bench.peers.plain validation|inventory|fraud|pricing|decide`."""

import sys

from bench.peers.place import DECIDE, Place
from bench.peers.plain.branch import branch
from bench.peers.plain.decide import decide

if __name__ == "__main__":
    name = sys.argv[1]
    if name == DECIDE:
        decide(Place.told())
    else:
        branch(Place.told(), name)
