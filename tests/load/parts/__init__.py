"""The parts of the benchmark, each a section of docs/benchmarks.md."""
