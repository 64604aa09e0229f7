"""Pieces and misspelt beginnings of words, as the index keeps and asks for them.

A word within one slip of another (Damerau's four: a letter lost, added, replaced, two swapped) shares with it a
form from which at most one letter is left out, at the same place or the next. Only beginnings of a few letters are
indexed: that finds unfinished words too, and what differs later is judged by distance in the end.
"""

SHORTEST_STEM, LONGEST_STEM = 3, 6
SHORTEST_PART = 3


def stems(word: str) -> tuple[str, ...]:
    """The beginnings of a word under which its misspellings are found: four to six letters, or all of three."""
    if len(word) == SHORTEST_STEM:
        return (word,)
    return tuple(word[:length] for length in range(SHORTEST_STEM + 1, min(len(word), LONGEST_STEM) + 1))


def slips(stem: str) -> dict[str, int]:
    """The stem and every form with one letter left out, with the place of the first letter that does it (0: none)."""
    found = {stem: 0}
    for place in range(len(stem)):
        found.setdefault(stem[:place] + stem[place + 1 :], place + 1)
    return found


def parts(word: str) -> tuple[str, ...]:
    """The endings of a word from its second letter on, three letters or more."""
    return tuple(word[start:] for start in range(1, len(word) - SHORTEST_PART + 1))


def apart(word: str, typed: str) -> int:
    """How many letters of each the other lacks: two at most for one slip, four at most for two."""
    shared = sum(map(typed.__contains__, word)) + sum(map(word.__contains__, typed))  # asked of a thousand words a key
    return len(word) + len(typed) - shared
