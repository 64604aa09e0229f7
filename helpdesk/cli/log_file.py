"""Where the program's log goes."""

import logging
from pathlib import Path

from helpdesk.config import load_settings


def log_to_file() -> Path:
    """Send the log to a file of the user's data folder; its path."""
    path = load_settings().data_dir / "helpdesk.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in ("helpdesk", "waitress"):  # the portal's server tells of queues; nobody reads its standard error
        logging.getLogger(name).addHandler(handler)
    return path
