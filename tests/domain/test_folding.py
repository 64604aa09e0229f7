import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.folding import fold, fold_answer, fold_words, nfc, words


def test_accents_case_and_ligatures_do_not_matter():
    assert fold("Lefèvre-Œuvrard") == "lefevre-oeuvrard"
    assert fold("STRAßE") == "strasse"


def test_both_unicode_forms_of_an_accent_fold_alike():
    composed = "Hélène"
    assert fold(composed) == fold(unicodedata.normalize("NFD", composed)) == "helene"


def test_both_apostrophes_fold_alike():
    assert fold_words("D’Anne") == fold_words("D'Anne") == "d anne"


def test_letters_and_digits_are_separate_words():
    assert words("marie.dupont2@ac-rennes.fr") == ["marie", "dupont", "2", "ac", "rennes", "fr"]


def test_an_answer_is_compared_without_case_spaces_and_punctuation():
    assert fold_answer("  Médor, le CHIEN! ") == fold_answer("medor le chien")


def test_stored_text_is_composed_and_single_spaced():
    assert nfc(" Le\u0301a   Martin ") == "Léa Martin"


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_folded_words_ignore_case_and_composition(text):
    assert fold_words(unicodedata.normalize("NFD", text)) == fold_words(text)
