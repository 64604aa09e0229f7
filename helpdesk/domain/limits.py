"""Throttles, lifetimes and lockouts: settings with the defaults of facts.md. Seconds unless said otherwise."""

from dataclasses import dataclass

from helpdesk.domain.setting import setting

_HOUR, _DAY = 3600, 24 * 3600


@dataclass(frozen=True, slots=True, repr=False)
class Limits:
    """Every number that a rule needs; `limits.*` of the settings overrides them."""

    activation_link_seconds: int = setting(72 * _HOUR, "How long the link of an activation mail works, in seconds.")
    reset_link_seconds: int = setting(_HOUR, "How long a link to a new password or question works, in seconds.")
    resends_per_hour: int = setting(3, "Mails with a link that one voter is sent in an hour, at most.")
    resends_per_day: int = setting(10, "Mails with a link that one voter is sent in a day, at most.")
    verification_seconds: int = setting(15 * 60, "How long the verification of a caller holds, in seconds.")
    verification_failures: int = setting(5, "Wrong answers about one voter before verification closes.")
    verification_closed_seconds: int = setting(_HOUR, "How long it is closed then, in seconds.")
    login_failures: int = setting(5, "Failed log-ins of an operator before the name is closed.")
    login_closed_seconds: int = setting(15 * 60, "How long it is closed then, in seconds.")
    address_change_seconds: int = setting(
        48 * _HOUR, "How long a change of address waits for its approval, in seconds."
    )
    view_seconds: int = setting(12 * _HOUR, "How long reading a voter again is no new row of the trail, in seconds.")
    lease_seconds: int = setting(60, "How long a mailer may hold a mail before another takes it over, in seconds.")
    mail_lifetime_seconds: int = setting(48 * _HOUR, "How long the delivery of a mail is tried, in seconds.")
    retry_first_seconds: int = setting(60, "The pause before a mail is tried a second time, in seconds; it doubles.")
    retry_longest_seconds: int = setting(_HOUR, "The longest pause between two tries, in seconds.")
    bulk_lifetime_seconds: int = setting(7 * _DAY, "How long the delivery of a campaign's mail is tried, in seconds.")
    bulk_per_minute: int = setting(0, "Campaign mails a minute, at most; 0: as fast as the server takes them.", least=0)
    domain_per_minute: int = setting(0, "Mails a minute to one domain, at most; 0: no limit.", least=0)
    pace_first_seconds: int = setting(2, "The first pause when a server asks for slower mails, in seconds; it doubles.")
    pace_longest_seconds: int = setting(60, "The longest of those pauses, in seconds.")
    failing_bounces: int = setting(2, "Mails returned for good after which an address counts as failing.")
    argon2_time_cost: int = setting(3, "Passes of argon2id over its memory (RFC 9106).", most=100)
    argon2_memory_kib: int = setting(65536, "Memory of argon2id, in KiB (RFC 9106).", most=4 * 1024 * 1024)
    argon2_parallelism: int = setting(4, "Lanes of argon2id (RFC 9106).", most=64)
    operator_password_characters: int = setting(12, "The shortest password of an operator, in characters.")
    argon2_at_once: int = setting(4, "How many passwords one process hashes at a time.")
    argon2_wait_seconds: int = setting(
        10, "How long a visitor waits for a turn before being told to come back, in seconds."
    )
    captcha_seconds: int = setting(15 * 60, "How long a CAPTCHA can be answered, in seconds.")
    portal_password_failures: int = setting(5, "Wrong passwords before an account of the portal is locked.")
    portal_lock_seconds: int = setting(15 * 60, "How long the first lock lasts, in seconds; each next one is longer.")
    portal_lock_longest_seconds: int = setting(_DAY, "The longest lock, in seconds.")
    portal_answer_failures: int = setting(5, "Wrong answers to the challenge question before re-issue is locked.")
    portal_reissue_closed_seconds: int = setting(_DAY, "How long it is locked then, in seconds.")
    portal_session_seconds: int = setting(30 * 60, "How long a visitor who does nothing stays logged in, in seconds.")
    portal_session_longest_seconds: int = setting(8 * _HOUR, "How long a visitor stays logged in at most, in seconds.")
    portal_links_per_address_per_hour: int = setting(10, "Requests for a link to one address in an hour, at most.")
    portal_logins_per_address_per_hour: int = setting(40, "Tries to log in with one address in an hour, at most.")
    portal_forms_per_network_per_minute: int = setting(600, "Forms sent from one network in a minute, at most.")
    portal_pages_per_network_per_minute: int = setting(6000, "Pages asked for from one network in a minute, at most.")
