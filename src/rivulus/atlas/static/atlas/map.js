// The map page: draws the layers that are ticked, says what is where somebody clicks, measures, finds, and keeps all of it
// in the address, so that a link shows the same to others.
const atlas = document.querySelector(".atlas");
const element = document.querySelector("#city-map");
const layers = new Map(JSON.parse(atlas.dataset.layers).map((layer) => [layer.code, layer]));
const words = JSON.parse(atlas.dataset.words);
const form = atlas.querySelector(".atlas-layers");
const said = atlas.querySelector(".atlas-said");
const panel = atlas.querySelector(".atlas-here");
const tools = atlas.querySelector(".atlas-tools");
const EARTH_M = 6371008.8;
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const ticked = () => [...form.querySelectorAll("input[name=layer]:checked")].map((box) => box.value);

function theme(map) {
  return map.getStyle().metadata?.["rivulus:theme"] || "light";
}

function draw(map) {
  const wanted = new Set(ticked());
  for (const [code, layer] of layers) {
    const source = `layer-${code}`;
    const isThere = Boolean(map.getSource(source));
    if (wanted.has(code) && !isThere) {
      map.addSource(source, { type: "vector", tiles: [location.origin + layer.tiles], maxzoom: 18, attribution: layer.attribution });
      layer[theme(map)].forEach((each) => map.addLayer(each));
    } else if (!wanted.has(code) && isThere) {
      map.getStyle().layers.filter((each) => each.source === source).forEach((each) => map.removeLayer(each.id));
      map.removeSource(source);
    }
  }
}

function address(map) {
  const url = new URL(location.href);
  url.searchParams.delete("layer");
  url.searchParams.set("layers", ticked().join(","));
  const { lng, lat } = map.getCenter();
  url.hash = `${map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
  return url;
}

function remember(map) {
  history.replaceState(null, "", address(map));
}

function goWhereTheAddressSays(map) {
  const [zoom, lat, lng] = location.hash.slice(1).split("/").map(Number);
  if ([zoom, lat, lng].every(Number.isFinite) && location.hash) map.jumpTo({ zoom, center: [lng, lat] });
}

async function tellWhatIsAt(map, lng, lat) {
  const perPixel = (40075016.7 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
  const url = new URL(atlas.dataset.here, location.href);
  const asked = { lon: lng.toFixed(6), lat: lat.toFixed(6), within: Math.min(500, 10 * perPixel).toFixed(1), layers: ticked().join(",") || "-", part: "1" };
  if (atlas.dataset.day) asked.on = atlas.dataset.day;
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  said.textContent = words.looking;
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    panel.querySelector("[data-here-content]").innerHTML = await answer.text();
    panel.hidden = false;
    said.textContent = "";
    panel.querySelector("h2").focus({ preventScroll: innerWidth > 960 });
  } catch {
    said.textContent = words.failed;
  }
}

// --- measuring ------------------------------------------------------------------------------------

const radians = (degrees) => (degrees * Math.PI) / 180;

function lengthOf(places) {
  let total = 0;
  for (let i = 1; i < places.length; i += 1) {
    const [a, b] = [places[i - 1], places[i]];
    const dLat = radians(b[1] - a[1]);
    const dLon = radians(b[0] - a[0]);
    const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(dLon / 2) ** 2;
    total += 2 * EARTH_M * Math.asin(Math.sqrt(h));
  }
  return total;
}

function areaOf(places) {
  let total = 0;
  for (let i = 0; i < places.length; i += 1) {
    const [a, b] = [places[i], places[(i + 1) % places.length]];
    total += radians(b[0] - a[0]) * (2 + Math.sin(radians(a[1])) + Math.sin(radians(b[1])));
  }
  return Math.abs((total * EARTH_M * EARTH_M) / 2);
}

const metres = (m) => (m >= 1000 ? `${number.format(m / 1000)} km` : `${number.format(Math.round(m))} m`);
const squares = (m) => (m >= 10000 ? `${number.format(m / 10000)} ha` : `${number.format(Math.round(m))} m²`);

class Measure {
  constructor(map) {
    this.map = map;
    this.kind = "";
    this.places = [];
  }

  begin(kind) {
    this.end();
    Object.assign(this, { kind, places: [] });
    this.map.doubleClickZoom.disable();
    this.map.getCanvas().style.cursor = "crosshair";
    this.map.getCanvas().focus();
    said.textContent = words.measure;
  }

  add(place) {
    this.places.push(place);
    this.show();
  }

  end() {
    if (!this.kind) return;
    this.kind = "";
    this.map.getCanvas().style.cursor = "";
    setTimeout(() => this.map.doubleClickZoom.enable(), 300);
  }

  shape() {
    const isArea = this.kind === "area" && this.places.length > 2;
    return isArea ? { type: "Polygon", coordinates: [[...this.places, this.places[0]]] } : { type: "LineString", coordinates: this.places };
  }

  show() {
    const { map, places } = this;
    const points = places.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    const shapes = places.length > 1 ? [{ type: "Feature", properties: {}, geometry: this.shape() }] : [];
    const data = { type: "FeatureCollection", features: [...points, ...shapes] };
    if (map.getSource("measure")) map.getSource("measure").setData(data);
    else {
      map.addSource("measure", { type: "geojson", data });
      const colour = getComputedStyle(document.documentElement).getPropertyValue("--amethyst-fill").trim();
      map.addLayer({ id: "measure-area", type: "fill", source: "measure", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.2 } });
      map.addLayer({ id: "measure-line", type: "line", source: "measure", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": 3 } });
      map.addLayer({ id: "measure-points", type: "circle", source: "measure", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": 5 } });
    }
    if (places.length < 2) return;
    said.textContent = this.kind === "area" && places.length > 2 ? `${words.area}: ${squares(areaOf(places))}` : `${words.length}: ${metres(lengthOf(places))}`;
  }
}

// --- finding ----------------------------------------------------------------------------------------

function setUpSearch(map, library) {
  const search = atlas.querySelector(".atlas-search");
  if (!search) return;
  const field = search.querySelector("input");
  const list = search.querySelector("#atlas-found");
  let asked = 0;
  let marker = null;

  function show(found) {
    list.replaceChildren();
    const rows = document.createElement("ul");
    for (const place of found) {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.href = place.url;
      link.textContent = place.detail ? `${place.label}, ${place.detail}` : place.label;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        list.replaceChildren();
        field.value = place.label;
        marker?.remove();
        marker = new library.Marker().setLngLat([place.longitude, place.latitude]).addTo(map);
        map.fitBounds([place.bounds.slice(0, 2), place.bounds.slice(2)], { maxZoom: 17, padding: 60 });
        tellWhatIsAt(map, place.longitude, place.latitude);
      });
      row.append(link);
      rows.append(row);
    }
    if (found.length) list.append(rows);
    else list.textContent = words.none_found;
  }

  async function find() {
    const text = field.value.trim();
    const turn = (asked += 1);
    if (text.length < 2) return list.replaceChildren();
    const url = new URL(search.action);
    url.search = new URLSearchParams({ q: text, format: "json" });
    try {
      const answer = await fetch(url);
      if (answer.ok && turn === asked) show((await answer.json()).places);
    } catch {
      list.textContent = words.failed;
    }
    return undefined;
  }

  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 150);
  });
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    find().then(() => list.querySelector("a")?.focus());
  });
}

// --- together -----------------------------------------------------------------------------------------

// This script may run before the one that makes the element what it is.
customElements.whenDefined("rivulus-map").then(() => element.ready).then((map) => {
  const measure = new Measure(map);
  goWhereTheAddressSays(map);
  draw(map);
  element.addEventListener("rivulus-map:style", () => { draw(map); if (measure.places.length) measure.show(); });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "layer") return;
    draw(map);
    remember(map);
  });
  map.on("moveend", () => remember(map));
  map.on("click", ({ lngLat, originalEvent }) => {
    if (measure.kind) return measure.add([lngLat.lng, lngLat.lat]);
    if (originalEvent.defaultPrevented) return undefined;
    return tellWhatIsAt(map, lngLat.lng, lngLat.lat);
  });
  map.on("dblclick", () => measure.end());
  map.getCanvas().addEventListener("keydown", (event) => {
    const { lng, lat } = map.getCenter();
    if (event.key !== "Enter") return undefined;
    return measure.kind ? (event.shiftKey ? measure.end() : measure.add([lng, lat])) : tellWhatIsAt(map, lng, lat);
  });
  tools.hidden = false;
  tools.addEventListener("click", async (event) => {
    const doing = event.target.closest("[data-do]")?.dataset.do;
    const { lng, lat } = map.getCenter();
    if (doing === "measure-length") measure.begin("length");
    if (doing === "measure-area") measure.begin("area");
    if (doing === "centre") tellWhatIsAt(map, lng, lat);
    if (doing === "link") {
      await navigator.clipboard?.writeText(address(map).href).catch(() => {});
      remember(map);
      said.textContent = words.linked;
    }
    if (doing === "print") {
      const box = map.getBounds();
      const url = new URL(event.target.closest("a").href);
      url.search = new URLSearchParams({ layers: ticked().join(","), bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((x) => x.toFixed(6)).join(","), ...(atlas.dataset.day ? { on: atlas.dataset.day } : {}) });
      event.target.closest("a").href = url;
    }
  });
  setUpSearch(map, element.library);
}).catch(() => {});
