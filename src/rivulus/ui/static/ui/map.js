// <rivulus-map>: places on the city's own map. What it holds between its tags is shown until the map is drawn, and stays
// where there is no WebGL: the list or drawing that says the same without a map. The library comes when somebody scrolls
// here. `element.ready` is a promise of the map for scripts of a page; `rivulus-map:ready` and `rivulus-map:style` tell of
// a first drawing and of a change between light and dark.
const DARK = matchMedia("(prefers-color-scheme: dark)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const TONES = { stream: "--stream-fill", gold: "--gold-fill", amethyst: "--amethyst-fill", malachite: "--malachite-fill", rust: "--rust-fill", stibnite: "--stibnite-fill", chestnut: "--chestnut-fill" };

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : DARK.matches;
}

class RivulusMap extends HTMLElement {
  constructor() {
    super();
    this.ready = new Promise((resolve, reject) => Object.assign(this, { _drawn: resolve, _failed: reject }));
    this.ready.catch(() => {});
  }

  connectedCallback() {
    if (this._begun) return;
    this._begun = true;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this._begin().catch((error) => this._giveUp(error));
    }, { rootMargin: "200px" });
    seen.observe(this);
  }

  disconnectedCallback() {
    this.map?.remove();
  }

  async _begin() {
    const words = JSON.parse(this.dataset.words || "{}");
    if (!document.querySelector(`link[href="${this.dataset.css}"]`)) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: this.dataset.css }));
    }
    const library = await import(this.dataset.library);
    library.setWorkerUrl(this.dataset.worker);
    this.library = library;
    const box = document.createElement("div");
    box.className = "map-canvas";
    this.prepend(box);
    const bounds = this.dataset.bounds ? this.dataset.bounds.split(",").map(Number) : null;
    const map = new library.Map({
      container: box,
      style: isDark() ? this.dataset.styleDark : this.dataset.styleLight,
      ...(bounds ? { bounds: [bounds.slice(0, 2), bounds.slice(2)], fitBoundsOptions: { padding: 32, maxZoom: 16 } } : {}),
      locale: words.controls || {},
      cooperativeGestures: this.hasAttribute("data-calm"),
      attributionControl: { compact: true },
      maxZoom: 20,
      minZoom: 6,
      fadeDuration: CALM.matches ? 0 : 200,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      rollEnabled: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new library.ScaleControl({ unit: "metric" }), "bottom-left");
    this.map = map;
    const canvas = map.getCanvas();
    canvas.setAttribute("aria-label", this.getAttribute("aria-label") || "");
    map.on("styleimagemissing", () => {});
    // A tile that does not come leaves a hole, not a broken page.
    map.on("error", (event) => console.debug("map:", event.error?.message));
    map.on("style.load", () => {
      this._addOwn();
      this.dispatchEvent(new CustomEvent("rivulus-map:style", { bubbles: true }));
    });
    await new Promise((resolve) => map.once("style.load", resolve));
    this.setAttribute("data-drawn", "");
    DARK.addEventListener("change", () => this._restyle());
    new MutationObserver(() => this._restyle()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    addEventListener("beforeprint", () => this._putOnPaper());
    this._drawn(map);
    this.dispatchEvent(new CustomEvent("rivulus-map:ready", { bubbles: true }));
  }

  _giveUp(error) {
    this.querySelector(".map-canvas")?.remove();
    this.setAttribute("data-failed", "");
    this._failed(error);
    console.debug("map:", error?.message);
  }

  // On paper stands a picture of what is looked at, with its sources.
  _putOnPaper() {
    const { map } = this;
    map.redraw();
    const paper = this.querySelector(".map-paper") || Object.assign(document.createElement("figure"), { className: "map-paper" });
    const picture = Object.assign(document.createElement("img"), { src: map.getCanvas().toDataURL(), alt: this.getAttribute("aria-label") || "" });
    const sources = document.createElement("figcaption");
    sources.textContent = this.querySelector(".maplibregl-ctrl-attrib-inner")?.textContent || "";
    paper.replaceChildren(picture, sources);
    this.querySelector(".map-canvas").after(paper);
  }

  _restyle() {
    this.map.setStyle(isDark() ? this.dataset.styleDark : this.dataset.styleLight, { diff: false });
  }

  // Points and shapes that the page itself brings, by a GeoJSON address or in the tag.
  _addOwn() {
    const data = this.dataset.geojson || (this.dataset.features && JSON.parse(this.dataset.features));
    if (!data) return;
    const { map } = this;
    const ink = token("--ink") || "#222";
    const ground = token("--surface") || "#fff";
    const tone = ["match", ["get", "tone"], ...Object.entries(TONES).flatMap(([name, value]) => [name, token(value)]), token("--stream-fill") || "#0e8290"];
    map.addSource("own", { type: "geojson", data });
    map.addLayer({ id: "own-areas", type: "fill", source: "own", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": tone, "fill-opacity": 0.3 } });
    map.addLayer({ id: "own-lines", type: "line", source: "own", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": tone, "line-width": 2.5 } });
    map.addLayer({ id: "own-points", type: "circle", source: "own", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": tone, "circle-radius": ["match", ["get", "rank"], 2, 9, 1, 8, 6], "circle-stroke-color": ground, "circle-stroke-width": 2 } });
    map.addLayer({ id: "own-names", type: "symbol", source: "own", minzoom: 13, filter: ["==", ["geometry-type"], "Point"], layout: { "text-field": ["get", "label"], "text-font": ["Noto Sans Regular"], "text-size": 13, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true }, paint: { "text-color": ink, "text-halo-color": ground, "text-halo-width": 1.5 } });
    if (this._listens) return;
    this._listens = true;
    for (const layer of ["own-points", "own-lines", "own-areas"]) {
      map.on("click", layer, (event) => this._tell(event));
      map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = this.hasAttribute("data-draws") ? "" : "pointer"; });
      map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
    }
  }

  _tell(event) {
    if (event.originalEvent.defaultPrevented || this.hasAttribute("data-draws")) return;
    event.originalEvent.preventDefault();
    const { label, note, href } = event.features[0].properties;
    const box = document.createElement("div");
    const head = document.createElement(href ? "a" : "strong");
    head.textContent = label;
    if (href) head.href = href;
    box.append(head);
    if (note) box.append(document.createElement("br"), note);
    new this.library.Popup({ maxWidth: "18rem" }).setLngLat(event.lngLat).setDOMContent(box).addTo(this.map);
  }
}

customElements.define("rivulus-map", RivulusMap);
