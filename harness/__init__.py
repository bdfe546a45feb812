"""What runs the project: tests, recordings, mutants, benchmarks."""
