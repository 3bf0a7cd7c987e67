"""Which e-mail addresses an account can have: none that look like the address of somebody else."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Scripts that are written together.
EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"}
#: Latin letters that are more than an ASCII letter with accents and still look like no other letter.
LATIN_LETTERS = set("ßæœøłđðþ")


def validate_address(address: str) -> None:
    """Raises ValidationError for characters that are invisible or easily taken for others.

    Before the @ only ASCII is accepted, after it also letters of other scripts, one script in each part between dots.
    A domain that is refused can be written as its registry stores it (xn--…). Everything else about addresses is
    checked by Django's EmailValidator, which takes ı (U+0131) for an i, and accepts U+202E in a domain.
    """
    local_part, _at, domain = address.rpartition("@")
    refused = [character for character in local_part if not character.isascii()]
    # Addresses are stored in lower case, and that of İ is i with a combining dot.
    characters = dict.fromkeys(domain + domain.lower())
    refused += [character for character in characters if not can_be_in_domain(character)]
    if refused:
        codes = ", ".join(f"U+{ord(character):04X}" for character in refused)
        raise ValidationError(_("An address cannot hold these characters: %(codes)s."), params={"codes": codes})
    for label in domain.split("."):
        if len({script_of(character) for character in label if character.isalpha()}) > 1:
            raise ValidationError(_("“%(label)s” mixes letters of several scripts."), params={"label": label})
    if unicodedata.normalize("NFKC", domain) != domain:
        raise ValidationError(_("The domain of the address is not written as its registry stores it."))


def can_be_in_domain(character: str) -> bool:
    if character.isascii():
        return True
    script = script_of(character)
    if script == "LATIN":
        base = unicodedata.normalize("NFD", character)[0]
        return base.isascii() or character.lower() in LATIN_LETTERS
    return unicodedata.category(character)[0] in "LM" and script != "COMBINING"


def script_of(character: str) -> str:
    """The script of a letter: the first word of its name in Unicode, as Python has no table of scripts."""
    first_word = unicodedata.name(character, "").partition(" ")[0]
    return "EAST ASIAN" if first_word in EAST_ASIAN else first_word
