"""``reprieve model-card``: the card of the documents, for a terminal."""

from reprieve.answers.model_card_filling import model_card
from reprieve.evidence.evidence import Evidence


def test_the_terminal_shows_the_card_without_links_in_80_columns(answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = answer("model-card")
    assert "](" not in text
    assert "../" not in text
    assert max(map(len, text.splitlines())) <= 80
    for section in model_card(Evidence.packaged()).sections:
        assert section.title in text
