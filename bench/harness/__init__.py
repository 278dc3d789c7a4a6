"""Measures the systems of `bench/systems.toml` side by side: bench/README.md says how."""
