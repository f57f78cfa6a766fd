// A picture of a series that can be looked at closely: it takes the place of the drawing made on the server, asks for
// finer stretches while somebody zooms, and never holds more than a few thousand points.
"use strict";
(() => {
  const ZONE = "Europe/Bucharest";
  const HEIGHT = 320;
  const NOT_BEFORE = 631152000; // 1990
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function words(language, options) {
    const format = new Intl.DateTimeFormat(language, { timeZone: ZONE, ...options });
    return (seconds) => format.format(new Date(seconds * 1000));
  }

  function axisWords(language) {
    const hour = words(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const day = words(language, { day: "numeric", month: "short" });
    const month = words(language, { month: "short", year: "numeric" });
    return (plot, splits) => {
      const reach = plot.scales.x.max - plot.scales.x.min;
      const say = reach < 2 * 86400 ? hour : reach < 200 * 86400 ? day : month;
      return splits.map(say);
    };
  }

  function options(box, size) {
    const { language, unit, name, mean, lowest, highest } = box.dataset;
    const line = token("--stream") || "#1f6f8b";
    const grid = { stroke: token("--line") || "#ddd", width: 1 };
    const ink = token("--ink-muted") || "#555";
    const font = "15px 'Atkinson Hyperlegible Next', sans-serif";
    const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 5 });
    const say = (_plot, value) => (value === null || value === undefined ? "–" : `${number.format(value)} ${unit}`);
    const when = words(language, { dateStyle: "medium", timeStyle: "short" });
    return {
      width: size,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), ZONE),
      cursor: { drag: { x: true, y: false } },
      scales: { x: { time: true } },
      axes: [
        { stroke: ink, grid, ticks: grid, font, values: axisWords(language), space: 90 },
        { stroke: ink, grid, ticks: grid, font, size: 70, values: (_plot, splits) => splits.map((v) => number.format(v)) },
      ],
      series: [
        { label: box.dataset.time, value: (_plot, value) => (value === null ? "–" : when(value)) },
        { label: highest, value: say, stroke: "transparent", points: { show: false } },
        { label: lowest, value: say, stroke: "transparent", points: { show: false } },
        { label: `${name}, ${mean}`, value: say, stroke: line, width: 2, points: { show: false } },
      ],
      bands: [{ series: [1, 2], fill: `color-mix(in srgb, ${line} 22%, transparent)` }],
    };
  }

  class Picture {
    constructor(box) {
      this.box = box;
      this.start = Number(box.dataset.start);
      this.end = Number(box.dataset.end);
      this.asked = 0;
      this.room = document.createElement("div");
      this.room.className = "series-plot";
      this.buttons = document.createElement("div");
      this.buttons.className = "cluster";
      for (const [word, move] of [
        [box.dataset.earlier, () => this.shift(-0.5)],
        [box.dataset.later, () => this.shift(0.5)],
        [box.dataset.zoomIn, () => this.zoom(0.5)],
        [box.dataset.zoomOut, () => this.zoom(2)],
      ]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-quiet";
        button.textContent = word;
        button.addEventListener("click", move);
        this.buttons.append(button);
      }
    }

    get width() {
      return Math.max(280, this.box.clientWidth);
    }

    async fetch() {
      const points = Math.min(2000, Math.round(this.width * (window.devicePixelRatio || 1)));
      const query = new URLSearchParams({ start: Math.round(this.start), end: Math.round(this.end), points });
      const number = ++this.asked;
      const answer = await fetch(`${this.box.dataset.chart}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || number !== this.asked) return null;
      const found = await answer.json();
      return [found.time, found.high, found.low, found.mean];
    }

    async show() {
      const data = await this.fetch();
      if (data === null) return;
      if (!this.plot) {
        const svg = this.box.querySelectorAll("svg.chart-svg");
        const place = svg.length ? svg[0].parentNode : this.box;
        place.insertBefore(this.room, svg.length ? svg[0] : null);
        for (const drawing of svg) drawing.remove();
        this.room.after(this.buttons);
        this.plot = new uPlot(options(this.box, this.width), data, this.room);
        this.plot.hooks.setSelect = [(plot) => this.select(plot)];
        new ResizeObserver(() => this.plot.setSize({ width: this.width, height: HEIGHT })).observe(this.box);
      }
      this.plot.batch(() => {
        this.plot.setData(data, false);
        this.plot.setScale("x", { min: this.start / 1000, max: this.end / 1000 });
        this.plot.setScale("y", { min: null, max: null });
      });
    }

    select(plot) {
      if (plot.select.width < 4) return;
      const left = plot.posToVal(plot.select.left, "x");
      const right = plot.posToVal(plot.select.left + plot.select.width, "x");
      plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      this.to(left * 1000, right * 1000);
    }

    shift(share) {
      const reach = this.end - this.start;
      this.to(this.start + reach * share, this.end + reach * share);
    }

    zoom(factor) {
      const middle = (this.start + this.end) / 2;
      const half = Math.max(((this.end - this.start) / 2) * factor, 30000);
      this.to(middle - half, middle + half);
    }

    to(start, end) {
      const latest = Date.now() + 60000;
      const late = Math.max(0, end - latest);
      this.start = Math.max(start - late, NOT_BEFORE * 1000);
      this.end = end - late;
      this.show();
    }
  }

  for (const box of document.querySelectorAll(".series-chart[data-chart]")) {
    new Picture(box).show().catch(() => {}); // the drawing of the server stays
  }
})();
