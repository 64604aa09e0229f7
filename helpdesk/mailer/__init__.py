"""Delivers the outbox: claims a mail, mints its link, sends it, records its fate."""
