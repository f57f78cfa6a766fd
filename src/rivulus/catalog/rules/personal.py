"""What looks personal in a table: numbers with check digits, addresses, telephones, and columns that names announce.

A find stops publication until somebody has answered for the column; it is no proof.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from rivulus.kernel.words import N_, fold


class Kind(StrEnum):
    """Kinds of what looks personal."""

    CNP = "cnp"
    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    NAME = "name"


KIND_NAMES: Mapping[Kind, str] = {
    Kind.CNP: N_("personal numbers (CNP) with a right check digit"),
    Kind.EMAIL: N_("e-mail addresses"),
    Kind.PHONE: N_("telephone numbers"),
    Kind.IBAN: N_("bank accounts (IBAN) with right check digits"),
    Kind.NAME: N_("what belongs to people, as its heading says"),
}

# As RE2 (DuckDB) and Python both read them; what they find is judged again below.
PATTERNS: Mapping[Kind, str] = {
    Kind.CNP: r"(?:^|[^0-9])([1-9][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{6})(?:[^0-9]|$)",
    Kind.EMAIL: r"([A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})",
    Kind.PHONE: r"(?:^|[^0-9+])((?:(?:\+|00)40[ .\-/]?\(?0?\)?|0)[237][0-9]{2}[ .\-/]?[0-9]{3}[ .\-/]?[0-9]{3})(?:[^0-9]|$)",
    Kind.IBAN: r"(?:^|[^A-Za-z0-9])([A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?)(?:[^A-Za-z0-9]|$)",
}
_CNP_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
_NAMES = frozenset(
    {
        "nume", "prenume", "numele", "prenumele", "nume_prenume", "nume_si_prenume", "persoana", "titular", "solicitant",
        "beneficiar", "proprietar", "cnp", "responsabil", "reprezentant", "persoana_de_contact", "persoana_contact", "contact", "semnatar", "name", "first_name", "last_name", "surname", "full_name", "given_name",
        "family_name", "owner", "applicant", "person", "nev", "vezeteknev", "keresztnev", "tulajdonos", "szemelynev",
        "adresa_domiciliu", "domiciliu", "data_nasterii", "birth_date", "date_of_birth", "szuletesi_datum", "serie_ci",
        "semnatura", "email", "e_mail", "telefon", "phone", "iban",
    }
)  # fmt: skip
_AND = re.compile(r"[^a-z0-9]+")


def is_cnp(digits: str) -> bool:
    """Tell whether thirteen digits are a CNP: a possible date and the right check digit (Law 105/1996, annex)."""
    if len(digits) != 13 or not digits.isdecimal() or digits[0] == "0":
        return False
    month, day = int(digits[3:5]), int(digits[5:7])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _CNP_WEIGHTS, strict=False)) % 11
    return int(digits[12]) == (1 if rest == 10 else rest)


def is_iban(text: str) -> bool:
    """Tell whether a text is an IBAN with right check digits (ISO 13616)."""
    packed = text.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", packed):
        return False
    number = "".join(str(int(sign, 36)) for sign in packed[4:] + packed[:4])
    return int(number) % 97 == 1


def is_kind(kind: Kind, found: str) -> bool:
    """Judge what a pattern has found."""
    if kind is Kind.CNP:
        return is_cnp(found)
    return is_iban(found) if kind is Kind.IBAN else True


def list_kinds(text: str) -> list[Kind]:
    """Return what a single text holds."""
    return [
        kind
        for kind, pattern in PATTERNS.items()
        if any(is_kind(kind, match.group(1)) for match in re.finditer(pattern, text))
    ]


def is_name_of_people(heading: str) -> bool:
    """Tell whether a heading announces people, whatever its accents and signs."""
    return _AND.sub("_", fold(heading)).strip("_") in _NAMES


def mask(text: str) -> str:
    """Return a find so far hidden that it can be looked up in the file and nothing can be read from it."""
    return text if len(text) <= 4 else text[:2] + "…" + text[-2:]
