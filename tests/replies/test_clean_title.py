"""What a model wrote, and the title that is in it."""

import pytest

from conversations.models.title import TITLE_LENGTH
from conversations.replies.clean_title import MAX_TITLE, clean_title

WRITTEN = [
    ("Leap seconds", "Leap seconds"),
    ('"Leap seconds"\n', "Leap seconds"),
    ("Title: Leap seconds", "Leap seconds"),
    ("**Titel:** „Schaltsekunden“", "Schaltsekunden"),
    ("# Leap  \t seconds.", "Leap seconds"),
    ("\n\nLeap seconds\n\nA second that is added now and then.", "Leap seconds"),
    ("うるう秒とは", "うるう秒とは"),
    ("C# and C++", "C# and C++"),
    ("Learning C#", "Learning C#"),
    ("## Learning C# ##", "Learning C#"),
    ("#TIL in Git", "#TIL in Git"),
    ("What's new in Python 3.14?", "What's new in Python 3.14?"),
    ("Leap\u202e seconds\x07", "Leap seconds"),
    # Pairs that enclose all of it
    ('"Romeo" and "Juliet"', '"Romeo" and "Juliet"'),
    ("„Romeo“ und „Julia“", "„Romeo“ und „Julia“"),
    ("‘Romeo’ and ‘Juliet’", "‘Romeo’ and ‘Juliet’"),
    ("'What's new in Python'", "What's new in Python"),
    ("The meaning of 'set'", "The meaning of 'set'"),
    ("Using `git rebase`", "Using `git rebase`"),
    ("`Leap seconds`", "Leap seconds"),
    ("*_Leap seconds_*", "Leap seconds"),
    ("«\u202fSecondes intercalaires\u202f»", "Secondes intercalaires"),
    ("「うるう秒」", "うるう秒"),
    ("Dunder __init__", "Dunder __init__"),
    # Bold type and labels
    ("**Leap** seconds", "Leap seconds"),
    ("**Title: Leap seconds**", "Leap seconds"),
    ("**Title**: Leap seconds", "Leap seconds"),
    ("2**3 in Python", "2**3 in Python"),
    ("Here is a title:\n\n**Leap seconds**", "Leap seconds"),
    ("```\nLeap seconds\n```", "Leap seconds"),
    # Thinking and tags
    ("<think>A title about time.</think>Leap seconds", "Leap seconds"),
    ("<think>\nTime?\n\nYes.\n</think>\n\nLeap seconds", "Leap seconds"),
    ("<Thinking>Time?</Thinking> Leap seconds", "Leap seconds"),
    ("Time?\nYes.\n</think>\nLeap seconds", "Leap seconds"),
    ("<think>Which title", ""),
    ("<think></think>", ""),
    ("<title>Leap seconds</title>", "Leap seconds"),
    ("<title>Leap seconds", "Leap seconds"),
    ("<answer>\n<title lang='en'>Leap <b>seconds</b></title>\n</answer>", "Leap seconds"),
    ("Leap<br>seconds", "Leap seconds"),
    ("vector<int> in C++", "vector<int> in C++"),
    ("<div> or <span>", "<div> or <span>"),
    ("a < b and b > a", "a < b and b > a"),
    # Characters and full stops
    ("100\u00a0000\u202fkm", "100 000 km"),
    ("東京\u3000大阪", "東京 大阪"),
    ("👩\u200d💻 at work", "👩\u200d💻 at work"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("History of the U.S.", "History of the U.S."),
    ("うるう秒とは。", "うるう秒とは"),
    ("42", "42"),
    # None
    ("", ""),
    (" \n ", ""),
    ("...", ""),
    ("Title:", ""),
    ("x" * 101, ""),
]


@pytest.mark.parametrize(("written", "title"), WRITTEN)
def test_what_is_around_a_title_is_taken_away_and_what_is_none_comes_to_nothing(written, title):
    assert clean_title(written) == title


def test_a_title_may_be_longer_than_the_first_words():
    assert MAX_TITLE > TITLE_LENGTH
