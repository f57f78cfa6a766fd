"""Colours that can be told from the ground they are drawn on, light or dark. Pure."""

import colorsys
import re
from functools import lru_cache

COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
GROUNDS = {False: "#f2f4f4", True: "#14181a"}
"""What maps are drawn on, by whether it is dark."""
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: graphical objects
STEPS = 50


@lru_cache(maxsize=2048)
def on_ground(colour: str, is_dark: bool) -> str:
    """Return the colour, as much lighter or darker as it takes to stand out from the ground."""
    ground = GROUNDS[is_dark]
    if contrast(colour, ground) >= LEAST_CONTRAST:
        return colour.lower()
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    goal = 1.0 if is_dark else 0.0
    for step in range(1, STEPS + 1):
        tried = _written(colorsys.hls_to_rgb(hue, lightness + (goal - lightness) * step / STEPS, saturation))
        if contrast(tried, ground) >= LEAST_CONTRAST:
            return tried
    return _written((goal, goal, goal))


def contrast(one: str, other: str) -> float:
    """Return the ratio of contrast of two colours, as WCAG defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
