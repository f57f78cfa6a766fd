"""Words for people, kept apart from the language they will be read in."""

import unicodedata

from rivulus.kernel.errors import Refused


def N_(sentence: str) -> str:  # noqa: N802 (the name gettext tools look for)
    """Mark a sentence for translation without translating it, so that rules stay pure."""
    return sentence


def say(refused: Refused) -> str:
    """Return the refusal in the language of the reader."""
    from django.utils.translation import gettext

    sentence = gettext(refused.sentence)
    return sentence % refused.values if refused.values else sentence


def fold(words: str) -> str:
    """Return words without accents and in small letters, so that they are found however they are typed."""
    apart = unicodedata.normalize("NFKD", words)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()
