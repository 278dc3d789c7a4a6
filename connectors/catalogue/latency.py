"""Buckets for what begins with an upload, in whichever process it ends."""

LATENCY = (
    *(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0),
    *(30.0, 60.0, 120.0, 300.0, 900.0, 3600.0),
)
"""Seconds from an upload on. The objective, 30 s, is a bound, and so is the deadline's half."""
