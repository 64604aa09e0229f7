"""Throttles, lifetimes and lockouts: settings with the defaults of facts.md. Seconds unless said otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Every number that a rule needs; `limits.*` of the settings overrides them."""

    activation_link_seconds: int = 72 * 3600
    reset_link_seconds: int = 3600
    resends_per_hour: int = 3
    resends_per_day: int = 10
    verification_seconds: int = 15 * 60
    verification_failures: int = 5
    verification_closed_seconds: int = 3600
    login_failures: int = 5
    login_closed_seconds: int = 15 * 60
    address_change_seconds: int = 48 * 3600
    view_seconds: int = 12 * 3600
    lease_seconds: int = 60
    mail_lifetime_seconds: int = 48 * 3600
    retry_first_seconds: int = 60
    retry_longest_seconds: int = 3600
    bulk_lifetime_seconds: int = 7 * 24 * 3600
    bulk_per_minute: int = 0
    domain_per_minute: int = 0
    pace_first_seconds: int = 2
    pace_longest_seconds: int = 60
    failing_bounces: int = 2
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65536
    argon2_parallelism: int = 4
    operator_password_characters: int = 12
    argon2_at_once: int = 4
    argon2_wait_seconds: int = 10
    captcha_seconds: int = 15 * 60
    portal_password_failures: int = 5
    portal_lock_seconds: int = 15 * 60
    portal_lock_longest_seconds: int = 24 * 3600
    portal_answer_failures: int = 5
    portal_reissue_closed_seconds: int = 24 * 3600
    portal_session_seconds: int = 30 * 60
    portal_session_longest_seconds: int = 8 * 3600
    portal_links_per_address_per_hour: int = 10
    portal_logins_per_address_per_hour: int = 40
    portal_forms_per_network_per_minute: int = 600
    portal_pages_per_network_per_minute: int = 6000
