"""The job of bench/job/README.md done with other stream processors."""
