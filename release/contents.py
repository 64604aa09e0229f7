"""What of the libraries goes into the bundle: Qt comes with much that this program never opens."""

import re

_UNWANTED_LIBRARIES = re.compile(
    r"""
    Qt6?(Network|Qml\w*|Quick\w*|OpenGL\w*|VirtualKeyboard\w*|Pdf|Labs\w*|EglF\w+|WlShell\w*|Concurrent)
    (Integration\w*)?(\.so|\.dll|\.pyd|\.abi3|\.cpython|$)
    | /plugins/(tls|networkinformation|egldeviceintegrations|generic|qmltooling|sqldrivers)/
    | /platforms/(lib)?q(eglfs|linuxfb|vnc|vkkhrdisplay|minimal|minimalegl|direct2d|webgl)
    | /platformthemes/(lib)?qgtk3
    | /platforminputcontexts/(lib)?qtvirtualkeyboard
    | /imageformats/(lib)?q(tiff|webp|tga|wbmp|icns|pdf)
    | (^|/)PIL/_(avif|webp|imagingcms|imagingmath)
    | (^|/)lib(avif|webp\w*|sharpyuv|lcms2)-[\w.-]+\.so
    | (^|/)opengl32sw\.dll$
    | /wayland-decoration-client/libadwaita
    | /wayland-graphics-integration-client/
    | /wayland-shell-integration/lib(wl|ivi|qt|fullscreen)
    | (^|/)rapidfuzz/(fuzz|process)_cpp
    | (^|/)rapidfuzz/distance/metrics_cpp_avx2  # the plain one takes its place: what it compares is short
    | (^|/)PIL/_imagingtk
    | ^lib(  # what printing came with: the system has it where there are printers
        cups|avahi-\w+|gnutls|unistring|p11-kit|hogweed|nettle|gmp|idn2|tasn1|krb5|k5crypto|krb5support|gssapi_krb5
        |com_err|keyutils
    )\.so
    | ^lib(  # what the GTK theme and its libraries came with
        gtk-3|gdk-3|atk|atspi|pango|cairo|gdk_pixbuf|harfbuzz|epoxy|rsvg|tiff|webp|jbig|Lerc|jpeg|pixman|graphite2
        |gio|gobject|gmodule|mount|blkid|selinux|thai|datrie|fribidi|Xcomposite|Xdamage|Xinerama|Xcursor|Xrandr|Xi\.
    )[\w.-]*\.so
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LANGUAGES = ("fr", "en")
_NAMES = ("fr_FR", "en_US")
_BABEL = re.compile(r"babel/locale-data/(\w+)\.dat$")
_QT_TRANSLATION = re.compile(r"translations/(\w+)\.qm$")
_FAKER_FILE = re.compile(r"faker/providers/\w+/([a-z]{2,3}(_\w+)?)/")
_FAKER_LOCALE = re.compile(r"faker\.providers\.\w+\.([a-z]{2,3}(_\w+)?)$")


def is_wanted_library(path: str) -> bool:
    """Whether a shared library or Qt plugin is of use, by its place in the bundle."""
    return _UNWANTED_LIBRARIES.search(path.replace("\\", "/")) is None


def is_wanted_data(path: str) -> bool:
    """Whether a data file is of use: of languages, French and English only; of Qt's plugins, those that are wanted."""
    path = path.replace("\\", "/")
    if found := _BABEL.search(path):
        return found[1] in {"root", "fr", "fr_FR", "en", "en_GB", "en_US", "en_001", "en_150"}
    if found := _QT_TRANSLATION.search(path):
        return found[1] in {f"qtbase_{language}" for language in _LANGUAGES}
    if found := _FAKER_FILE.search(path):
        return found[1] in _NAMES
    if "/qml/" in path or "reportlab/fonts/" in path or "pytz/zoneinfo/" in path or "resources/pictures/" in path:
        return False
    return is_wanted_library(path)


def is_wanted_module(name: str) -> bool:
    """Whether a Python module is of use: of invented names, the French ones only."""
    found = _FAKER_LOCALE.search(name)
    return found is None or found[1] in _NAMES
