"""The CAPTCHA: four digits as a picture and as sound. A set of digits may be tried once."""

import io
from functools import cache

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from flask import Blueprint, Response, request, session

from helpdesk.domain.captcha import captcha_digits, is_fresh, is_solved, new_captcha
from helpdesk.domain.errors import CaptchaWrong
from helpdesk.language.catalogue import current_language
from helpdesk.portal.context import portal
from helpdesk.portal.limits import spend_once
from helpdesk.resource_files import resource

pages = Blueprint("captcha", __name__)
_KEY = "captcha"


def current() -> str:
    """The id of the browser's CAPTCHA, made if there is none that can still be answered."""
    kept, now = session.get(_KEY), portal().clock()
    if isinstance(kept, str) and is_fresh(kept, now, seconds=portal().limits.captcha_seconds // 2):
        return kept
    return renew()


def renew() -> str:
    """Other digits."""
    made = new_captcha(portal().clock())
    session[_KEY] = made
    return made


def check() -> None:
    """Raise CaptchaWrong unless the form holds the digits; right or wrong, these digits are spent."""
    captcha, context = session.pop(_KEY, None), portal()
    seconds = context.limits.captcha_seconds
    if not isinstance(captcha, str) or not is_fresh(captcha, context.clock(), seconds=seconds):
        raise CaptchaWrong
    if not spend_once(f"captcha/{captcha}", seconds=seconds):
        raise CaptchaWrong
    if not is_solved(context.key, captcha, request.form.get("captcha", "")[:20]):
        raise CaptchaWrong


def shown_digits() -> str | None:
    """The digits, in a demo and nowhere else."""
    return captcha_digits(portal().key, current()) if portal().shows_captcha else None


class _Picture(ImageCaptcha):
    """Digits that lean a little: people must read them at the first look."""

    character_rotate = (-15, 15)
    character_warp_dx = (0.05, 0.15)
    character_warp_dy = (0.05, 0.15)


@pages.get("/captcha.png")
def picture() -> Response:
    """The digits as a picture; `?new` asks for others first."""
    captcha = renew() if "new" in request.args else current()
    drawn = io.BytesIO()
    _pictures().generate_image(captcha_digits(portal().key, captcha)).save(drawn, "PNG", compress_level=1)
    return Response(drawn.getvalue(), mimetype="image/png")


@pages.get("/captcha.wav")
def sound() -> Response:
    """The digits read aloud, in the page's language."""
    read = _voices(current_language()).generate(captcha_digits(portal().key, current()))
    return Response(bytes(read), mimetype="audio/wav")


@cache
def _pictures() -> ImageCaptcha:
    return _Picture(width=200, height=70)


@cache
def _voices(language: str) -> AudioCaptcha:
    return AudioCaptcha(voicedir=str(resource("portal", "voices", language)))
