// The system page: says when its figures have not come for ten seconds.
"use strict";
(() => {
  const STALE = 10000;
  let last = Date.now();
  document.body.addEventListener("htmx:afterSwap", () => { last = Date.now(); });
  setInterval(() => {
    document.getElementById("fresh")?.classList.toggle("stale", Date.now() - last > STALE);
  }, 1000);
})();
