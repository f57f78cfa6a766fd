"""Sign-in services are named by the environment."""

import pytest

from rivulus.identity.terms import ROLE_NAMES, Role, openid_origins, openid_providers

KEYCLOAK = {
    "RIVULUS_OIDC_ID": "keycloak",
    "RIVULUS_OIDC_NAME": "Primăria Baia Mare",
    "RIVULUS_OIDC_SERVER_URL": "https://login.example.org/realms/city",
    "RIVULUS_OIDC_CLIENT_ID": "rivulus",
    "RIVULUS_OIDC_SECRET": "s3cret",
}


def test_nothing_set_means_no_service() -> None:
    assert openid_providers({}) == {}
    assert openid_origins({}) == []


def test_a_service_is_named_by_five_variables() -> None:
    (app,) = openid_providers(KEYCLOAK)["openid_connect"]["APPS"]  # type: ignore[misc,attr-defined]
    assert (app["provider_id"], app["name"]) == ("keycloak", "Primăria Baia Mare")
    assert app["settings"]["server_url"] == "https://login.example.org/realms/city"
    assert app["settings"]["oauth_pkce_enabled"] is True
    assert openid_origins(KEYCLOAK) == ["https://login.example.org"]


def test_a_second_service_has_a_number() -> None:
    second = {name.replace("OIDC_", "OIDC_2_"): value for name, value in KEYCLOAK.items()}
    apps = openid_providers(KEYCLOAK | second | {"RIVULUS_OIDC_2_ID": "roeid"})["openid_connect"]["APPS"]
    assert [app["provider_id"] for app in apps] == ["keycloak", "roeid"]  # type: ignore[attr-defined]


def test_half_a_service_is_refused_and_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="RIVULUS_OIDC_CLIENT_ID, RIVULUS_OIDC_SECRET"):
        openid_providers({name: KEYCLOAK[name] for name in ("RIVULUS_OIDC_ID", "RIVULUS_OIDC_SERVER_URL")})


def test_a_service_without_tls_is_refused_unless_it_is_this_machine() -> None:
    with pytest.raises(ValueError, match="https"):
        openid_providers(KEYCLOAK | {"RIVULUS_OIDC_SERVER_URL": "http://login.example.org"})
    assert openid_providers(KEYCLOAK | {"RIVULUS_OIDC_SERVER_URL": "http://127.0.0.1:8080/realms/city"})


def test_every_role_has_a_name() -> None:
    assert set(ROLE_NAMES) == set(Role)
