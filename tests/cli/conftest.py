"""What tests of the command line share."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def untouched_log() -> Iterator[None]:
    """The loggers as they were before the test."""
    loggers = [logging.getLogger(name) for name in ("helpdesk", "waitress")]
    before = [(logger, list(logger.handlers), logger.level) for logger in loggers]
    yield
    for logger, handlers, level in before:
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers[:] = handlers
        logger.setLevel(level)
