"""The gallery and the frame around every page."""

import re
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from rivulus.ui import presenters
from rivulus.ui.templatetags import maps, ui

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery(client: Client) -> str:
    return client.get(reverse("ui:gallery")).content.decode()


def test_every_component_stands_in_the_gallery(gallery):
    shown = set(re.findall(r'data-component="(\w+)"', gallery))
    assert set(ui.register.tags) | set(maps.register.tags) <= shown


def test_the_gallery_needs_no_inline_style_or_script(gallery):
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]* src=)", gallery)


def test_headings_never_skip_a_level(gallery):
    levels = [int(n) for n in re.findall(r"<h([1-6])", gallery)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique(gallery):
    ids = re.findall(r'\sid="([^"]+)"', gallery)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", ["ro", "en", "hu"])
def test_the_page_says_its_language_and_leads_to_the_others(client, language):
    prefix = "" if language == "ro" else f"/{language}"
    html = client.get(f"{prefix}/ui/?page=3").content.decode()
    assert f'<html lang="{language}">' in html
    assert {'href="/ui/?page=3"', 'href="/en/ui/?page=3"', 'href="/hu/ui/?page=3"'} <= set(
        re.findall(r'href="[^"]*page=3"', html)
    )


def test_the_frame_has_one_main_a_skip_link_and_named_navigations(gallery):
    assert gallery.count("<main") == 1
    assert 'href="#content"' in gallery
    assert all("aria-label=" in nav for nav in re.findall(r"<nav[^>]*>", gallery))


def test_the_longest_address_is_the_current_one(settings):
    settings.RIVULUS_NAVIGATION = [("ui:gallery", "Style guide"), ("no-such-page", "Nowhere")]
    with override("en"):
        links = presenters.navigation_of(reverse("ui:gallery") + "deeper/")
    assert [(label, current) for _, label, current in links] == [("Style guide", True)]


def test_an_address_that_does_not_exist_leads_to_the_front_pages():
    request = RequestFactory().get("/no/such/page/")
    assert [url for url, *_ in presenters.languages_of(request, "ro")] == ["/", "/en/", "/hu/"]


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_an_error_page_stands_without_any_context(name):
    html = render_to_string(f"{name}.html")
    assert "<h1>" in html
    assert 'href="/"' in html


@pytest.mark.parametrize("name", ["403", "404", "429"])
def test_an_error_page_says_what_to_do_next(name, rf):
    html = render_to_string(f"{name}.html", {"retry_after_s": 3}, request=rf.get("/"))
    assert "<h1>" in html
    assert 'class="button' in html
