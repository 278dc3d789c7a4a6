"""The `manifold` command."""
