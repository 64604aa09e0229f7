"""A thief with the database's file, its copy or the outbox: no password, no answer, no link that works."""

import secrets

import pytest
from sqlalchemy import inspect, select

from helpdesk.domain.errors import LinkUnknown
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.domain.states import AccountState, LinkPurpose
from helpdesk.store.schema import account, one_time_link, outbox
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD

KEY = bytes(range(32))


@pytest.fixture
def sent(services, context, agent, add_voter):
    """A mail on its way: its message, its token, which only the mailer's key gives, and the voter's number."""
    number = add_voter()
    services.activation.resend(agent, number, reason="no mail came")
    (mail,) = services.outbox.claim("mailer", limit=5)
    token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
    assert services.outbox.mint_link(mail, token_hash(token))
    return mail, token, number


def test_all_that_the_store_and_the_outbox_hold_opens_no_link(services, context, sent):
    mail, token, _number = sent
    with context.store.read() as connection:
        cells = [
            str(cell) for table in (outbox, one_time_link) for row in connection.execute(select(table)) for cell in row
        ]
    assert token not in "".join(cells)
    guesses = cells + [token_hash(cell) for cell in cells]
    for key in (bytes(32), mail.message_id.encode().ljust(32, b"\0"), secrets.token_bytes(32)):
        guesses.append(derive_token(key, message_id=mail.message_id, generation=mail.generation))
    for guess in guesses:
        with pytest.raises(LinkUnknown):
            services.one_time_links.look(guess, LinkPurpose.ACTIVATION)
    assert services.one_time_links.look(token, LinkPurpose.ACTIVATION).purpose is LinkPurpose.ACTIVATION


def test_the_bytes_hold_no_secret_as_it_was_typed(context, services, sent, add_voter):
    add_voter(state=AccountState.ACTIVE)
    _mail, token, _number = sent
    path = context.store.path
    with context.store.read() as connection:
        names = inspect(connection).get_table_names()
        rows = [row for name in names for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
    found = "".join(map(str, rows)).encode()
    if path is not None:
        context.store.close()
        found += b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert len(found) > 5_000
    for secret in (token, VOTER_PASSWORD, VOTER_ANSWER, "Correct-Horse-9-Battery"):
        assert secret.encode() not in found


def test_what_is_kept_of_passwords_and_answers_is_argon2id_with_a_salt_of_its_own(context, add_voter):
    for _ in range(2):
        add_voter(state=AccountState.ACTIVE)
    with context.store.read() as connection:
        rows = connection.execute(select(account.c.password_hash, account.c.answer_hash)).all()
    every = [cell for row in rows for cell in row]
    assert all(cell.startswith("$argon2id$v=19$") for cell in every)
    assert len(set(every)) == len(every) == 4
