"""The roll page: a file, its columns, what is wrong with it, what it would change, and the import."""
