"""Hears from a client's log whether a connection broke, for nothing else tells.

librdkafka sends a request again when its connection broke or no answer came, and says of it only
in its log. The first one may still be on its way.
"""

import logging

_log = logging.getLogger("librdkafka")


class Disconnects:
    """A client's `logger`. What the client has logged arrives here when it is polled."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self.heard = False
        """Whether a connection that was in use has broken, or an answer has not come."""

    def log(self, level: int, form: str, *told: str) -> None:
        """Take one line of the client's log, and pass it on."""
        facility, text = told[0], told[-1]
        if facility == "REQTMOUT" or (facility == "FAIL" and " in state UP)" in text):
            self.heard = True
        _log.log(level, form, *told)
