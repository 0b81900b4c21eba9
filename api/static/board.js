// The day board: asks every two seconds and changes only the cells that differ; focus, order and scroll stay.
"use strict";
(() => {
  const { $, all, words, fill } = vouch;
  const EVERY = 2000, STALE = 10000;
  const board = $("#board"), fresh = $("#fresh");
  let tag = "", last = Date.now(), at = fresh.textContent.match(/[\d:]{5,}/)?.[0] ?? "";

  vouch.rows("#board tbody tr");
  $("#next-gap")?.addEventListener("click", () => {
    const gaps = all("tr[data-gap]", board), rows = all("tbody tr", board);
    if (!gaps.length) return vouch.say(words().none);
    const from = rows.indexOf(document.activeElement.closest("tr"));
    const next = gaps.find((row) => rows.indexOf(row) > from) ?? gaps[0];
    vouch.focusRow(rows, rows.indexOf(next));
  });

  async function ask() {
    if (document.visibilityState === "visible") await refresh();
    showAge();
    setTimeout(ask, EVERY);
  }

  async function refresh() {
    try {
      const answer = await fetch(board.dataset.rows, { headers: { "If-None-Match": tag, Accept: "application/json" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok && answer.status !== 304) return;
      last = Date.now();
      at = answer.headers.get("X-At") ?? at;
      if (answer.status === 304) return;
      tag = answer.headers.get("ETag") ?? "";
      patch(await answer.text());
    } catch { /* the age of the figures tells it */ }
  }

  function patch(html) {
    const fetched = document.createElement("template");
    fetched.innerHTML = `<table><tbody>${html}</tbody></table>`;
    const rows = all("tr", fetched.content);
    if (board.tagName !== "TABLE") return rows.length && location.reload();
    for (const row of rows) patchRow(document.getElementById(row.id), row);
  }

  function patchRow(old, row) {
    if (!old) return $("tbody", board).append(row);
    old.toggleAttribute("data-gap", row.hasAttribute("data-gap"));
    [...row.cells].forEach((cell, i) => old.cells[i].innerHTML !== cell.innerHTML && patchCell(old.cells[i], cell));
  }

  function patchCell(old, cell) {
    const links = all("a", old), at = links.indexOf(document.activeElement);
    old.innerHTML = cell.innerHTML;
    if (at >= 0) (all("a", old)[at] ?? old.closest("tr")).focus({ preventScroll: true });
  }

  function showAge() {
    const stale = Date.now() - last > STALE;
    fresh.classList.toggle("stale", stale);
    fresh.textContent = fill(stale ? words().stale : words().updated, { at });
  }

  setTimeout(ask, EVERY);
})();
