"""Components: what they say, and what they never let through."""

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from django.utils.translation import override

from rivulus.ui.charts import Sketch, Spot
from rivulus.ui.samples import SampleForm
from rivulus.ui.templatetags import ui
from rivulus.ui.terms import StateName, Step

EVIL = '"><script>alert(1)</script>'


def drawn(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


EVERY_TEXT = {
    "number": "{% number value=evil unit=evil label=evil source=evil source_url=evil date=evil trend='up' size=evil %}",
    "money": "{% money amount=None note=evil %}",
    "state": "{% state value='met' label=evil since=evil compact=True %}",
    "chip": "{% chip code=evil state='met' href=evil title=evil %}",
    "level": "{% level value=1 label=evil %}",
    "progress": "{% progress percent=3 label=evil %}",
    "card": "{% card title=evil href=evil kicker=evil tone=evil %}{{ evil }}{% endcard %}",
    "table": "{% table caption=evil kind=evil %}{% endtable %}",
    "notice": "{% notice kind='info' title=evil %}{{ evil }}{% endnotice %}",
    "nothing": "{% nothing title=evil %}{{ evil }}{% endnothing %}",
    "explain": "{% explain summary=evil %}{{ evil }}{% endexplain %}",
    "summary": "{% summary_list %}{% summary_item term=evil %}{{ evil }}{% endsummary_item %}{% endsummary_list %}",
    "interpretation": "{% interpretation reason=evil %}",
    "badge": "{% badge text=evil %}",
    "source": "{% source document=evil place=evil url=evil date=evil %}",
    "crumbs": "{% breadcrumbs %}{% crumb text=evil href=evil %}{% endbreadcrumbs %}",
    "tabs": "{% tabs label=evil %}{% tab text=evil href=evil %}{% endtabs %}",
    "stepper": "{% stepper steps=steps label=evil %}",
    "button": "{% button text=evil name=evil value=evil kind=evil type=evil %}",
    "refused": "{% button text=evil disabled_reason=evil %}",
    "link": "{% button text=evil href=evil %}",
    "filter_form": "{% filter_form label=evil submit=evil reset_url=evil action=evil %}{% endfilter_form %}",
}


@pytest.mark.parametrize("name", EVERY_TEXT)
def test_texts_are_escaped(name):
    steps = (Step(label=EVIL, status="open", note=EVIL, date=EVIL),)
    html = drawn(EVERY_TEXT[name], evil=EVIL, steps=steps)
    assert "<script" not in html
    assert EVIL not in html
    assert not re.search(r"\sstyle=|\son\w+=", html)


def test_every_component_is_keyword_only():
    with pytest.raises(TypeError):
        ui.state("met")


def test_a_number_says_value_unit_date_source_and_trend():
    with override("ro"):
        html = drawn(
            "{% number value=value unit='m²' decimals=2 date=day source='cap. 6.4' trend='up' %}",
            value=Decimal("119.36"),
            day=date(2026, 11, 21),
        )
    for words in ("119,36", "m²", "21 noiembrie 2026", "cap. 6.4", "trend"):
        assert words in html


def test_a_missing_number_is_no_nought():
    with override("en"):
        html = drawn("{% number value=None unit='%' %}")
    assert "no value" in html
    assert "number-figure" not in html


@pytest.mark.parametrize("value", StateName)
def test_a_state_has_colour_shape_and_word_even_when_compact(value):
    with override("en"):
        html = drawn("{% state value=value compact=True %}", value=value)
        word = ui.state_words(value)
    assert f"state-{value}" in html
    assert "<svg" in html
    assert word in re.sub("<[^>]+>", "", html)


def test_each_state_has_a_shape_of_its_own():
    shapes = {re.search("<svg.*</svg>", drawn("{% state value=v %}", v=value)).group() for value in StateName}
    assert len(shapes) == len(StateName)


def test_an_unknown_state_is_a_mistake():
    with pytest.raises(ValueError, match="purple"):
        ui.state(value="purple")


@pytest.mark.parametrize(("fraction", "share"), [(-1.0, 0), (0.4, 15.2), (7.0, 38)])
def test_the_next_level_is_never_drawn_beyond_its_step(fraction, share):
    html = ui.level(value=2, fraction=fraction)
    found = re.findall(r'class="level-(?:part|full)"[^>]*width="([\d.]+)"', html)
    assert [float(n) for n in found] == [38, 38] + ([share] if share else [])


def test_pagination_keeps_the_filters():
    request = RequestFactory().get("/projects/", {"pillar": "E", "page": "2"})
    page = Paginator(range(100), 10).get_page(2)
    html = drawn("{% pagination page=page %}", page=page, request=request)
    assert "?pillar=E&amp;page=3" in html
    assert html.count('aria-current="page"') == 1


def test_a_single_page_needs_no_pagination():
    html = drawn("{% pagination page=page %}", page=Paginator([1], 10).get_page(1), request=RequestFactory().get("/"))
    assert html.strip() == ""


def test_a_wrong_field_is_tied_to_its_help_and_its_error():
    form = SampleForm({"kind": "half"})
    html = drawn("{% field field=field %}", field=form["name"])
    described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', html).group(1).split()
    assert set(described) == {"id_name_helptext", "id_name_error"}
    assert all(f'id="{one}"' in html for one in described)
    assert 'aria-invalid="true"' in html


def test_the_summary_of_a_form_leads_to_each_wrong_field():
    html = drawn("{% form_fields form=form %}", form=SampleForm({"kind": "half", "pillar": "x"}))
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html


def test_what_was_typed_comes_back_escaped():
    class Echo(forms.Form):
        name = forms.ChoiceField(choices=[("a", "a")])

    assert "<script" not in drawn("{% form_fields form=form %}", form=Echo({"name": EVIL}))


def test_a_refused_button_gives_its_reason():
    html = ui.button(text="Confirm", disabled_reason="A second person is needed.")
    assert "disabled" in html
    assert "A second person is needed." in html


def test_what_was_drawn_for_safe_text_is_not_given_for_the_same_text_unmarked():
    trusted = ui.chip(code="E1.1", state="met", title=mark_safe("<b>x</b>"))
    assert "<b>x</b>" in trusted
    assert "<b>x</b>" not in ui.chip(code="E1.1", state="met", title="<b>x</b>")
    assert "<b>x</b>" in ui.state(value="met", label=mark_safe("<b>x</b>"))
    assert "<b>x</b>" not in ui.state(value="met", label="<b>x</b>")


def test_a_map_carries_its_points_and_what_stands_in_its_stead() -> None:
    spots = (Spot(label="Stația “Centru”", longitude=23.58, latitude=47.66, rank=2, href="/x/"),)
    chart = Sketch(key="k", title="Stații", description="Unde", spots=spots, rank_words=("a", "b", "c"))
    page = Template("{% load maps %}{% sketch_map chart=chart %}").render(Context({"chart": chart}))
    element = re.search(r'data-features="([^"]+)"', page)
    assert element is not None
    (feature,) = json.loads(html.unescape(element[1]))["features"]
    assert feature["geometry"]["coordinates"] == [23.58, 47.66]
    assert feature["properties"]["label"] == "Stația “Centru”"
    assert "map-instead" in page and "<svg" in page
    assert "theme=dark" in page
