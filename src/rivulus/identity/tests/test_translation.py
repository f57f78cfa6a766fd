"""Sentences borrowed from allauth and Django: still said there, and said here in our words."""

import gettext
from pathlib import Path

import allauth
import django
import pytest
from django.utils.translation import gettext as said
from django.utils.translation import override

from rivulus.identity.translation import BORROWED


def theirs() -> set[str]:
    """Return every sentence of their Romanian catalogues; Django's newest ones stand in no catalogue yet."""
    folders = [Path(allauth.__file__).parent / "locale"]
    folders += [Path(django.__file__).parent / place / "locale" for place in ("contrib/auth", "conf")]
    found = [gettext.translation("django", folder, ["ro"])._catalog for folder in folders]  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0] for catalog in found for key in catalog} | {"- Select an option -"}


def test_every_borrowed_sentence_is_still_theirs() -> None:
    assert not set(BORROWED) - theirs()


@pytest.mark.parametrize("language", ["ro", "hu"])
def test_borrowed_sentences_are_said_in_our_words(language: str) -> None:
    with override(language):
        assert said("You have signed out.") == {"ro": "Ați ieșit din cont.", "hu": "Kijelentkezett."}[language]
