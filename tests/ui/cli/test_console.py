"""What others wrote is printed without what a terminal obeys."""

from ui.cli.console import plain


def test_titles_of_others_move_no_cursor_and_keep_their_letters():
    title = "خبر\u200cنا\x1b[2J عاجل\x07\r\x9b31m\nسطر"
    assert plain(title) == "خبر\u200cنا[2J عاجل31m\nسطر"
