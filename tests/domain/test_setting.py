"""What is told of a setting where it is defined."""

from dataclasses import dataclass, field, fields

from helpdesk.domain.setting import Meaning, meaning_of, setting


def test_a_field_has_its_default_and_is_told():
    @dataclass
    class Settings:
        hours: int = setting(72, "Hours that a link works.", least=2, most=168)
        language: str = setting("fr", "Language of mails.", choices=("fr", "en"), in_file=False)
        plain: int = setting(5, "Plain.")
        other: int = field(default=3)

    told = {known.name: meaning_of(known) for known in fields(Settings)}
    assert told == {
        "hours": Meaning("Hours that a link works.", least=2, most=168, choices=(), in_file=True),
        "language": Meaning("Language of mails.", least=1, most=1_000_000_000, choices=("fr", "en"), in_file=False),
        "plain": Meaning("Plain.", least=1, most=1_000_000_000, choices=(), in_file=True),
        "other": None,
    }
    assert Settings() == Settings(72, "fr", 5, 3)
