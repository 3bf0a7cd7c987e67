"""Figures of the engine under load: `python -m tests.benchmarks --help`, or `make bench`."""
