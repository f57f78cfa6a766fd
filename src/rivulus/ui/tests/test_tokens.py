"""Promises of the style sheets, computed from their text."""

import re
from itertools import product
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
SHEETS = sorted((HERE / "static" / "ui").glob("*.css"))
TOKENS = (HERE / "static" / "ui" / "tokens.css").read_text()
MINERALS = ("gold", "amethyst", "malachite", "chestnut", "stream", "stibnite", "rust")
GROUNDS = ("paper", "surface", "sunken")


def declarations(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def blocks() -> dict[str, dict[str, str]]:
    light, rest = TOKENS.split("@media (prefers-color-scheme: dark)", 1)
    by_system, chosen = rest.split(':root[data-theme="dark"]', 1)
    light_tokens = declarations(light)
    return {
        "light": light_tokens,
        "dark": light_tokens | declarations(by_system),
        "dark chosen": light_tokens | declarations(chosen.split("}")[0]),
    }


THEMES = blocks()


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme: str, one: str, other: str) -> float:
    def resolved(name: str) -> str:
        value = THEMES[theme][name]
        found = re.fullmatch(r"var\(--([\w-]+)\)", value)
        return resolved(found.group(1)) if found else value

    first, second = sorted((luminance(resolved(one)), luminance(resolved(other))), reverse=True)
    return (first + 0.05) / (second + 0.05)


def test_the_chosen_dark_is_the_dark_of_the_system():
    assert THEMES["dark"] == THEMES["dark chosen"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(theme):
    texts = ("ink", "ink-muted", "link", *MINERALS)
    low = {pair: contrast(theme, *pair) for pair in product(texts, GROUNDS) if contrast(theme, *pair) < 4.5}
    assert not low


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mineral", MINERALS)
def test_text_can_be_read_on_the_soft_ground_of_each_mineral(theme, mineral):
    for text in (mineral, "ink", "ink-muted", "link"):
        assert contrast(theme, text, f"{mineral}-soft") >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signs_and_borders_stand_out(theme):
    signs = ("edge", "focus", *(f"{mineral}-fill" for mineral in MINERALS))
    low = {pair: contrast(theme, *pair) for pair in product(signs, ("paper", "surface")) if contrast(theme, *pair) < 3}
    assert not low


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_buttons_and_the_foot_of_the_page_can_be_read(theme):
    pairs = [("on-fill", "action"), ("on-fill", "rust"), ("bark-ink", "bark"), ("bark-link", "bark")]
    assert all(contrast(theme, *pair) >= 4.5 for pair in pairs)


def test_every_colour_in_the_sheets_is_a_token():
    known = set(re.findall(r"--([\w-]+):", "".join(sheet.read_text() for sheet in SHEETS)))
    used = {name for sheet in SHEETS for name in re.findall(r"var\(--([\w-]+)", sheet.read_text())}
    assert used <= known


def test_the_sheets_ask_nothing_of_the_outside():
    for sheet in SHEETS:
        text = sheet.read_text()
        assert "@import" not in text
        assert not re.search(r"url\(\s*[\"']?(?:[a-z]+:)?//", text, re.IGNORECASE), sheet.name


def test_every_weight_brings_romanian_and_hungarian_letters():
    faces = re.findall(r"@font-face\s*{(.*?)}", (HERE / "static" / "ui" / "rivulus.css").read_text(), re.DOTALL)
    weights = {(re.search(r"weight: (\d+)", f).group(1), re.search(r"style: (\w+)", f).group(1)) for f in faces}
    assert len(faces) == 2 * len(weights)
    assert sum("U+0100-02BA" in face for face in faces) == len(weights)
