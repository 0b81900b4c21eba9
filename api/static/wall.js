// The sheet wall: a grid of at most eighty cells in the document, whatever the batch holds; the focused cell is never recycled.
"use strict";
(() => {
  const { $, words, fill, say } = vouch;
  const WIDE = 172, HIGH = 156, PAD = 12, MOST = 76, EVERY = 2000;
  const wall = $("#wall"), page = $(".wallpage"), batch = page.dataset.batch;
  const icons = $("svg.i use").getAttribute("href").replace(/#.*/, "");
  const space = Object.assign(document.createElement("div"), { className: "space" });
  const shown = new Map();
  let cells = [], columns = 1, focus = Math.max(0, Number(wall.dataset.sheet) - 1), tag = "", confirming = 0;
  wall.append(space);

  function lay() {
    columns = Math.max(1, Math.floor((wall.clientWidth - PAD) / WIDE));
    const rows = Math.ceil(cells.length / columns);
    space.style.height = `${rows * HIGH + 2 * PAD}px`;
    wall.setAttribute("aria-rowcount", rows);
    wall.setAttribute("aria-colcount", columns);
    for (const [at, node] of shown) place(node, at);
    paint();
  }

  function place(node, at) {
    node.style.transform = `translate(${PAD + (at % columns) * WIDE}px, ${PAD + Math.floor(at / columns) * HIGH}px)`;
    node.setAttribute("aria-rowindex", Math.floor(at / columns) + 1);
    node.setAttribute("aria-colindex", (at % columns) + 1);
  }

  function paint() {
    const first = Math.max(0, Math.floor((wall.scrollTop - PAD) / HIGH) - 1);
    const rows = Math.min(Math.ceil(wall.clientHeight / HIGH) + 2, Math.floor(MOST / columns));
    const from = first * columns, to = Math.min(cells.length, from + rows * columns);
    for (const [at, node] of shown) {
      if ((at < from || at >= to) && node !== document.activeElement) { node.remove(); shown.delete(at); }
    }
    for (let at = from; at < to; at++) if (!shown.has(at)) make(at);
  }

  function make(at) {
    const node = document.createElement("div");
    node.setAttribute("role", "gridcell");
    node.tabIndex = at === focus ? 0 : -1;
    node.dataset.at = at;
    shown.set(at, node);
    dress(node, cells[at]);
    place(node, at);
    space.append(node);
    return node;
  }

  const icon = (name) => `<svg class="i" aria-hidden="true"><use href="${icons}#${name}"/></svg>`;
  const span = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });

  function dress(node, cell) {
    const refused = !cell.n;
    node.className = `cell ${cell.w}${cell.dim ? " dim" : ""}${refused ? " refused" : ""}`;
    const picture = span("picture", ""), foot = span("foot", "");
    if (cell.img) picture.append(Object.assign(document.createElement("img"), { src: `/api/v1/pages/${cell.p}/thumbnail`, alt: "", loading: "lazy", decoding: "async" }));
    else picture.append(span("why", cell.w === "missing" ? words().missing : cell.why || words()[`state.${cell.w}`]));
    if (cell.n) foot.append(Object.assign(document.createElement("b"), { textContent: cell.n }));
    if (cell.w !== "missing") foot.insertAdjacentHTML("beforeend", `<span class="mark">${icon(cell.w)}</span>`);
    foot.append(span("text", cell.doubt?.length ? cell.doubt[0] : refused ? cell.file : cell.type ?? ""));
    for (const badge of cell.badges ?? []) foot.append(span("badge", badge));
    node.replaceChildren(picture, foot);
    node.setAttribute("aria-label", [cell.n && fill(words().sheet, { n: cell.n }), cell.title, cell.w === "missing" ? words().missing : words()[`state.${cell.w}`], ...(cell.doubt ?? []), cell.why].filter(Boolean).join(" "));
  }

  function move(to, take = true) {
    if (!cells.length) return;
    const old = shown.get(focus);
    if (old) old.tabIndex = -1;
    focus = Math.max(0, Math.min(cells.length - 1, to));
    const top = PAD + Math.floor(focus / columns) * HIGH;
    if (top < wall.scrollTop) wall.scrollTop = top - PAD;
    else if (top + HIGH > wall.scrollTop + wall.clientHeight) wall.scrollTop = top + HIGH + PAD - wall.clientHeight;
    const node = shown.get(focus) ?? make(focus);
    node.tabIndex = 0;
    if (take) node.focus({ preventScroll: true });
    paint();
    beside();
    const url = new URL(location.href);
    url.searchParams.set("sheet", focus + 1);
    history.replaceState(history.state, "", url);
  }

  function beside() {
    const cell = cells[focus], side = $("#beside");
    side.replaceChildren();
    if ($("#again")) $("#again").hidden = cell?.w !== "quarantined" || !cell.p;
    if (!cell) return;
    side.append(Object.assign(document.createElement("h2"), { textContent: cell.n ? `${cell.n} ${cell.title ?? ""}` : words().refused }));
    if (cell.w !== "missing") side.insertAdjacentHTML("beforeend", `<p><span class="state ${cell.w}">${icon(cell.w)}${words()[`state.${cell.w}`]}</span></p>`);
    if (cell.why) side.append(Object.assign(document.createElement("p"), { className: "fault", textContent: cell.why }));
    if (cell.file) side.append(Object.assign(document.createElement("p"), { className: "muted", textContent: cell.file }));
    if (cell.doubt?.length) side.append(Object.assign(document.createElement("p"), { textContent: words().doubt }), doubts(cell.doubt));
  }

  function doubts(names) {
    const row = span("doubts", "");
    for (const name of names) row.insertAdjacentHTML("beforeend", `<span class="state doubtful">${icon("doubtful")}</span>`), row.lastChild.append(name);
    return row;
  }

  async function refresh() {
    try {
      const answer = await fetch(wall.dataset.cells, { headers: { "If-None-Match": tag, Accept: "application/json" } });
      if (answer.status === 401) return location.reload();
      if (answer.status === 200) { tag = answer.headers.get("ETag") ?? ""; take(await answer.json()); }
    } catch { say(words().lost, true); }
  }

  function take(fetched) {
    const before = cells, resized = before.length !== fetched.cells.length, first = !before.length;
    cells = fetched.cells;
    for (const [at, node] of shown) {
      if (at >= cells.length) { node.remove(); shown.delete(at); }
      else if (JSON.stringify(before[at]) !== JSON.stringify(cells[at])) dress(node, cells[at]);
    }
    for (const [name, value] of Object.entries(fetched.head)) count(name, value);
    if (first && cells.length) { lay(); move(focus, document.activeElement === document.body); }
    else if (resized) lay();
    if (!cells.length) space.innerHTML = `<p class="empty">${words().empty}</p>`;
    else $(".empty", space)?.remove();
    beside();
  }

  function count(name, value) {
    const at = $(`[data-count=${name}]`);
    if (!at) return;
    const text = value === null ? "—" : Number(value).toLocaleString("en");
    if (at.textContent !== text) at.textContent = text;
    const optional = at.closest("[data-show]");
    if (optional) optional.hidden = !value;
  }

  async function poll() {
    if (document.visibilityState === "visible") await refresh();
    setTimeout(poll, EVERY);
  }

  vouch.onKey((event, name, inInput) => {
    if (inInput || $("dialog[open]:not(.large)") || !cells.length) return false;
    if ($("#large").open) return name === " " ? ($("#large").close(), true) : false;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity };
    if (event.target.closest(".menu") || (event.target !== document.body && !wall.contains(event.target) && event.target !== $("#main"))) return false;
    if (name in steps) return move(focus + steps[name]), true;
    if (name === "PageDown" || name === "PageUp") return move(focus + (name === "PageDown" ? 1 : -1) * columns * Math.max(1, Math.floor(wall.clientHeight / HIGH))), true;
    if (name === " ") return preview(), true;
    if (name === "Enter" && cells[focus].r) return vouch.go(`/v/${cells[focus].r}?list=batch-${batch}`);
    return false;
  });

  function preview() {
    if (!cells[focus].img) return;
    $("#large-image").src = `/api/v1/pages/${cells[focus].p}/image?w=1200`;
    $("#large").showModal();
  }

  function nextProblem() {
    const order = [...cells.keys()].map((i) => (focus + 1 + i) % cells.length);
    const found = order.find((at) => cells[at].problem);
    if (found === undefined) return say(words().none);
    move(found);
  }

  function close() {
    $("#confirm").hidden = false;
    $("#close").hidden = true;
    $("#confirm").focus();
    clearTimeout(confirming);
    confirming = setTimeout(unask, 8000);
  }

  function unask() {
    if ($("#confirm").hidden) return false;
    $("#confirm").hidden = true;
    $("#close").hidden = false;
    return true;
  }

  async function confirm() {
    unask();
    const missing = cells.filter((cell) => cell.w === "missing").map((cell) => cell.n);
    const answer = await vouch.send(`/api/v1/batches/${batch}/close`, { body: {} });
    const notice = $("#notice");
    notice.hidden = answer.ok;
    if (answer.ok) return location.reload();
    notice.textContent = missing.length ? fill(words().short, { list: spans(missing) }) : vouch.reason(answer);
    const gap = cells.findIndex((cell) => cell.w === "missing");
    if (gap >= 0) move(gap);
  }

  // 3, 5–8
  function spans(numbers) {
    const runs = [];
    for (const n of numbers) {
      const last = runs.at(-1);
      if (last && last[1] === n - 1) last[1] = n; else runs.push([n, n]);
    }
    return runs.map(([a, b]) => (a === b ? a : `${a}–${b}`)).join("、");
  }

  vouch.onKey((event, name) => name === "Escape" && unask());
  $("#next").onclick = nextProblem;
  $("#go").onclick = () => { $("#goto-n").value = ""; $("#goto").showModal(); };
  $("#goto").addEventListener("close", () => {
    const n = Number($("#goto-n").value), at = cells.findIndex((cell) => cell.n === n);
    if ($("#goto-n").value) at >= 0 ? move(at) : say(fill(words().nosuch, { n }), true);
  });
  $("#large").onclick = () => $("#large").close();
  $("#close")?.addEventListener("click", close);
  $("#retry")?.addEventListener("click", async () => {
    const answer = await vouch.send(`/pages/${cells[focus].p}/retry`);
    if (answer.ok) await refresh(); else say(vouch.reason(answer), true);
  });
  $("#confirm")?.addEventListener("click", confirm);
  wall.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  wall.addEventListener("click", (event) => { const at = event.target.closest(".cell")?.dataset.at; if (at) move(Number(at)); });
  wall.addEventListener("dblclick", () => cells[focus]?.r && vouch.go(`/v/${cells[focus].r}?list=batch-${batch}`));
  new ResizeObserver(lay).observe(wall);

  const input = $("#files");
  if (input) {
    const uploader = vouch.uploader({ list: $("#upload-list"), line: $("#upload-line"), meter: $("#upload-meter"), panel: $("#uploads"), onSaved: () => refresh() });
    uploader.start(`/api/v1/batches/${batch}/files`);
    vouch.dropZone(page, input, uploader.add);
    $("#choose").onclick = $("#drop").onclick = () => input.click();
    input.onclick = (event) => event.stopPropagation();
    if (vouch.handed) uploader.add(vouch.handed);
  }
  poll();
})();
