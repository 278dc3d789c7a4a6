"""The job with plain consumers and producers, in the manner of a consumer-group demo.

One process a branch and one for the join, each in a group of its own. What they remember is in
memory and gone with the process. At least once: offsets are committed after what follows from
them has been written, so a crash writes some results again, and the join ignores an answer it
has already seen, unless it has forgotten that with its own crash.
"""
