"""Words of identity: roles, languages, and the sign-in services that the environment names."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from rivulus.kernel.words import N_


class Role(StrEnum):
    """What a person may be on the platform."""

    RESIDENT = "resident"
    PROJECT_TEAM = "project_team"
    DEPARTMENT = "department"
    DISPATCHER = "dispatcher"
    SUPPLIER = "supplier"
    PUBLISHER = "publisher"
    STRATEGY_UNIT = "strategy_unit"
    ADMINISTRATOR = "administrator"


class Language(StrEnum):
    """A language of the interface."""

    RO = "ro"
    EN = "en"
    HU = "hu"


class OrganisationKind(StrEnum):
    """What an organisation is."""

    TOWN_HALL = "town_hall"
    PUBLIC_BODY = "public_body"
    UNIVERSITY = "university"
    SCHOOL = "school"
    UTILITY = "utility"
    COMPANY = "company"
    ASSOCIATION = "association"


ORGANISATION_KIND_NAMES: Mapping[OrganisationKind, str] = {
    OrganisationKind.TOWN_HALL: N_("Town hall"),
    OrganisationKind.PUBLIC_BODY: N_("Public body"),
    OrganisationKind.UNIVERSITY: N_("University"),
    OrganisationKind.SCHOOL: N_("School"),
    OrganisationKind.UTILITY: N_("Utility"),
    OrganisationKind.COMPANY: N_("Company"),
    OrganisationKind.ASSOCIATION: N_("Association"),
}

ROLE_NAMES: Mapping[Role, str] = {
    Role.RESIDENT: N_("Resident"),
    Role.PROJECT_TEAM: N_("Project team"),
    Role.DEPARTMENT: N_("Department"),
    Role.DISPATCHER: N_("Dispatcher on duty"),
    Role.SUPPLIER: N_("Supplier of devices"),
    Role.PUBLISHER: N_("Publisher of an organisation"),
    Role.STRATEGY_UNIT: N_("Strategy unit"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
LANGUAGE_NAMES: Mapping[Language, str] = {Language.RO: "Română", Language.EN: "English", Language.HU: "Magyar"}

# Whoever holds one of these should prove it is them with a second step.
PRIVILEGED = frozenset({Role.STRATEGY_UNIT, Role.DISPATCHER, Role.ADMINISTRATOR})

OIDC = "RIVULUS_OIDC_"
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def openid_providers(environ: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Return the sign-in services for ``SOCIALACCOUNT_PROVIDERS`` from RIVULUS_OIDC_ID, _NAME, _SERVER_URL, _CLIENT_ID
    and _SECRET; a second service is RIVULUS_OIDC_2_ID and so on. Nothing set means no service.

    Raises ValueError when a service is named by half or would be reached without TLS.
    """
    apps: list[dict[str, object]] = []
    number = 1
    while environ.get(f"{_prefix(number)}ID"):
        apps.append(_app(environ, _prefix(number)))
        number += 1
    return {"openid_connect": {"APPS": apps}} if apps else {}


def _prefix(number: int) -> str:
    return OIDC if number == 1 else f"{OIDC}{number}_"


def _app(environ: Mapping[str, str], prefix: str) -> dict[str, object]:
    missing = [name for name in ("SERVER_URL", "CLIENT_ID", "SECRET") if not environ.get(prefix + name)]
    if missing:
        raise ValueError(f"{prefix}ID is set, but these are not: {', '.join(prefix + name for name in missing)}.")
    server = urlsplit(environ[f"{prefix}SERVER_URL"])
    if server.scheme != "https" and server.hostname not in _LOCAL_HOSTS:
        raise ValueError(f"{prefix}SERVER_URL must start with https://.")
    return {
        "provider_id": environ[f"{prefix}ID"],
        "name": environ.get(f"{prefix}NAME") or environ[f"{prefix}ID"],
        "client_id": environ[f"{prefix}CLIENT_ID"],
        "secret": environ[f"{prefix}SECRET"],
        "settings": {"server_url": environ[f"{prefix}SERVER_URL"], "oauth_pkce_enabled": True},
    }


def openid_origins(environ: Mapping[str, str]) -> list[str]:
    """Return the origins of the sign-in services: a form that leads to one of them must be allowed to."""
    addresses = []
    number = 1
    while environ.get(f"{_prefix(number)}ID"):
        server = urlsplit(environ.get(f"{_prefix(number)}SERVER_URL", ""))
        addresses.append(f"{server.scheme}://{server.netloc}")
        number += 1
    return addresses
