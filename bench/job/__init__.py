"""The job that stream processors are compared on: README.md says what it is."""
