// Drawing on the map into a field: a textarea with data-draw ("point", "line" or "polygon") is filled in by clicking, and
// what is typed in it is shown. A point is dragged to where it belongs. Enter draws at the middle of the map, Backspace
// takes the last point back, so that the keyboard does what the mouse does.
const field = document.querySelector("textarea[data-draw]");
const element = document.querySelector("#draw-map");
const tools = document.querySelector(".draw-tools");
const said = tools?.querySelector("[role=status]");
const words = tools?.dataset || {};
const GRIP_PX = 12;

function read(text) {
  const numbers = text.split(",").map(Number);
  if (!text.includes("{") && numbers.length === 2 && numbers.every(Number.isFinite)) return { type: "Point", coordinates: [numbers[1], numbers[0]] };
  const plain = /^\s*(POINT|LINESTRING|POLYGON)\s*\(+([^()]*)\)+\s*$/i.exec(text);
  if (plain) {
    const places = plain[2].split(",").map((pair) => pair.trim().split(/\s+/).map(Number));
    const type = { point: "Point", linestring: "LineString", polygon: "Polygon" }[plain[1].toLowerCase()];
    return { type, coordinates: type === "Point" ? places[0] : type === "Polygon" ? [places] : places };
  }
  try {
    const value = JSON.parse(text);
    return value.geometry || value;
  } catch {
    return null;
  }
}

function placesOf(shape) {
  if (!shape?.coordinates) return [];
  if (shape.type === "Point") return [shape.coordinates];
  if (shape.type === "LineString") return shape.coordinates;
  if (shape.type === "Polygon" && shape.coordinates.length === 1) return shape.coordinates[0].slice(0, -1);
  return [];
}

function written(kind, places) {
  const round = (place) => place.map((x) => Number(x.toFixed(7)));
  if (!places.length) return "";
  if (kind === "point") return `${places[0][1].toFixed(7)}, ${places[0][0].toFixed(7)}`;
  if (kind === "line" || places.length < 3) return JSON.stringify({ type: "LineString", coordinates: places.map(round) });
  return JSON.stringify({ type: "Polygon", coordinates: [[...places, places[0]].map(round)] });
}

// This script may run before the one that makes the element what it is.
if (field && element) customElements.whenDefined("rivulus-map").then(() => element.ready).then((map) => {
  const kind = field.dataset.draw;
  const canvas = map.getCanvas();
  const system = document.querySelector("select[name=crs]");
  const known = () => (!system || system.value === "4326" ? read(field.value) : null); // metres are not shown
  let places = placesOf(known());
  // What has holes or several parts is not drawn point by point: it is shown, and stays until somebody begins anew.
  const isWhole = () => Boolean(known()?.coordinates) && !places.length;
  const data = () => {
    const shape = known();
    const marks = places.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    return { type: "FeatureCollection", features: [...(shape?.coordinates ? [{ type: "Feature", properties: {}, geometry: shape }] : []), ...marks] };
  };
  const tell = () => {
    if (!said) return;
    if (isWhole()) said.textContent = words.whole;
    else if (kind === "point") said.textContent = places.length ? `${words.place}: ${field.value}` : words.none;
    else said.textContent = places.length ? `${words.points}: ${places.length}${kind === "polygon" && places.length < 3 ? `. ${words.three}` : ""}` : words.none;
    tools.querySelectorAll("button").forEach((button) => { button.disabled = !field.value; });
  };
  const show = () => {
    tell();
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--rust-fill").trim();
    if (map.getSource("drawing")) return map.getSource("drawing").setData(data());
    map.addSource("drawing", { type: "geojson", data: data() });
    map.addLayer({ id: "drawing-area", type: "fill", source: "drawing", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.25 } });
    map.addLayer({ id: "drawing-line", type: "line", source: "drawing", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": 3 } });
    return map.addLayer({ id: "drawing-points", type: "circle", source: "drawing", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
  };
  const put = (next) => {
    places = next;
    if (system) system.value = "4326";
    field.value = written(kind, places);
    show();
  };
  const add = (place) => (isWhole() ? tell() : put(kind === "point" ? [place] : [...places, place]));
  const undo = () => { if (!isWhole()) put(places.slice(0, -1)); };
  element.setAttribute("data-draws", "");
  show();
  element.addEventListener("rivulus-map:style", show);
  map.on("click", ({ lngLat, originalEvent }) => {
    originalEvent.preventDefault();
    add([lngLat.lng, lngLat.lat]);
  });
  const nearest = (point) => places.findIndex((place) => {
    const there = map.project(place);
    return Math.hypot(there.x - point.x, there.y - point.y) <= GRIP_PX;
  });
  const drag = (event) => {
    const index = nearest(event.point);
    if (index < 0) return;
    event.preventDefault(); // the point moves, not the map
    const move = ({ lngLat }) => put(places.map((place, at) => (at === index ? [lngLat.lng, lngLat.lat] : place)));
    map.on("mousemove", move);
    map.on("touchmove", move);
    for (const end of ["mouseup", "touchend"]) map.once(end, () => { map.off("mousemove", move); map.off("touchmove", move); });
  };
  map.on("mousedown", drag);
  map.on("touchstart", drag);
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const { lng, lat } = map.getCenter();
      add([lng, lat]);
    }
    if (event.key === "Backspace") undo();
  });
  tools?.removeAttribute("hidden");
  tools?.querySelector("[data-draw-do=undo]").addEventListener("click", undo);
  tools?.querySelector("[data-draw-do=clear]").addEventListener("click", () => put([]));
  for (const each of [field, system]) {
    each?.addEventListener("change", () => {
      places = placesOf(known());
      show();
    });
  }
}).catch(() => {});
