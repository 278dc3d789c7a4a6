"""Hears from a client's log whether a connection broke, for nothing else tells.

librdkafka sends a request again when its connection broke or no answer came, and says of it only
in its log. The first one may still be on its way.
"""

import logging
import re
from collections.abc import Mapping
from types import MappingProxyType

_log = logging.getLogger("librdkafka")

TELLING: Mapping[str, object] = MappingProxyType({"debug": "broker"})
"""Settings of a client that is to be heard.

The line that names a failure is left out when the same one came less than 30 s before; those of
what a connection changed from and to, which this asks for, never are.
"""

_BROKEN = re.compile(r"changed state (UP|REAUTH) -> DOWN")


class Disconnects:
    """A client's `logger`. What the client has logged arrives here when it is polled."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self.heard = False
        """Whether a connection that was in use has broken, or an answer has not come."""

    def log(self, level: int, form: str, *told: str) -> None:
        """Take one line of the client's log, and pass it on."""
        facility, text = told[0], told[-1]
        if facility == "REQTMOUT" or (facility == "STATE" and _BROKEN.search(text)):
            self.heard = True
        _log.log(level, form, *told)
