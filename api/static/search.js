// Search: rows by the arrows, more of them at the end, the paper beside each, preview, choosing, saving, exporting.
"use strict";
(() => {
  const { $, all, words, fill, say } = vouch;
  const ROW = ".hitrows tbody tr[data-id]", WIDE = 144, HIGH = 26, SVG = "http://www.w3.org/2000/svg";
  const rowAt = (element) => element?.closest?.(ROW);
  const chosen = () => all(`${ROW} .pick input`).filter((box) => box.checked).map((box) => Number(rowAt(box).dataset.id));
  vouch.rows(ROW);

  document.addEventListener("click", (event) => {
    const act = event.target.closest("#to-filters, #preview, #save, #export");
    if (act) return { "to-filters": toFilters, preview, save: () => $("#saving").showModal(), export: openExport }[act.id]();
    if (event.target.closest("[data-forget]")) return forget(event.target.closest("li"));
    const row = rowAt(event.target);
    if (row && event.target.matches(".pick, .pick input")) return event.target.matches("input") ? mark(row) : choose(row);
    if (row && !event.target.closest("a") && !getSelection().toString()) vouch.go(row.dataset.href);
  });

  vouch.onKey((event, name, inInput) => {
    if ($("#large").open && name === "w") return $("#large").close(), true;
    if (inInput || $("dialog[open]")) return false;
    const row = rowAt(document.activeElement);
    return name === "x" && row ? (choose(row), true) : false;
  });

  // On a narrow screen the filters lie over the rows while they are asked for.
  function toFilters() {
    if ($("#found").classList.toggle("filtering") || innerWidth > 832) $("#filters input:not([type=hidden])").focus();
  }

  function choose(row) {
    const box = $(".pick input", row);
    box.checked = !box.checked;
    mark(row);
  }

  function mark(row) {
    row.setAttribute("aria-selected", String($(".pick input", row).checked));
    const n = chosen().length;
    say(n ? fill(words().exportsome, { n: n.toLocaleString("en") }) : "");
  }

  function preview() {
    const row = rowAt(document.activeElement) ?? $(ROW);
    if (!row) return;
    $("#large-image").src = `/api/v1/pages/${row.dataset.page}/image?w=1200`;
    $("#large").showModal();
  }

  // The rows stand at once; the paper that answers follows for all of them in one go, in places that are kept for it.
  async function lookUp() {
    const table = $("#rows"), rows = all(`${ROW}:not([data-looked])`);
    if (!table || !rows.length) return;
    for (const row of rows) row.dataset.looked = "";
    for (let at = 0; at < rows.length; at += 100) {
      const some = rows.slice(at, at + 100), join = table.dataset.snippets.endsWith("?") ? "" : "&";
      const answer = await vouch.send(`${table.dataset.snippets}${join}${some.map((row) => `ids=${row.dataset.id}`).join("&")}`, { method: "GET" });
      if (!answer.ok) return say(vouch.reason(answer), true);
      for (const row of some) {
        const piece = $(".piece", row), found = answer.data[row.dataset.id];
        found ? draw(piece, found) : piece.classList.add("none");
      }
    }
  }

  function draw(place, { src, at: [x, y, w, h], marks }) {
    const image = Object.assign(new Image(WIDE, HIGH), { loading: "lazy", decoding: "async", alt: "", src });
    const over = document.createElementNS(SVG, "svg");
    over.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    over.setAttribute("aria-hidden", "true");
    over.append(...marks.map((box) => {
      const rect = document.createElementNS(SVG, "rect");
      ["x", "y", "width", "height"].forEach((name, i) => rect.setAttribute(name, box[i]));
      return rect;
    }));
    place.replaceChildren(image, over);
  }

  // The address holds how many rows were seen, so that Back brings them again.
  function remember() {
    const seen = all(ROW).length, url = new URL(location.href);
    if (seen <= 50) return;
    url.searchParams.set("rows", Math.min(1000, seen));
    history.replaceState(history.state, "", url);
  }

  function told(form, answer) {
    const fault = $(".fault", form);
    fault.hidden = answer.ok;
    fault.textContent = answer.ok ? "" : vouch.reason(answer);
    return answer.ok;
  }

  const wanted = () => JSON.parse($("#found").dataset.wanted);

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.id === "save-form") { event.preventDefault(); await save(form); }
    if (form.id === "export-form") { event.preventDefault(); await order(form); }
    if (form.matches(".renaming")) { event.preventDefault(); await rename(form.closest("li"), $("input", form).value); }
  });

  async function save(form) {
    const answer = await vouch.send("/api/v1/searches", { body: { ...wanted(), name: $("#save-name").value } });
    if (!told(form, answer)) return $("#save-name").focus();
    $("#save-name").value = "";
    $("#saving").close();
    await again();
    say(words().saved);
  }

  async function rename(line, name) {
    if (told(line, await vouch.send(`/api/v1/searches/${line.dataset.id}`, { method: "PATCH", body: { name } }))) await again();
  }

  async function forget(line) {
    if (!told(line, await vouch.send(`/api/v1/searches/${line.dataset.id}`, { method: "DELETE" }))) return;
    line.remove();
    await again();
  }

  // Fetches the lists of saved searches anew, and nothing else of the page.
  async function again() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["kept", "kept-list"]) document.getElementById(id).replaceWith(page.getElementById(id));
  }

  function openExport() {
    const some = chosen().length, n = some || Number($("#found").dataset.total);
    $("#export-count").textContent = fill(some ? words().exportsome : words().exportall, { n: n.toLocaleString("en") });
    $("#exporting").showModal();
    $("#export-reason").focus();
  }

  $("#export-form").addEventListener("change", (event) => {
    const format = event.currentTarget.elements.format.value;
    for (const part of all("[data-for]")) part.hidden = part.dataset.for !== format;
  });

  async function order(form) {
    const { format, originals, masked, reason } = form.elements, asked = wanted();
    const body = { ...asked, format: format.value, reason: reason.value, vouchers: chosen() };
    if (format.value === "zip") body.originals = originals.checked;
    if (format.value === "csv") body.masked = masked.checked;
    if (told(form, await vouch.send("/api/v1/exports", { body }))) vouch.go("/exports");
  }

  $("#large").onclick = () => $("#large").close();
  document.addEventListener("htmx:afterSettle", (event) => {
    lookUp();
    if (event.detail.elt?.matches?.("#rows, tr")) remember();
  });
  document.addEventListener("DOMContentLoaded", () => {
    $("#find").value = words().text;
    lookUp();
    if (document.activeElement === document.body) $(ROW)?.focus({ preventScroll: true });
  });
})();
