"""A process that takes mails as fast as it can: prints its port, then one line for each mail if asked to.

`python -m tests.benchmarks.mail_sink [--tell]`: with `--tell`, each mail's recipient, Message-ID and link.
"""

import asyncio
import re
import sys

from aiosmtpd.smtp import SMTP

_MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)
_LINK = re.compile(r"https?://\S+/activate/[\w-]+")


class Sink:
    def __init__(self, *, tell: bool) -> None:
        self.tell = tell

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        """Takes commands said at once (RFC 2920), as postfix and exim do."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.tell:
            content = envelope.content
            found = _MESSAGE_ID.search(content)
            text = content.replace(b"=\r\n", b"").replace(b"=3D", b"=").decode("ascii", "replace")
            link = _LINK.search(text)
            line = " ".join([envelope.rcpt_tos[0], found[1].decode() if found else "-", link[0] if link else "-"])
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return "250 2.0.0 Ok"


async def serve(*, tell: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(tell=tell), loop=loop), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(tell="--tell" in sys.argv[1:]))
