"""The `manifold` command."""

import gc

# What imports make is no garbage: looking for cycles in it all the time takes a tenth of a start.
gc.set_threshold(100_000)
