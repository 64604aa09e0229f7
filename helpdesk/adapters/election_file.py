"""Reading an election's calendar from TOML."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import BadSetting, UnreadableFile

_TIMES = ("portal_opens", "lists_published", "codes_from", "codes_until", "vote_opens", "vote_closes")


def read_election(path: Path) -> Election:
    """The calendar in a file: `name`, `zone`, six times, `voting_url`; times without an offset are local.

    Only `portal_opens`, `vote_opens` and `vote_closes` are required: lists are published and codes handed out, if
    the file does not say, when the portal opens. Raises UnreadableFile and BadSetting (a key is missing, is no
    time, or the order of the calendar is wrong).
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise BadSetting(path.name, "not_toml") from None
    content = content.get("election", content)
    zone_name = content.get("zone", "Europe/Paris")
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        raise BadSetting("zone", "not_a_choice") from None
    for key in ("portal_opens", "vote_opens", "vote_closes"):
        if key not in content:
            raise BadSetting(key, "missing")
    times = {key: _moment(key, content.get(key, content["portal_opens"]), zone) for key in _TIMES}
    if not times["portal_opens"] < times["vote_opens"] < times["vote_closes"]:
        raise BadSetting("vote_opens", "order")
    name, voting_url = content.get("name", "Élections professionnelles"), content.get("voting_url", "")
    return Election(name=str(name), zone=zone_name, voting_url=str(voting_url), **times)


def _moment(key: str, value: object, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise BadSetting(key, "not_a_time") from None
    if not isinstance(moment, datetime):
        raise BadSetting(key, "not_a_time")
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
