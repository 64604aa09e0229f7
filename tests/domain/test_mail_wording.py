"""What may be written into a mail, and what has to remain."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.domain.mail_wording import LANGUAGES, Placeholder, Wording, WordingProblem, faults, written
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import LINK_MAILS, MailKind
from helpdesk.resource_files import resource

PROBLEM = WordingProblem
BODY = "Pour activer votre compte, ouvrez ce lien :\n\n{link}\n\n{advice}"
RENDERER = MailTemplates(resource("mail"))
LINK = "https://portail.example.org/activate/abc"
NOT_YOU = {
    "fr": re.compile(
        r"^((?:Ce n'est pas vous|Vous n'avez rien demandé|Ce changement vous surprend).\?)\n\n(.+)$", re.MULTILINE
    ),
    "en": re.compile(
        r"^((?:It was not you|You did not ask for .*|This change surprises you)\?)\n\n(.+)$", re.MULTILINE
    ),
}


def problems(body=BODY, subject="activez votre compte", kind=MailKind.ACTIVATION):
    return [(fault.problem, fault.what) for fault in faults(kind, written(subject, body))]


def mail(wording, kind=MailKind.ACTIVATION, **more):
    values = {
        "language": "fr",
        "greeting_name": "Hélène <b>Le Goff</b>",
        "election_name": "Élections",
        "tied_address": "helene@ac-rennes.example",
        "link": LINK,
        "link_hours": 72,
        "desk_phone": "02 23 21 77 77",
        "desk_hours": "8h-18h",
        "portal_url": "https://portail.example.org",
    }
    return RENDERER.render(MailFacts(kind=kind, wording=wording, **(values | more)))


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_texts_keep_the_rules_themselves(kind, language):
    shipped = RENDERER.shipped(kind, language)
    assert faults(kind, shipped) == ()
    assert written(shipped.subject, shipped.body) == shipped


def test_a_plain_rewording_is_fit():
    assert problems() == []
    assert problems("Votre mot de passe a changé.\n\n{advice}", kind=MailKind.PASSWORD_NOTICE) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (BODY.replace("{link}", "ici"), [(PROBLEM.MISSING, "{link}")]),
        (BODY.replace("{advice}", ""), [(PROBLEM.MISSING, "{advice}")]),
        (BODY.replace("\n\n{link}\n\n", " {link} "), [(PROBLEM.NOT_ALONE, "{link}"), (PROBLEM.NOT_ALONE, "{advice}")]),
        (BODY + "\n\n{link}", [(PROBLEM.REPEATED, "{link}")]),
        (BODY + "\n\n{password}", [(PROBLEM.UNKNOWN, "{password}")]),
        (BODY + "\n\n{{ facts.link }}", [(PROBLEM.UNKNOWN, "{ facts.link }"), (PROBLEM.UNKNOWN, "{}")]),
        (BODY + "\n\n{% include 'x' %}", [(PROBLEM.UNKNOWN, "{% include 'x' %}")]),
        (BODY + " <script>alert(1)</script>", [(PROBLEM.NOT_ALONE, "{advice}"), (PROBLEM.MARKUP, "<script>"),
                                                (PROBLEM.MARKUP, "</script>")]),
        (BODY + "\n\n<img src=x width=1>", [(PROBLEM.MARKUP, "<img src=x width=1>")]),
        (BODY + "\n\n&lt;b&gt;", [(PROBLEM.MARKUP, "&lt;"), (PROBLEM.MARKUP, "&gt;")]),
        (BODY + "\n\nhttps://evil.example/t.gif", [(PROBLEM.WEB_ADDRESS, "https://evil.example/t.gif")]),
        (BODY + "\n\n![x](http://evil.example/x)", [(PROBLEM.WEB_ADDRESS, "http://evil.example/x)")]),
        (BODY + "\n\nwww.evil.example", [(PROBLEM.WEB_ADDRESS, "www.evil.example")]),
        (BODY + "\n\nbit.ly/3abc", [(PROBLEM.WEB_ADDRESS, "bit.ly/3abc")]),
        (BODY + "\n\na\u202eb", [(PROBLEM.CHARACTER, "U+202E")]),
        (BODY + "\n\na\ue002b", [(PROBLEM.CHARACTER, "U+E002")]),
        (BODY + "x" * 4000, [(PROBLEM.BODY_TOO_LONG, "4000"), (PROBLEM.NOT_ALONE, "{advice}")]),
        ("{link}\n\n{advice}", [(PROBLEM.BODY_TOO_SHORT, "20")]),
    ],
)  # fmt: skip
def test_what_is_missing_or_foreign_is_named(body, found):
    assert problems(body) == found


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("", [(PROBLEM.SUBJECT_TOO_SHORT, "3")]),
        ("x" * 101, [(PROBLEM.SUBJECT_TOO_LONG, "100")]),
        ("votre lien {link}", [(PROBLEM.IN_SUBJECT, "")]),
    ],
)
def test_a_subject_has_bounds_and_nothing_to_fill_in(subject, found):
    assert problems(subject=subject) == found


def test_a_notice_holds_no_link():
    body = "Votre mot de passe a changé.\n\n{link}\n\n{advice}"
    assert problems(body, kind=MailKind.PASSWORD_NOTICE) == [(PROBLEM.UNKNOWN, "{link}")]


@pytest.mark.parametrize("kind", sorted(set(MailKind) - set(LINK_MAILS)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_notice_of_a_change_loses_what_to_do_if_it_was_not_you(kind, language):
    body = "Quelque chose a changé.\n\n{tied_address} {portal}"
    assert problems(body, kind=kind) == [(PROBLEM.MISSING, "{advice}")]
    assert problems(f"{body} {{advice}}", kind=kind) == [(PROBLEM.NOT_ALONE, "{advice}")]
    wording = written("un changement", f"{body}\n\n{{advice}}")
    assert faults(kind, wording) == ()
    made = mail(wording, kind, language=language, link=None)
    shipped = mail(RENDERER.shipped(kind, language), kind, language=language, link=None)
    heading, advice = NOT_YOU[language].search(shipped.text).groups()
    assert "assistance" in advice or "desk" in advice or kind is MailKind.OTHER_ADDRESS_NOTICE
    for part in (made, shipped):
        assert f"{heading}\n\n{advice}" in part.text
        assert f"<h2>{heading}</h2>" in re.sub(r"<h2[^>]*>", "<h2>", unescape(part.html))
        assert advice in unescape(part.html)


def test_whoever_did_not_change_their_password_is_told_where_to_choose_another():
    for kind in (MailKind.PASSWORD_NOTICE, MailKind.QUESTION_NOTICE, MailKind.CODE_NOTICE, MailKind.CODE_CLOSED_NOTICE):
        made = mail(written("un changement", "Quelque chose a changé.\n\n{advice}"), kind, link=None)
        assert "https://portail.example.org" in made.text


def test_a_rewording_goes_into_both_parts_within_the_frame_of_every_mail():
    body = "Bienvenue {name}.\n\n## À faire\n\n- lire ceci\n- ouvrir le lien\n\n{link}\n\n{advice}"
    made = mail(written("bienvenue", body))
    assert made.subject == "Élections\N{NO-BREAK SPACE}: bienvenue"
    for part in (made.text, made.html):
        assert "À faire" in part
        assert LINK in part
        assert "72 heures" in part
        assert "02 23 21 77 77" in part
        assert "ne vous demanderons jamais" in part
    assert "<li>lire ceci</li>" in made.html
    assert f'<a href="{LINK}"' in made.html
    assert "<b>" not in made.html


@given(st.text(max_size=300), st.text(max_size=80))
def test_whatever_is_found_fit_is_shown_as_plain_words(text, subject):
    """No text that passes leaves a tag, an image or a second link in the HTML."""
    wording = written(subject, f"{text}\n\n{{link}}\n\n{{advice}}")
    if faults(MailKind.ACTIVATION, wording):
        return
    html = mail(wording, greeting_name="Anne").html
    plain = mail(RENDERER.shipped(MailKind.ACTIVATION, "fr"), greeting_name="Anne").html
    for tag in ("<script", "<img", "<style", "<iframe", "javascript:"):
        assert tag not in html.lower()
    assert html.count("href=") == plain.count("href=") == 1


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_readable_by_everybody_and_leads_nowhere_but_to_the_portal(kind, language):
    link = LINK if kind in LINK_MAILS else None
    made = mail(RENDERER.shipped(kind, language), kind, language=language, link=link)
    html = made.html
    assert f'<html lang="{language}"' in html
    assert f"<title>{made.subject}</title>" in unescape(html)
    assert html.count("<h1") == 1
    for foreign in ("<img", "<script", "<link", "<iframe", "url(", "src=", "@import", "background="):
        assert foreign not in html
    shown = re.findall(r'<a href="([^"]+)"[^>]*><strong>([^<]+)</strong></a>', html)
    assert shown == ([(LINK, LINK)] if link else [])  # the link is shown whole: no shortener, no words over it
    assert html.count("href=") == len(shown)
    assert set(re.findall(r"https?://[^/\s<)]+", html + made.text)) <= {"https://portail.example.org"}
    body = unescape(re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))
    plain = re.sub(r"^(## |- )", "", made.text, flags=re.MULTILINE)
    assert body.split() == [*made.subject.split(), *plain.split()]  # the two parts say the same
    for told in ("02 23 21 77 77", "8h-18h"):
        assert told in made.text


def test_placeholders_are_filled_once_and_never_from_what_was_filled_in():
    made = mail(Wording("s" * 3, BODY + "\n\n{name}"), greeting_name="{link} {portal}")
    assert "{link} {portal}" in made.text
    assert str(Placeholder.LINK) == "link"


@pytest.mark.parametrize(
    "char",
    ["\x07", "\u200b", "\u202e", "\ud800", "\ue000", "\u0378", "\u2028x\u2028"[:1], "\u2029"],
    ids=["control", "format", "override", "surrogate", "private", "unassigned", "line", "paragraph"],
)
def test_no_character_that_cannot_be_seen_stays_in_a_subject(char):
    found = faults(MailKind.ACTIVATION, Wording(f"activez{char}vite", BODY))
    assert [(fault.problem, fault.what) for fault in found] == [(PROBLEM.CHARACTER, f"U+{ord(char):04X}")]


@pytest.mark.parametrize("subject", ["votre {lien", "votre lien}"])
def test_a_single_brace_is_refused_in_a_subject(subject):
    assert problems(subject=subject) == [(PROBLEM.IN_SUBJECT, "")]


def test_lengths_at_their_bounds_are_fit():
    assert problems(subject="abc") == problems(subject="x" * 100) == []
    rest = len(written("abc", BODY).body)
    assert problems("x" * (4000 - rest - 2) + "\n\n" + BODY) == []


def test_a_wording_is_written_without_tabs_empty_lines_and_spaces_at_ends():
    assert written("  un   objet ", " a\tb  \n\n\n\n  c \n") == Wording("un objet", "a b\n\n  c")
