"""How a French name sounds, roughly: names alike to the ear share a key (Lefèvre and Lefebvre, Meyer and Maier).

A small key of our own, for folded words: silent letters go, spellings of one sound become one letter. It joins more
than it should rather than less, since what it finds is ranked by spelling afterwards.
"""

import re
from functools import lru_cache

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"(.)\1+", r"\1"),  # doubled letters sound once
        (r"ph", "f"),
        (r"bv", "v"),  # Lefebvre
        (r"sch|sh|ch(?=[aeiouy])", "S"),
        (r"ch", "k"),
        (r"gn|ni(?=[aeou])", "N"),
        (r"qu|q|ck", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"w", "v"),
        (r"th", "t"),
        (r"h", ""),
        (r"eaux?|aux?|ault?s?$|ot$|os$", "o"),
        (r"oi|oy", "wa"),
        (r"eu|oeu|oe", "e"),
        (r"ou", "u"),
        (r"[ae][iy]", "e"),  # Meyer, Maier, Mayer
        (r"ill(?=[aeiou])|il$", "y"),
        (r"[ae][nm](?=[^aeiouy]|$)", "A"),
        (r"[iy][nm](?=[^aeiouy]|$)", "I"),
        (r"o[nm](?=[^aeiouy]|$)", "O"),
        (r"y", "i"),
        (r"z|(?<=[aeiou])s(?=[aeiou])", "z"),
        (r"x", "ks"),
        (r"(?<=.)(?:ez|er|et|ed|es|e)$", "e"),  # -er, -et, -ez end alike by ear
        (r"(?<=.)[tdspxz]+$", ""),
        (r"(?<=[^aeiouAIO])e$", ""),
        (r"ie(?=.)", "e"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(2_000)
def sound(word: str) -> str:
    """The key of one folded word; words of one sound share it. Empty for words of fewer than three letters."""
    if len(word) < 3:  # noqa: PLR2004
        return ""
    for pattern, spelling in _RULES:
        word = pattern.sub(spelling, word)
    return word
