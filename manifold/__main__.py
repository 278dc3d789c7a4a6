"""`python -m manifold` is the `manifold` command."""

from manifold.cli.app import main

main()
