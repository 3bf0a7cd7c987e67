"""Addresses that could be taken for another one are refused wherever an account gets an address."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from chatsite.accounts.addresses import validate_address
from chatsite.accounts.models import User
from tests.accounts.test_adding_people import ADD
from tests.accounts.test_admin import PEOPLE

LOOKALIKES = [
    "er\N{LATIN SMALL LETTER DOTLESS I}n@example.com",
    "mi\N{KELVIN SIGN}e@example.com",
    "le\N{LATIN SMALL LETTER LONG S}lie@example.com",
    "dora@exam\N{RIGHT-TO-LEFT OVERRIDE}ple.com",
    "dora@exam\N{SOFT HYPHEN}ple.com",
    "dora@exam\N{ZERO WIDTH JOINER}ple.com",
    "dora@ex\N{CYRILLIC SMALL LETTER A}mple.com",
    "dora@\N{GREEK SMALL LETTER OMICRON}ffice.example",
    "dora@g\N{LATIN SMALL LETTER DOTLESS I}thub.example",
    "dora@g\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}thub.example",
    "dora@ex\N{LATIN SMALL LETTER ALPHA}mple.com",
    "dora@\N{FULLWIDTH LATIN SMALL LETTER E}xample.com",
    "dora@bu\N{COMBINING DIAERESIS}cher.example",
    "dora@example\N{IDEOGRAPHIC FULL STOP}com",
]
ORDINARY = [
    "dora+chat@example.com",
    "o'hara@sub.example.co.uk",
    "dora@b\u00fccher.example",
    "dora@stra\u00dfe.example",
    "dora@xn--bcher-kva.example",
    "dora@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    "dora@\u4f8b\u3048.example",
    "dora@\u0909\u0926\u093e\u0939\u0930\u0923.example",
]
by_code = pytest.mark.parametrize("address", LOOKALIKES, ids=ascii)


@by_code
def test_carol_cannot_add_a_lookalike(client, carol, address):
    client.force_login(carol)
    assert client.post(ADD, {"addresses": address}).context["people"].invalid == [address]
    assert User.objects.count() == 1


@by_code
def test_carol_cannot_give_alice_a_lookalike(client, carol, alice, address):
    client.force_login(carol)
    response = client.post(f"{PEOPLE}{alice.pk}/change/", {"email": address, "is_active": 1})
    assert (response.status_code, bool(response.context["errors"])) == (200, True)
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


@by_code
def test_no_superuser_gets_a_lookalike(db, address):
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--no-input", email=address)
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ORDINARY, ids=ascii)
def test_an_ordinary_address_is_accepted(client, carol, address):
    client.force_login(carol)
    assert client.post(ADD, {"addresses": address}).context["people"].invalid == []
    assert User.objects.filter(email=address).exists()


def test_the_form_names_the_character_that_cannot_be_seen(client, carol, alice):
    client.force_login(carol)
    form = {"email": "dora@exam\N{RIGHT-TO-LEFT OVERRIDE}ple.com", "is_active": 1}
    page = client.post(f"{PEOPLE}{alice.pk}/change/", form).text
    assert "An address cannot hold these characters: U+202E." in page


@given(st.characters(min_codepoint=0x80))
def test_no_character_outside_of_ascii_is_accepted_before_the_at(character):
    with pytest.raises(ValidationError):
        validate_address(f"dora{character}@example.com")


@given(st.characters(min_codepoint=0x80, categories=["Cc", "Cf", "Co", "Cn", "Zs", "Zl", "Zp", "P", "S"]))
def test_no_invisible_character_is_accepted_in_a_domain(character):
    with pytest.raises(ValidationError):
        validate_address(f"dora@exam{character}ple.com")


@given(st.characters(min_codepoint=0x80, categories=["L"]))
def test_a_letter_beside_ascii_letters_is_a_latin_one(character):
    try:
        validate_address(f"dora@exam{character}ple.com")
    except ValidationError:
        return
    assert 0xC0 <= ord(character) <= 0x24F or 0x1E00 <= ord(character) <= 0x1EFF
