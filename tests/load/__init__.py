"""How fast it is, measured in one run on one machine: `python -m tests.load`, kept in docs/benchmarks.md."""
