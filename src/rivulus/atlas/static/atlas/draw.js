// Drawing on the map into a field: a textarea with data-draw ("point", "line" or "polygon") is filled in by clicking, and
// what is typed in it is shown. Enter draws at the middle of the map, Backspace takes the last place back, so that the
// keyboard does what the mouse does.
const field = document.querySelector("textarea[data-draw]");
const element = document.querySelector("#draw-map");

function read(text) {
  const numbers = text.split(",").map(Number);
  if (!text.includes("{") && numbers.length === 2 && numbers.every(Number.isFinite)) return { type: "Point", coordinates: [numbers[1], numbers[0]] };
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
  let places = placesOf(read(field.value));
  const data = () => {
    const shape = read(field.value);
    const marks = places.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    return { type: "FeatureCollection", features: [...(shape?.coordinates ? [{ type: "Feature", properties: {}, geometry: shape }] : []), ...marks] };
  };
  const show = () => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--rust-fill").trim();
    if (map.getSource("drawing")) return map.getSource("drawing").setData(data());
    map.addSource("drawing", { type: "geojson", data: data() });
    map.addLayer({ id: "drawing-area", type: "fill", source: "drawing", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.25 } });
    map.addLayer({ id: "drawing-line", type: "line", source: "drawing", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": 3 } });
    return map.addLayer({ id: "drawing-points", type: "circle", source: "drawing", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
  };
  const add = (place) => {
    places = kind === "point" ? [place] : [...places, place];
    field.value = written(kind, places);
    show();
  };
  show();
  element.addEventListener("rivulus-map:style", show);
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", ({ lngLat, originalEvent }) => {
    originalEvent.preventDefault();
    add([lngLat.lng, lngLat.lat]);
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const { lng, lat } = map.getCenter();
      add([lng, lat]);
    }
    if (event.key === "Backspace") {
      places = places.slice(0, -1);
      field.value = written(kind, places);
      show();
    }
  });
  field.addEventListener("change", () => {
    places = placesOf(read(field.value));
    show();
  });
}).catch(() => {});
