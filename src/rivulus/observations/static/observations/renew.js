// Renews what changes on a page ([data-renew]) while somebody looks at it; the focus, and where they are, stay as they are.
"use strict";
(() => {
  const EVERY_MS = 60000;

  async function renew() {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-renew]");
    const parts = document.querySelectorAll("[data-renew]");
    if (fresh.length !== parts.length) return;
    parts.forEach((part, at) => {
      const isUsed = part.contains(document.activeElement) || part.querySelector("details[open]");
      if (!isUsed && part.innerHTML !== fresh[at].innerHTML) part.replaceChildren(...fresh[at].childNodes);
    });
  }

  setInterval(() => renew().catch(() => {}), EVERY_MS);
})();
