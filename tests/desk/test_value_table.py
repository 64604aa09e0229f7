"""The rows of a table: what is painted with every move of the mouse is put into words once."""

from PySide6.QtCore import Qt

from helpdesk.desk.widgets.table import Column, ValueTable


def test_a_cell_is_put_into_words_once_and_anew_in_another_language_or_with_other_values():
    words, asked = ["fait"], []

    def text(value: int) -> str:
        asked.append(value)
        return f"{words[0]} {value}"

    table: ValueTable[int] = ValueTable((Column(lambda: "Issue", text),))
    table.show_values((1, 2))
    for _painted in range(3):
        assert table.data(table.index(1, 0)) == "fait 2"
    assert asked == [2]
    words[0] = "done"
    table.retranslate()
    assert table.data(table.index(1, 0), Qt.ItemDataRole.DisplayRole) == "done 2"
    table.show_values((1, 3))
    assert table.data(table.index(1, 0)) == "done 3"
    table.add_values((4,))
    assert table.data(table.index(2, 0)) == "done 4"
