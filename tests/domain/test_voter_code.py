"""A voter code is easy to copy, hard to guess, and compared without its dashes."""

import re

from helpdesk.domain.voter_code import fold_voter_code, new_voter_code

COPYABLE = r"[2-9A-HJKMNP-Z]"


def test_a_code_is_three_groups_of_four_signs_that_nobody_mistakes():
    codes = {new_voter_code() for _turn in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(rf"{COPYABLE}{{4}}-{COPYABLE}{{4}}-{COPYABLE}{{4}}", code) for code in codes)
    assert set("".join(codes)) == set("23456789ABCDEFGHJKMNPQRSTUVWXYZ-")


def test_a_code_is_compared_in_capitals_without_dashes_and_spaces():
    assert fold_voter_code(" 7kq2-mz4d x9pa\n") == fold_voter_code("7KQ2MZ4DX9PA") == "7KQ2MZ4DX9PA"
