"""The components of the platform; each stands in the gallery at /ui/."""

from collections.abc import Sequence
from functools import lru_cache

from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeData, SafeString
from django.utils.translation import gettext

from rivulus.ui import charts, rules
from rivulus.ui.places import place_text
from rivulus.ui.presenters import (
    Amount,
    Day,
    active_language,
    basis_words,
    date_text,
    find_url,
    money_text,
    number_text,
    percent_text,
    state_words,
    trend_words,
)
from rivulus.ui.terms import BasisName, NoticeKind, StateName, Step, StepStatus, Tone

register = Library()


def _draw(component: str, /, **context: object) -> SafeString:
    return render_to_string(f"ui/components/{component}.html", context)


def _safety(*texts: object) -> tuple[bool, ...]:
    """Part of the key of what is kept: marked-as-safe text equals the same text unmarked, but is not escaped."""
    return tuple(isinstance(text, SafeData) for text in texts)


# --- words ---------------------------------------------------------------------------------------


for text_filter in (number_text, percent_text, money_text, date_text, place_text):
    register.filter(text_filter)


@register.filter
def notice_kind(level_tag: str) -> str:
    """The notice that fits a message of Django; "debug" and unknown levels are plain information."""
    return level_tag if level_tag in set(NoticeKind) else NoticeKind.INFO


# --- numbers and states --------------------------------------------------------------------------


@register.simple_tag
def number(
    *,
    value: Amount,
    unit: str = "",
    label: str = "",
    decimals: int | None = None,
    date: Day = None,
    source: str = "",
    source_url: str = "",
    trend: str = "",
    trend_meaning: str = "neutral",
    size: str = "medium",
) -> SafeString:
    """A value with its unit, date, source and trend."""
    return _draw(
        "number",
        figure=number_text(value, decimals),
        is_missing=value is None,
        unit=unit,
        label=label,
        date=date_text(date),
        source=source,
        source_url=source_url,
        trend=trend,
        trend_meaning=trend_meaning,
        trend_words=trend_words(trend, trend_meaning),
        size=size,
    )


@register.simple_tag
def money(*, amount: rules.Number | None, currency: str = "EUR", per_year: bool = False, note: str = "") -> SafeString:
    """An amount, or a word where none is stated."""
    return _draw(
        "money",
        figure="" if amount is None else money_text(amount, currency),
        per_year=per_year,
        note=note,
    )


@register.simple_tag
def state(*, value: str, label: str = "", since: Day = None, compact: bool = False) -> SafeString:
    """Colour, shape and word; `compact` keeps the word for screen readers and the pointer."""
    return _state(str(value), str(label), date_text(since), compact, active_language(), _safety(label, since))


@lru_cache(maxsize=1024)
def _state(value: str, label: str, since: str, compact: bool, language: str, safety: tuple[bool, ...]) -> SafeString:
    name = StateName(value)
    return _draw("state", value=name, word=label or state_words(name), since=since, compact=compact)


@register.simple_tag
def basis(*, value: str, compact: bool = False) -> SafeString:
    """How a state is known."""
    return _basis(str(value), compact, active_language())


@lru_cache(maxsize=64)
def _basis(value: str, compact: bool, language: str) -> SafeString:
    name = BasisName(value)
    word, sentence = basis_words(name)
    return _draw("basis", value=name, word=word, sentence=sentence, compact=compact)


@register.simple_tag
def chip(*, code: str, state: str, href: str = "", title: str = "", basis: str = "") -> SafeString:
    """A criterion in the matrix: shape and code, the rest in the title."""
    return _chip(
        str(code), str(state), str(href), str(title), str(basis), active_language(), _safety(code, href, title)
    )


@lru_cache(maxsize=4096)
def _chip(
    code: str, state: str, href: str, title: str, basis: str, language: str, safety: tuple[bool, ...]
) -> SafeString:
    name = StateName(state)
    basis_word = basis_words(BasisName(basis))[0] if basis else ""
    words = ", ".join(filter(None, (state_words(name), basis_word)))
    return _draw("chip", code=code, value=name, href=href, words=words, title=title)


@register.simple_tag
def level(
    *, value: int, total: int = 5, fraction: float | None = None, label: str = "", tone: str = "stream"
) -> SafeString:
    """Steps reached out of `total`, and the share (0..1) of the next."""
    share = min(max(fraction or 0.0, 0.0), 1.0)
    steps = [
        {"x": 42 * (n - 1), "width": 38 if n <= value else round(38 * share, 1) if n == value + 1 else 0}
        for n in range(1, total + 1)
    ]
    return _draw(
        "level",
        value=value,
        total=total,
        steps=steps,
        view_width=42 * total - 4,
        share=percent_text(share * 100, 0) if fraction is not None and value < total else "",
        label=label,
        tone=Tone(str(tone)),
    )


@register.simple_tag
def progress(*, percent: rules.Number | None, label: str = "", tone: str = "stream") -> SafeString:
    """A share of work done, in a bar and in words."""
    return _draw(
        "progress",
        width=0 if percent is None else min(max(float(percent), 0), 100) * 2,
        is_known=percent is not None,
        words="" if percent is None else percent_text(percent, 0),
        label=label,
        tone=Tone(str(tone)),
    )


# --- containers ----------------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str, *, title: str = "", href: str = "", heading: int = 3, kicker: str = "", tone: str = ""
) -> SafeString:
    """One thing, with the way to it."""
    return _draw("card", content=content, title=title, href=href, heading=f"h{int(heading)}", kicker=kicker, tone=tone)


@register.simple_block_tag
def table(content: str, *, caption: str, hide_caption: bool = False, dense: bool = False, kind: str = "") -> SafeString:
    """A table in a frame that scrolls by itself and can be reached by keyboard."""
    return _draw("table", content=content, caption=caption, hide_caption=hide_caption, dense=dense, kind=kind)


@register.simple_block_tag
def notice(content: str, *, kind: str = "info", title: str = "") -> SafeString:
    """A message with what to do next."""
    return _draw("notice", content=content, kind=NoticeKind(str(kind)), title=title)


@register.simple_block_tag
def nothing(content: str, *, title: str) -> SafeString:
    """An empty place that says what to do next."""
    return _draw("nothing", content=content, title=title)


@register.simple_block_tag
def explain(content: str, *, summary: str, open: bool = False) -> SafeString:
    """A method or a rule that opens in place."""
    return _draw("explain", content=content, summary=summary, open=open)


@register.simple_block_tag
def summary_list(content: str) -> SafeString:
    """Terms and what is said of each."""
    return _draw("summary_list", content=content)


@register.simple_block_tag
def summary_item(content: str, *, term: str) -> SafeString:
    """One term of a summary list."""
    return _draw("summary_item", content=content, term=term)


# --- small marks ---------------------------------------------------------------------------------


@register.simple_tag
def demonstration() -> SafeString:
    """The mark of what is made up."""
    return _draw("demonstration")


@register.simple_tag
def interpretation(*, reason: str = "") -> SafeString:
    """The mark of what the strategy does not say itself."""
    return _draw("interpretation", reason=reason)


@register.simple_tag
def badge(*, text: str, tone: str = "stibnite") -> SafeString:
    """A word in a frame."""
    return _draw("badge", text=text, tone=Tone(str(tone)))


@register.simple_tag
def source(*, document: str, place: str = "", url: str = "", date: Day = None) -> SafeString:
    """Where a fact comes from."""
    return _draw("source", document=document, place=place_text(place), url=url, date=date_text(date))


@register.simple_tag
def mark(*, size: int = 40) -> SafeString:
    """The sign of the platform: a chestnut leaf whose vein is the stream."""
    return _draw("mark", size=size)


# --- ways through --------------------------------------------------------------------------------


@register.simple_block_tag
def breadcrumbs(content: str) -> SafeString:
    """The way from the home page to here."""
    return _draw("breadcrumbs", content=content, home_url=find_url("home") or "/")


@register.simple_tag
def crumb(*, text: str, href: str = "") -> SafeString:
    """One step of the way."""
    return _draw("crumb", text=text, href=href)


@register.simple_block_tag
def tabs(content: str, *, label: str) -> SafeString:
    """Views of the same thing, as links."""
    return _draw("tabs", content=content, label=label)


@register.simple_tag
def tab(*, text: str, href: str, current: bool = False) -> SafeString:
    """One view."""
    return _draw("tab", text=text, href=href, current=current)


@register.simple_tag(takes_context=True)
def pagination(context: Context, *, page: Page, parameter: str = "page") -> SafeString:  # type: ignore[type-arg]
    """Links to the other pages of a list, with the filters of this one."""
    query = context["request"].GET.copy()

    def address(wanted: int) -> str:
        query[parameter] = str(wanted)
        return f"?{query.urlencode()}"

    wanted = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    pages = [(str(n), address(n) if isinstance(n, int) else "", n == page.number) for n in wanted]
    return _draw(
        "pagination",
        pages=pages,
        is_needed=page.paginator.num_pages > 1,
        before=address(page.previous_page_number()) if page.has_previous() else "",
        after=address(page.next_page_number()) if page.has_next() else "",
        number=page.number,
        total=page.paginator.num_pages,
    )


@register.simple_tag
def stepper(*, steps: Sequence[Step], label: str) -> SafeString:
    """The moves of a thing through its states."""
    words = {
        StepStatus.DONE: gettext("done"),
        StepStatus.CURRENT: gettext("now"),
        StepStatus.OPEN: gettext("to come"),
        StepStatus.REFUSED: gettext("refused"),
    }
    rows = [
        {"label": s.label, "status": StepStatus(s.status), "word": words[StepStatus(s.status)],
         "note": s.note, "date": date_text(s.date)}
        for s in steps
    ]  # fmt: skip
    return _draw("stepper", rows=rows, label=label)


# --- forms ---------------------------------------------------------------------------------------


@register.simple_tag
def button(
    *,
    text: str,
    href: str = "",
    kind: str = "primary",
    type: str = "submit",
    name: str = "",
    value: str = "",
    disabled_reason: str = "",
) -> SafeString:
    """A button or a link that looks like one; a refusal stands beside it in words."""
    return _draw(
        "button",
        text=text,
        href=href,
        kind=kind,
        type=type,
        name=name,
        value=value,
        disabled_reason=disabled_reason,
    )


@register.simple_tag
def field(*, field: BoundField) -> SafeString:
    """Label, help, errors and control, tied together as Django's own aria-describedby expects."""
    widget = field.field.widget
    return _draw(
        "field",
        field=field,
        is_checkbox=getattr(widget, "input_type", "") == "checkbox" and not field.use_fieldset,
        is_hidden=field.is_hidden,
    )


@register.simple_tag
def form_fields(*, form: BaseForm) -> SafeString:
    """What went wrong, with links to the fields, and then every field."""
    problems = [
        (f"#{bound.id_for_label or bound.auto_id}", bound.label, strip_tags(str(error)))
        for bound in form.visible_fields()
        for error in bound.errors
    ]
    return _draw("form_fields", form=form, problems=problems, general=form.non_field_errors())


@register.simple_block_tag
def filter_form(content: str, *, label: str, submit: str = "", reset_url: str = "", action: str = "") -> SafeString:
    """A form whose answer is an address that can be kept and sent."""
    return _draw(
        "filter_form",
        content=content,
        label=label,
        submit=submit or gettext("Show"),
        reset_url=reset_url,
        action=action,
    )


# --- charts --------------------------------------------------------------------------------------


@register.simple_tag
def chart(*, chart: charts.Chart) -> SafeString:
    """Picture, words and numbers of one chart."""
    language = active_language()
    return _draw(
        "chart",
        chart=chart,
        picture=charts.draw(chart, language),
        table=charts.table_of(chart, language),
    )
