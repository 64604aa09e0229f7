"""Support desk for voter accounts in professional elections."""

__version__ = "0.1.0"
