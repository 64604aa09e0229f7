"""Listening on a port that nobody else serves.

Linux needs SO_REUSEADDR to take a port again soon after a service ended. On Windows that option lets two programs
serve the same port; SO_EXCLUSIVEADDRUSE is what makes a taken port a taken one.
"""

import socket
import sys

_SO_EXCLUSIVEADDRUSE = ~socket.SO_REUSEADDR  # `socket` has this name on Windows only


def take_alone(listening: socket.socket, *, platform: str = sys.platform) -> None:
    """Set what a socket needs before it is bound. Raises OSError."""
    option = _SO_EXCLUSIVEADDRUSE if platform == "win32" else socket.SO_REUSEADDR
    listening.setsockopt(socket.SOL_SOCKET, option, 1)
