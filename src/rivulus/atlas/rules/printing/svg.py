"""Features and styles as an SVG picture, in millimetres: areas, lines, dots, names that leave room for one another. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from rivulus.atlas.rules.printing.expressions import Scene, evaluate
from rivulus.atlas.rules.printing.reading import NAMES, Drawable
from rivulus.atlas.rules.printing.sheets import PIXEL_MM, Sheet
from rivulus.atlas.rules.tiles.grid import Floats
from rivulus.atlas.rules.tiles.paths import LINE, POINT, POLYGON

MARGIN_MM = 4.0
FINEST_MM, SMALLEST_MM = 0.06, 0.25
LETTER_SHARE = 0.56  # of the size, how wide a letter is
MOST_BEND = 0.5  # radians along a name
MOST_NAMES = 400

type Style = Mapping[str, Any]


class Picture:
    """A picture in the making; layers are drawn in the order in which they come, names above all of them."""

    def __init__(self, sheet: Sheet, family: str) -> None:
        self.sheet, self.family = sheet, family
        self.drawn: list[str] = []
        self.names: list[str] = []
        self.taken: list[tuple[float, float, float, float]] = []
        self.said: set[tuple[str, int, int]] = set()
        self.kept: dict[int, list[Floats]] = {}
        self.waiting: list[tuple[Style, list[Drawable]]] = []

    def draw(self, style: Style, features: Iterable[Drawable]) -> None:
        """Draw one layer of a style."""
        zoom = self.sheet.zoom
        if not style.get("minzoom", 0) <= zoom < style.get("maxzoom", 24):
            return
        if style["type"] == "symbol":
            self.waiting.append((style, list(features)))
        else:
            self._draw_all(style, features)

    def _draw_all(self, style: Style, features: Iterable[Drawable]) -> None:
        zoom, wanted = self.sheet.zoom, style.get("filter")
        for feature in features:
            scene = Scene(zoom, feature.properties, NAMES.get(feature.kind, ""))
            if wanted is None or evaluate(wanted, scene):
                self._draw_one(style, feature, scene)

    def _draw_one(self, style: Style, feature: Drawable, scene: Scene) -> None:
        match style["type"]:
            case "fill" if feature.kind == POLYGON:
                self._fill(style, feature, scene)
            case "line" if feature.kind in (LINE, POLYGON):
                self._line(style, feature, scene)
            case "circle" if feature.kind == POINT:
                self._circle(style, feature, scene)
            case "symbol":
                self._name(style, feature, scene)

    def _paths(self, feature: Drawable) -> list[Floats]:
        """In millimetres; kept, since one feature is drawn by several layers of a style."""
        known = self.kept.get(id(feature))
        if known is None:
            known = self.kept[id(feature)] = [
                placed for path in feature.paths if len(placed := _thinned(self.sheet.place(path), feature.kind))
            ]
        return known

    def _fill(self, style: Style, feature: Drawable, scene: Scene) -> None:
        paths = self._clipped([path for path in self._paths(feature) if _size(path) >= SMALLEST_MM], is_area=True)
        if paths:
            paint = style["paint"]
            self.drawn.append(
                f'<path d="{_data(paths, is_closed=True)}" fill={_colour(paint["fill-color"], scene)}'
                f' fill-opacity="{_value(paint, "fill-opacity", 1, scene):.2f}" fill-rule="evenodd"/>'
            )

    def _line(self, style: Style, feature: Drawable, scene: Scene) -> None:
        rings = feature.kind == POLYGON
        paths = self._clipped([_closed(path) if rings else path for path in self._paths(feature)], is_area=False)
        if not paths:
            return
        paint = style["paint"]
        width = _value(paint, "line-width", 1, scene) * PIXEL_MM
        dash = " ".join(f"{max(part * width, 0.1):.2f}" for part in evaluate_list(paint.get("line-dasharray")))
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.drawn.append(
            f'<path d="{_data(paths, is_closed=False)}" fill="none"'
            f' stroke={_colour(paint["line-color"], scene)} stroke-width="{max(width, 0.08):.2f}"'
            f' stroke-opacity="{_value(paint, "line-opacity", 1, scene):.2f}" stroke-linejoin="round"'
            f' stroke-linecap="{style.get("layout", {}).get("line-cap", "butt")}"{dashes}/>'
        )

    def _circle(self, style: Style, feature: Drawable, scene: Scene) -> None:
        paint = style["paint"]
        for path in self._paths(feature):
            for x, y in path:
                if self._sees(x, y):
                    self.drawn.append(
                        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{_value(paint, "circle-radius", 5, scene) * PIXEL_MM:.2f}"'
                        f" fill={_colour(paint['circle-color'], scene)}"
                        f" stroke={_colour(paint.get('circle-stroke-color', '#ffffff'), scene)}"
                        f' stroke-width="{_value(paint, "circle-stroke-width", 0, scene) * PIXEL_MM:.2f}"/>'
                    )

    def _clipped(self, paths: Sequence[Floats], *, is_area: bool) -> list[Floats]:
        """Only what is near the frame: the rest would make the file large, and the edges of areas too."""
        sheet = self.sheet
        low, right, bottom = -MARGIN_MM, sheet.width_mm + MARGIN_MM, sheet.height_mm + MARGIN_MM
        found: list[Floats] = []
        for path in paths:
            (x0, y0), (x1, y1) = path.min(axis=0), path.max(axis=0)
            if x1 < low or y1 < low or x0 > right or y0 > bottom or len(path) < 2:
                continue
            if x0 >= low and y0 >= low and x1 <= right and y1 <= bottom:
                found.append(path)
            elif is_area:
                ring = shapely.linearrings(path) if len(path) > 2 else None
                if ring is not None:
                    cut = shapely.clip_by_rect(shapely.make_valid(shapely.Polygon(ring)), low, low, right, bottom)
                    found += [shapely.get_coordinates(part.exterior) for part in _parts(cut, "Polygon")]
            else:
                cut = shapely.clip_by_rect(shapely.LineString(path), low, low, right, bottom)
                found += [shapely.get_coordinates(part) for part in _parts(cut, "LineString")]
        return found

    # names ------------------------------------------------------------------------------------------

    def _name(self, style: Style, feature: Drawable, scene: Scene) -> None:
        layout, paint = style["layout"], style["paint"]
        text = str(evaluate(layout["text-field"], scene) or "").strip()
        paths = self._paths(feature)
        if not text or not paths or len(self.names) >= MOST_NAMES:
            return
        size = float(evaluate(layout.get("text-size", 12), scene)) * PIXEL_MM
        weight = 700 if "Bold" in str(layout.get("text-font", "")) else 400
        if layout.get("symbol-placement") == "line":
            self._name_along(text, size, weight, paths, paint, scene)
        else:
            x, y = _middle_of(paths, feature.kind)
            below = size * 1.1 if feature.kind == POINT and "text-variable-anchor" in layout else size * 0.35
            self._put(text, x, y + below, 0.0, size, weight, paint, scene)

    def _name_along(
        self, text: str, size: float, weight: int, paths: Sequence[Floats], paint: Style, scene: Scene
    ) -> None:
        width = len(text) * size * LETTER_SHARE
        for path in sorted(self._clipped(paths, is_area=False), key=_length, reverse=True)[:1]:
            line = shapely.LineString(path)
            if line.length < width * 1.15:
                continue
            ends = [line.interpolate(line.length / 2 + side * width / 2) for side in (-1, 1)]
            bend = line.interpolate(line.length / 2)
            along = math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x)
            first = math.atan2(bend.y - ends[0].y, bend.x - ends[0].x)
            if abs(math.remainder(first - along, math.tau)) > MOST_BEND / 2:
                continue
            if abs(along) > math.pi / 2:
                along -= math.copysign(math.pi, along)
            self._put(text, bend.x, bend.y + size * 0.35, math.degrees(along), size, weight, paint, scene)

    def _put(
        self, text: str, x: float, y: float, angle: float, size: float, weight: int, paint: Style, scene: Scene
    ) -> None:
        """Where nothing else stands, within the frame, and not the same name twice near itself."""
        half, high = len(text) * size * LETTER_SHARE / 2, size * 0.7
        turned = math.radians(angle)
        wide = abs(half * math.cos(turned)) + high * abs(math.sin(turned))
        tall = abs(half * math.sin(turned)) + high * abs(math.cos(turned))
        box = (x - wide, y - size * 0.35 - tall, x + wide, y - size * 0.35 + tall)
        sheet, near = self.sheet, (text, round(x / 40), round(y / 40))
        if box[0] < 1 or box[1] < 1 or box[2] > sheet.width_mm - 1 or box[3] > sheet.height_mm - 1 or near in self.said:
            return
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.taken):
            return
        self.taken.append(box)
        self.said.add(near)
        around = f' transform="rotate({angle:.1f} {x:.2f} {y - size * 0.35:.2f})"' if angle else ""
        common = (
            f'x="{x:.2f}" y="{y:.2f}" font-family={quoteattr(self.family)} font-size="{size:.2f}"'
            f' font-weight="{weight}" text-anchor="middle"{around}'
        )
        halo = _colour(paint.get("text-halo-color", "#ffffff"), scene)
        words = escape(text)
        self.names.append(
            f'<text {common} fill="none" stroke={halo} stroke-width="{size * 0.22:.2f}" stroke-linejoin="round">{words}'
            f"</text><text {common} fill={_colour(paint['text-color'], scene)}>{words}</text>"
        )

    def _sees(self, x: float, y: float) -> bool:
        return (
            -MARGIN_MM <= x <= self.sheet.width_mm + MARGIN_MM and -MARGIN_MM <= y <= self.sheet.height_mm + MARGIN_MM
        )

    def finish(self, ground: str) -> str:
        """Return the picture."""
        for style, features in reversed(self.waiting):  # what is drawn last finds room first, as on the screen
            self._draw_all(style, features)
        self.waiting.clear()
        width, height = self.sheet.width_mm, self.sheet.height_mm
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
            f'<defs><clipPath id="frame"><rect width="{width}" height="{height}"/></clipPath></defs>'
            f'<rect width="{width}" height="{height}" fill={quoteattr(ground)}/>'
            f'<g clip-path="url(#frame)">{"".join(self.drawn)}{"".join(self.names)}</g></svg>'
        )


def evaluate_list(value: Any) -> Sequence[float]:
    """Return the numbers of a dash, none where there is none."""
    return [float(part) for part in value] if isinstance(value, list) else []


def _value(paint: Style, name: str, usual: float, scene: Scene) -> float:
    return float(evaluate(paint.get(name, usual), scene))


def _colour(expression: Any, scene: Scene) -> str:
    return quoteattr(str(evaluate(expression, scene)))


def _thinned(path: Floats, kind: int) -> Floats:
    """Without what the eye cannot tell apart."""
    if kind == POINT or len(path) < 3:
        return path
    thin = shapely.simplify(shapely.linestrings(path), FINEST_MM, preserve_topology=False)
    found: Floats = shapely.get_coordinates(thin)
    return found if len(found) > (2 if kind == POLYGON else 1) else path[:0]


def _closed(ring: Floats) -> Floats:
    return np.concatenate([ring, ring[:1]])


def _size(path: Floats) -> float:
    return float((path.max(axis=0) - path.min(axis=0)).max())


def _length(path: Floats) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def _parts(geometry: Any, kind: str) -> list[Any]:
    return [part for part in shapely.get_parts(geometry) if part.geom_type == kind and not part.is_empty]


def _middle_of(paths: Sequence[Floats], kind: int) -> tuple[float, float]:
    if kind == POLYGON and len(paths[0]) > 2:
        point = shapely.Polygon(paths[0]).buffer(0).representative_point()
        if not point.is_empty:
            return point.x, point.y
    path = paths[0]
    middle = path[len(path) // 2]
    return float(middle[0]), float(middle[1])


def _data(paths: Sequence[Floats], *, is_closed: bool) -> str:
    end = "Z" if is_closed else ""
    return "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in path.tolist()) + end for path in paths)
