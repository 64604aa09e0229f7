"""Texts that break programs: grammars of SQL, FTS5, LIKE and tsquery, signs of every script, formulas, paths, sizes."""
# ruff: noqa: E501 (tables of texts)

import random
from collections.abc import Iterator

SQL = (
    "'", "''", '"', "';", "'; DROP TABLE voter; --", "' OR '1'='1", "1' UNION SELECT * FROM operator --", "\\'", "\\",
    "x'); DELETE FROM audit_event; --", "%", "_", "%%%", "a%_b", "[a-z]", "$1", ":name", "?", "%(x)s", "{}", "{0}", "%s",
    "/* */", "--", "; SELECT pg_sleep(10)", "||", "CAST(1 AS int)", "U&'\\0041'", "E'\\x00'", "$$x$$", "`id`",
)  # fmt: skip
FTS = (
    '"', '""', '"unclosed', "AND", "OR", "NOT", "NEAR", "NEAR(a b, 2)", "a AND", "NOT a", "a OR OR b", "(", ")", "((a)",
    "*", "a*", "*a", "^a", "a:b", "words:marie", "{words trigram}: a", "-a", "+a", "a + b", "a NOT b", "- : marie",
    "&", "|", "!", "<->", "a & b", "a | !b", "a <-> b", ":*", "a:*", "'a':A", "a \\& b", "rank MATCH 'bm25(1)'",
)  # fmt: skip
UNICODE = (
    "\u202emarie", "\u202edroc.telbon@ac-rennes.fr", "\u2066x\u2069", "\u200f\u200e", "\u200b\u200c\u200d", "\ufeffmarie",
    "e\u0301", "é", "\u0301", "\u0301" * 200, "ﬁ", "ß", "ẞ", "İ", "ı", "ſ", "K", "Ⅷ", "½", "²", "ﷺ", "𝕸𝖆𝖗𝖎𝖊", "🙈", "👩‍👩‍👧‍👦",
    "\U0010ffff", "\ud800", "\udfff", "marie\udc80", "\x00", "marie\x00dupont", "\x1b[31m", "\x07", "\x7f", "\x85",
    "\u2028", "\u2029", "\r\n", "\t", "\v", "\f", "　", "\u00a0", "田中", "Ω≈ç√∫", "ـَــ", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G", "﷽" * 100,
)  # fmt: skip
ADDRESSES = (
    "@", "@@", "a@", "@a", "a@b@c", "<>", "<@>", "<a@b", "a@b>", "mailto:", "mailto:@", "mailto:?", "mailto:a%40b%",
    '"a b"@c.fr', "a@[127.0.0.1]", "a..b@c.fr", "marie@" + "a" * 300 + ".fr", "@".join("a" * 300), ",,,@,,,", "(@)",
    "a@b\r\nBcc: x@y.fr", "=?utf-8?q?a?=@b.fr", "a <b <c@d>>", ":;@:;", "<" * 500 + "@",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1e308", "NaN", "Infinity", "0x10", "1/0", "2147483648", "9" * 40, "0350001L", "0350001l ", "1_000", "١٢٣",
    "10 000 001", "00000000", "-9223372036854775809", "1" * 5000, "0.1", "1,5", "٣٥٠٠٠١L",
)  # fmt: skip
CODE = (
    "<script>alert(1)</script>", "<b>x", "&lt;", "{{7*7}}", "${7*7}", "#{7*7}", "%{7}", "../../etc/passwd", "..\\..", "C:\\",
    "file:///etc/passwd", "$(id)", "`id`", "| id", "; id", "=1+1", "+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "null",
    "None", "undefined", "true", "nil", "__proto__", "constructor", "\\u0000", "%00", "%0d%0a", "<?xml?>", "]]>", "<!--",
)  # fmt: skip

KINDS: dict[str, tuple[str, ...]] = {
    "SQL": SQL, "full-text syntax": FTS, "Unicode": UNICODE, "addresses": ADDRESSES, "numbers": NUMBERS, "code": CODE,
}  # fmt: skip
MEGABYTE = 1_000_000


def pastes() -> Iterator[str]:
    """Texts of a megabyte, each of another grain."""
    for grain in (
        "a",
        "a ",
        "@",
        "a@",
        "'",
        '"',
        "\u202e",
        "é",
        "e\u0301",
        "(",
        "1",
        "a.b-",
        "\n",
        "<",
        "marie dupont ",
        "🙈",
    ):
        yield (grain * (MEGABYTE // len(grain) + 1))[:MEGABYTE]


def mixtures(count: int, *, seed: int) -> Iterator[str]:
    """Texts put together from all of the above and from real words, at random but the same for a seed."""
    rng = random.Random(seed)
    pieces = [text for kind in KINDS.values() for text in kind if len(text) <= 40]
    pieces += ["marie", "dupont", "marie.dupont", "@ac-rennes.fr", "collège", "jean moulin", " ", ".", "-"]
    for _ in range(count):
        yield "".join(rng.choices(pieces, k=rng.randint(1, 8)))
