"""`python -m tests.proof`: every benchmark and trial, one table, one report."""
