"""One process: `python -m bench.peers.quix validation|inventory|fraud|pricing|decide`."""

import sys

from bench.peers.place import DECIDE, Place
from bench.peers.quix.branch import branch
from bench.peers.quix.decide import decide

if __name__ == "__main__":
    name = sys.argv[1]
    if name == DECIDE:
        decide(Place.told())
    else:
        branch(Place.told(), name)
