"""The store's revisions, oldest first; known without importing Alembic, which costs 0.3 s at start."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
