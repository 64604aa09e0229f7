"""The main job through the command line alone: a roll file, a mail conversation, a proven trail."""

import csv
import json
import re
import secrets

import pytest
from sqlalchemy import select, update

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.limits import Limits
from helpdesk.domain.links import token_hash
from helpdesk.store.engine import Store
from helpdesk.store.schema import account, challenge_question, one_time_link
from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD, CommandLine

AGENT, AGENT_PASSWORD = "Alix Agent", "Another-Horse-8-Staple"
VOTER_PASSWORD, VOTER_ANSWER = "Voter-Secret-77!", "Zanzibar la tortue"
ROLL = """\
id_electeur;civilite;nom_usage;nom_famille;prenom;date_naissance;mel_identifiant;mel_secondaires;academie;departement;\
uai;etablissement;corps;statut;codes_scrutins
10000001;Mme;Martin;Lefèvre;Hélène;04/03/1980;helene.martin@ac-rennes.fr;helene.lefevre@ac-rennes.fr;Rennes;35;\
0350001L;Collège Jean Moulin;Professeur certifié;titulaire;CSA-MEN|CSA-A
10000002;M.;;Le Goff;Yann;1975-12-31;yann.le-goff@ac-nantes.fr;;Nantes;44;0440001M;\
Lycée Voltaire;AESH;contractuel;CSA-MEN
"""


@pytest.fixture
def ready(helpdesk: CommandLine) -> CommandLine:
    """A store with an operator of each kind that the job needs, and the roll."""
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    (helpdesk.folder / "roll.csv").write_text(ROLL, encoding="utf-8")
    assert "2" in helpdesk.ok("roll", "check", "roll.csv").out
    helpdesk.ok("roll", "import", "roll.csv")
    helpdesk.ok(
        "operator", "add", AGENT, "--role", "agent", "--scope", "academy=Rennes", "--password-stdin",
        stdin=f"{AGENT_PASSWORD}\n",
    )  # fmt: skip
    (helpdesk.folder / "agent-password").write_text(AGENT_PASSWORD)
    helpdesk.environment |= {
        "HELPDESK_OPERATOR": AGENT,
        "HELPDESK_PASSWORD_FILE": str(helpdesk.folder / "agent-password"),
    }
    return helpdesk


def as_admin(helpdesk: CommandLine) -> dict[str, str]:
    return {"HELPDESK_OPERATOR": ADMIN, "HELPDESK_PASSWORD_FILE": str(helpdesk.folder / "password")}


def activate(store: Store) -> None:
    """What the voter does on the portal: open the link, choose a password and a question."""
    hasher = Argon2Hasher(Limits(argon2_time_cost=1, argon2_memory_kib=1024, argon2_parallelism=1))
    with store.write() as connection:
        question = connection.scalar(select(challenge_question.c.id).limit(1))
        values = {
            "state": "active",
            "password_hash": hasher.hash(VOTER_PASSWORD),
            "challenge_question_id": question,
            "answer_hash": hasher.hash(VOTER_ANSWER),
        }
        invited = select(one_time_link.c.voter_id)
        connection.execute(update(account).where(account.c.voter_id.in_(invited)).values(values))


def test_the_whole_job(ready, store, catcher):
    # A caller gives the address of her former name: it is known, and not the tied one.
    (hit,) = ready.ok("search", "--json", "Hélène Lefèvre <HELENE.lefevre@ac-rennes.fr>").json
    assert (hit["voter"], hit["tied_address"]) == ("10000001", "helene.martin@ac-rennes.fr")
    shown = ready.ok("voter", "show", "--json", "helene.lefevre@ac-rennes.fr").json
    assert [finding["code"] for finding in shown["findings"]][:2] == ["other_address", "never_invited"]
    assert shown["birth_date"] == "••/••/••••"
    assert {"address": "helene.martin@ac-rennes.fr", "tied": True}.items() <= shown["addresses"][0].items()

    # The mail is resent, delivered, and read.
    ready.ok("resend", "10000001", "--reason", "no mail came")
    ready.ok("mailer", "--until-empty")
    (mail,) = catcher.messages
    assert mail.recipients == ("helene.martin@ac-rennes.fr",)
    (token,) = set(re.findall(r"https://portail\.example\.org/activate/([\w-]{43})", mail.text))
    with store.read() as connection:
        assert connection.scalar(select(one_time_link.c.token_hash)) == token_hash(token)
    shown = ready.ok("voter", "show", "--json", "10000001").json
    assert (shown["state"], shown["mails"][0]["fate"]) == ("invited", "accepted")
    assert "link_valid" in [finding["code"] for finding in shown["findings"]]

    # Later she has forgotten the answer: refused until she is verified, then reset.
    activate(store)
    refused = ready("challenge", "reset", "10000001", "--reason", "answer forgotten")
    assert (refused.code, refused.out) == (1, "")
    assert "Verify the caller first" in refused.err
    wrong = ready("verify", "10000001", "--with", "birth_date=05/03/1980", "--with", "family_name=lefevre")
    assert (wrong.code, wrong.out) == (1, "not matched\n")
    right = ready(
        "verify", "10000001", "--with", "birth_date=4 mars 80", "--with", "establishment=college jean moullin"
    )
    assert (right.code, right.out) == (0, "matched\n")
    ready.ok("challenge", "reset", "10000001", "--reason", "answer forgotten")
    ready.ok("mailer", "--until-empty")
    sent = [(mail.recipients[0], bool(re.search(r"/question/[\w-]{43}", mail.text))) for mail in catcher.messages[1:]]
    assert sorted(sent) == [
        ("helene.lefevre@ac-rennes.fr", False),
        ("helene.martin@ac-rennes.fr", False),
        ("helene.martin@ac-rennes.fr", True),
    ]
    assert ready.ok("voter", "show", "--json", "10000001").json["state"] == "challenge_reset"

    # Who did it, when, to whom and why, is there and proven.
    trail = ready.ok("audit", "show", "--json", "--voter", "10000001", **as_admin(ready)).json
    told = [(row["actor"], row["action"], row["outcome"], row["reason"]) for row in reversed(trail)]
    assert (AGENT, "link_resent", "done", "no mail came") in told
    assert (AGENT, "challenge_reset", "refused", "answer forgotten") in told
    assert (AGENT, "challenge_reset", "done", "answer forgotten") in told
    assert (AGENT, "caller_verified", "failed", None) in told
    (ready.folder / "head.json").write_text(ready.ok("audit", "head", **as_admin(ready)).out)
    assert "whole" in ready.ok("audit", "verify", "--against", "head.json", **as_admin(ready)).out

    # No secret lies anywhere: in the database's files, the log, the outbox, or what was printed.
    tokens = [token, *re.findall(r"/question/([\w-]{43})", "".join(mail.text for mail in catcher.messages))]
    planted = [*tokens, VOTER_PASSWORD, VOTER_ANSWER, "zanzibar", ADMIN_PASSWORD, AGENT_PASSWORD]
    store.close()
    files = [path for path in ready.folder.rglob("*") if path.is_file() and "password" not in path.name]
    contents = {path.name: path.read_bytes() for path in files} | {"printed": "".join(ready.written).encode()}
    if store.path is None:
        contents["dump"] = dump(store)
    found = [(name, secret) for name, content in contents.items() for secret in planted if secret.encode() in content]
    assert found == []
    assert any(name in contents for name in ("helpdesk.db", "dump"))


def dump(store: Store) -> bytes:
    """Every cell of every table of a PostgreSQL database."""
    with store.read() as connection:
        names = (
            connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        )
        rows = [connection.exec_driver_sql(f'SELECT t::text FROM "{name}" t').scalars().all() for name in names]
    return "\n".join(line for table in rows for line in table).encode()


def test_a_voter_out_of_scope_is_neither_found_nor_shown(ready):
    assert ready.ok("search", "--json", "le goff yann").json == []
    refused = ready("voter", "show", "10000002")
    assert (refused.code, len(refused.err.splitlines())) == (1, 1)
    assert ready("voter", "show", "yann.le-goff@ac-nantes.fr").code == 3


def test_exit_codes_and_one_line_for_every_refusal(ready, helpdesk):
    admin = as_admin(ready)
    cases = [
        (1, ("audit", "verify"), {}),
        (1, ("roll", "import", "roll.csv"), {}),
        (1, ("search", "x"), {"HELPDESK_PASSWORD_FILE": str(ready.folder / "password")}),
        (2, ("search",), {}),
        (2, ("nonsense",), {}),
        (2, ("verify", "10000001", "--with", "shoe_size=42"), {}),
        (1, ("voter", "show", "99999999"), {}),  # to whoever has a scope, nobody's number is like one out of it
        (3, ("voter", "show", "99999999"), admin),
        (3, ("voter", "show", "nobody@ac-rennes.fr"), {}),
        (3, ("verify", "10000001", "--with", "birth_date=4/3/1980"), {}),
        (3, ("resend", "10000001", "--reason", ""), {}),
        (3, ("roll", "check", "nothing.csv"), admin),
        (3, ("audit", "verify", "--against", "roll.csv"), admin),
        (3, ("search", "x"), {"HELPDESK_LIMITS_RESENDS_PER_HOUR": "many"}),
        (3, ("search", "x"), {"HELPDESK_DATABASE": f"sqlite:///{ready.folder / 'roll.csv'}"}),
        (5, ("search", "x"), {"HELPDESK_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/x"}),
        (5, ("search", "x"), {"HELPDESK_PASSWORD_FILE": "/nonexistent"}),
    ]
    for code, arguments, environment in cases:
        run = ready(*arguments, **environment)
        assert run.code == code, (arguments, run)
        assert len(run.err.splitlines()) == 1, (arguments, run)
        assert run.out == ""


def test_a_report_about_a_roll_is_a_file_in_the_form_its_name_asks_for(ready):
    admin = as_admin(ready)
    spoilt = ROLL.replace("04/03/1980", "=4/3/80").replace("Lycée Voltaire", "+Lycée")
    (ready.folder / "spoilt.csv").write_text(spoilt, encoding="utf-8")
    for name in ("report.txt", "report.csv", "report.json"):
        assert ready("roll", "check", "spoilt.csv", "--report", name, **admin).code == 3
    assert "«=4/3/80»" in (ready.folder / "report.txt").read_text(encoding="utf-8")
    lines = (ready.folder / "report.csv").read_text(encoding="utf-8-sig").splitlines()
    (_head, row) = csv.reader(lines, delimiter=";")
    assert row[1:6] == ["2", "", "", "date_naissance", "'=4/3/80"]
    problem = json.loads((ready.folder / "report.json").read_text(encoding="utf-8"))["problems"][0]
    assert (problem["line"], problem["column"], problem["value"]) == (2, "date_naissance", "=4/3/80")
    assert ready("roll", "check", "spoilt.csv", "--report", "report.csv", **admin).code == 3  # it is there already
    assert ready("roll", "import", "spoilt.csv", "--report", "import.csv", **admin).code == 3
    assert (ready.folder / "import.csv").exists()
    assert ready("roll", "check", "roll.csv", "--report", "report.pdf", **admin).code == 3


def test_a_second_import_of_the_same_file_changes_nothing_and_says_so(ready):
    report = ready.ok("roll", "import", "roll.csv", "--json", **as_admin(ready)).json
    counts = {name: report[name] for name in ("added", "changed", "unchanged", "removed")}
    assert counts == {"added": 0, "changed": 0, "unchanged": 2, "removed": 0}


def test_a_broken_trail_exits_4_and_names_the_row(ready, store):
    with store.write() as connection:
        if store.path is not None:
            connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER ALL")
        connection.exec_driver_sql("UPDATE audit_event SET reason = 'x' WHERE seq = 2")
    run = ready("audit", "verify", **as_admin(ready))
    assert run.code == 4
    assert "row 2" in run.err


def test_options_may_stand_before_or_after_the_command_and_french_is_spoken(ready):
    before = ready("--lang", "fr", "voter", "show", secrets.token_hex(4), **as_admin(ready))
    after = ready("voter", "show", secrets.token_hex(4), "--lang", "fr", **as_admin(ready))
    assert before.err == after.err == "Aucun électeur trouvé. Vérifiez le numéro ou l'adresse.\n"
    assert "Trouver des électeurs" in ready("--lang", "fr", "--help").out


def test_without_a_mail_server_the_mail_waits_and_nothing_is_lost(ready, catcher):
    ready.ok("resend", "10000001", "--reason", "no mail came")
    catcher.stop()
    failed = ready("mailer", "--once")
    assert failed.code == 5
    assert "nothing is lost" in failed.err
    mail = ready.ok("voter", "show", "--json", "10000001").json["mails"][0]
    assert mail["fate"] in {"queued", "failed_temporarily"}


def test_without_a_credential_file_both_passwords_come_from_standard_input(ready):
    nobody = as_admin(ready) | {"HELPDESK_PASSWORD_FILE": ""}
    both = f"{ADMIN_PASSWORD}\nYet-Another-Horse-1\n"
    ready.ok("operator", "password", AGENT, "--password-stdin", stdin=both, **nobody)
    assert ready("search", "x", "--password-stdin", stdin=f"{AGENT_PASSWORD}\n").code == 1
    ready.ok("search", "x", "--password-stdin", stdin="Yet-Another-Horse-1\n")
    assert ready("search", "x", **nobody).code == 5


def test_init_again_keeps_everything(ready):
    ready.ok("init", **as_admin(ready))
    assert [hit["voter"] for hit in ready.ok("search", "--json", "lefevre").json] == ["10000001"]
    again = ready("init", "--admin", "Second", "--password-stdin", stdin="Yet-Another-Horse-1\n")
    assert again.code == 3


def test_the_figures_are_those_of_the_operators_scope(ready):
    figures = ready.ok("stats", "--json").json
    assert (figures["voters"], figures["states"]) == (1, {"not_invited": 1})
    assert [(bar["code"], bar["voters"], bar["active"]) for bar in figures["academy"]] == [("Rennes", 1, 0)]
    assert "Collège Jean Moulin" in ready.ok("stats", "--lang", "fr").out
