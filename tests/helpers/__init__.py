"""What tests and benchmarks share: made-up files and runs, a browser, processes to run scripts in."""
