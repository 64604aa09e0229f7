"""What became of a one-time link, and how its token is made."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.links import KEY_BYTES, derive_token, token_hash
from helpdesk.domain.states import LinkPurpose, LinkState
from helpdesk.domain.voters import LinkView

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("expires", "used", "replaced", "state"),
    [
        (NOW + SECOND, None, None, LinkState.VALID),
        (NOW, None, None, LinkState.EXPIRED),
        (NOW - SECOND, None, None, LinkState.EXPIRED),
        (NOW + SECOND, None, NOW, LinkState.REPLACED),
        (NOW - SECOND, None, NOW, LinkState.REPLACED),
        (NOW + SECOND, NOW, None, LinkState.USED),
        (NOW - SECOND, NOW, NOW, LinkState.USED),
    ],
)
def test_used_comes_before_replaced_before_expired(expires, used, replaced, state):
    link = LinkView(LinkPurpose.ACTIVATION, NOW - timedelta(days=3), expires, None, used, replaced)
    assert link.state(NOW) is state


def test_a_token_is_an_hmac_that_another_program_can_derive_with_the_key():
    key = bytes(range(KEY_BYTES))
    expected = hmac.new(key, b"helpdesk one-time link\x00m@example.org\x007", hashlib.sha256).digest()
    token = derive_token(key, message_id="m@example.org", generation=7)
    assert base64.urlsafe_b64decode(token + "=") == expected
    assert len(token) == 43
    with pytest.raises(ValueError, match="too short"):
        derive_token(key[:-1], message_id="m@example.org", generation=7)


def test_what_is_kept_of_a_token_is_its_sha_256():
    assert token_hash("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert token_hash("é") == hashlib.sha256("é".encode()).hexdigest()
    assert len(token_hash("\ud800")) == 64  # whatever a visitor typed into the address
