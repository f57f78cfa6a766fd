// Keeps the numbers of a page fresh while somebody looks at it. Without this script the page is right when it is opened.
"use strict";
(() => {
  const EVERY_MS = 20000;
  const GATHER_MS = 1500;
  const places = new Map();
  for (const place of document.querySelectorAll("[data-live]")) {
    const list = places.get(place.dataset.live) ?? [];
    list.push(place);
    places.set(place.dataset.live, list);
  }
  if (!places.size) return;
  const prefix = { ro: "" }[document.documentElement.lang] ?? `/${document.documentElement.lang}`;

  function put(key, text) {
    for (const place of places.get(key) ?? []) {
      if (text && place.textContent !== text) {
        place.textContent = text;
        place.classList.add("is-fresh");
        setTimeout(() => place.classList.remove("is-fresh"), 2000);
      }
    }
  }

  async function look() {
    if (document.hidden) return;
    const keys = [...places.keys()].slice(0, 200).join(",");
    const answer = await fetch(`${prefix}/observations/latest?series=${keys}`);
    if (!answer.ok) return;
    const found = await answer.json();
    for (const [key, value] of Object.entries(found.series)) put(key, value.text);
    listen(found.gate);
  }

  // The gate tells when something new is there; what it says in words still comes from the page's own address.
  let stream = null;
  let waiting = false;
  function listen(gate) {
    if (stream || !gate) return;
    const origin = gate.url || `${location.protocol}//${location.hostname}:${gate.port}`;
    const keys = [...places.keys()].slice(0, 200).join(",");
    stream = new EventSource(`${origin}/live/stream?series=${keys}`);
    stream.addEventListener("observation", () => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        look().catch(() => {});
      }, GATHER_MS);
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) stream.close(); // asking every 20 seconds goes on
    });
  }

  setTimeout(() => look().catch(() => {}), GATHER_MS);
  setInterval(() => look().catch(() => {}), EVERY_MS);
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
})();
