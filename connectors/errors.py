"""Failures by what follows from them. Each one's text says what happened and what to do."""


class Misconfigured(Exception):
    """Trying again will not help before somebody has changed something."""


class Unavailable(Exception):
    """Nothing is wrong with the work: try again later."""
