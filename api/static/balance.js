// The balance: j and k walk the differences, each with its evidence and the image at its region.
"use strict";
(() => {
  const { $, all } = vouch;
  const evidence = $("#evidence"), rows = all("#gaps [data-gap]");
  let asked = 0, at = Math.max(0, rows.findIndex((row) => row.hasAttribute("aria-current")));

  // Keys are quicker than answers: only the answer to the last question is shown.
  async function show(gap) {
    asked = gap;
    try {
      const answer = await fetch(`${evidence.dataset.href}?gap=${gap}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const html = await answer.text();
      if (asked !== gap) return;
      evidence.innerHTML = html;
      htmx.process(evidence);
      light();
    } catch {
      vouch.say(vouch.words().lost, true);
    }
  }

  async function choose(to) {
    if (!rows.length) return;
    at = Math.max(0, Math.min(rows.length - 1, to));
    for (const row of rows) { row.removeAttribute("aria-current"); row.tabIndex = -1; }
    const row = rows[at];
    row.setAttribute("aria-current", "true");
    row.tabIndex = 0;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const url = new URL(location.href);
    url.searchParams.set("gap", at + 1);
    history.replaceState(history.state, "", url);
    await show(at + 1);
  }

  // The box of the field on its region, whatever size the region is drawn at.
  function light() {
    const image = $(".cut img", evidence), lit = $(".cut .lit", evidence);
    if (!image) return;
    const [rx, ry, rw] = image.dataset.region.split(",").map(Number), [x, y, w, h] = image.dataset.box.split(",").map(Number);
    const draw = () => {
      const s = image.clientWidth / rw;
      lit.hidden = false;
      Object.assign(lit.style, { left: `${(x - rx) * s - 6}px`, top: `${(y - ry) * s - 6}px`, width: `${w * s + 12}px`, height: `${h * s + 12}px` });
    };
    new ResizeObserver(draw).observe(image);
  }

  vouch.onKey((event, name, inInput) => {
    if (inInput || $("dialog[open]")) return false;
    if (name === "j" || name === "ArrowDown") return choose(at + 1), true;
    if (name === "k" || name === "ArrowUp") return choose(at - 1), true;
    return false;
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("#gaps [data-gap]");
    if (row) void choose(rows.indexOf(row));
    const reason = event.target.closest("[data-reason]");
    if (reason) { $("#reason").value = reason.dataset.reason; $("#reason").focus(); }
  });
  document.addEventListener("submit", (event) => {
    const field = $("#reason", event.target);
    if (field && !field.value.trim()) { event.preventDefault(); field.focus(); }
  });
  light();
})();
