"""The job with plain consumers and producers, in the manner of a consumer-group demo.

One process a branch and one for the join, each in a group of its own. What they remember is in
memory and gone with the process: after a crash an order or a vendor starts anew, and a request
that was open gets the answers that are still to come. At least once: offsets are committed after
what follows from them has been written, so a crash writes some results and decisions again.
"""
