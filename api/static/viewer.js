// The viewer: zoom and move the access copy, light the box of the field in hand, correct a value in its row.
"use strict";
(() => {
  const { $, all, words, fill, say } = vouch;
  const { picture, record, ahead } = words();
  const stage = $("#stage"), image = $("#picture"), lit = $("#lit"), marks = all(".hit", stage);
  const LEAST = 0.05, MOST = 6, PAD = 6, FIRST = 1400;
  let view = { scale: 1, x: 0, y: 0 }, fitted = "", field = words().field, full = false;

  const width = picture.width, height = picture.height;
  const rows = () => all(".field[data-field]");

  function draw() {
    view.x = held(view.x, stage.clientWidth, width * view.scale);
    view.y = held(view.y, stage.clientHeight, height * view.scale);
    image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    $("#scale").textContent = `${Math.round(view.scale * 100)}%`;
    if (view.scale * devicePixelRatio > FIRST / width) sharpen();
    drawBox();
  }

  // Paper smaller than the stage stands in its middle; larger paper cannot be pushed out of it.
  const held = (at, room, size) => (size <= room ? (room - size) / 2 : Math.min(40, Math.max(room - size - 40, at)));

  function drawBox() {
    marks.forEach((mark, i) => place(mark, picture.hits[i], 2));
    const box = picture.boxes[field];
    lit.hidden = !box;
    if (box) place(lit, box, PAD);
  }

  function place(mark, [x, y, w, h], pad) {
    const s = view.scale;
    mark.style.transform = `translate(${view.x + x * s - pad}px, ${view.y + y * s - pad}px)`;
    mark.style.width = `${w * s + 2 * pad}px`;
    mark.style.height = `${h * s + 2 * pad}px`;
  }

  function sharpen() {
    if (full || width <= FIRST) return;
    full = true;
    const whole = new Image();
    whole.onload = () => { image.src = whole.src; };
    whole.src = `/api/v1/pages/${picture.page}/image`;
  }

  function fit(how) {
    const across = (stage.clientWidth - 16) / width, down = (stage.clientHeight - 16) / height;
    fitted = how;
    view = { scale: how === "page" ? Math.min(across, down) : across, x: 0, y: 8 };
    draw();
    remember();
  }

  function zoom(by, px = stage.clientWidth / 2, py = stage.clientHeight / 2) {
    const scale = Math.min(MOST, Math.max(LEAST, view.scale * by)), ratio = scale / view.scale;
    fitted = "";
    view = { scale, x: px - (px - view.x) * ratio, y: py - (py - view.y) * ratio };
    draw();
    remember();
  }

  function move(dx, dy) { fitted = ""; view.x += dx; view.y += dy; draw(); remember(); }

  // The address holds the part of the page in sight, as IIIF's xywh.
  let writing = 0;
  function remember() {
    clearTimeout(writing);
    writing = setTimeout(() => {
      const url = new URL(location.href), s = view.scale;
      if (fitted) url.searchParams.delete("xywh");
      else url.searchParams.set("xywh", [-view.x / s, -view.y / s, stage.clientWidth / s, stage.clientHeight / s].map(Math.round).join(","));
      if (field) url.searchParams.set("field", field); else url.searchParams.delete("field");
      history.replaceState(history.state, "", url);
    }, 200);
  }

  function restore() {
    const region = new URLSearchParams(location.search).get("xywh")?.split(",").map(Number);
    if (!region || region.length !== 4 || region.some(Number.isNaN) || !region[2]) return fit(width > height * 0.9 ? "page" : "width");
    const scale = Math.min(MOST, Math.max(LEAST, stage.clientWidth / region[2]));
    view = { scale, x: -region[0] * scale, y: -region[1] * scale };
    draw();
  }

  function choose(name, { take = true } = {}) {
    const row = document.getElementById(`f-${name}`);
    field = name;
    for (const other of rows()) { other.toggleAttribute("aria-current", other === row); other.tabIndex = other === row ? 0 : -1; if (other === row) other.setAttribute("aria-current", "true"); }
    if (row && take) row.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    if (!image) return;
    reveal(picture.boxes[name]);
    lit.classList.remove("pulse");
    void lit.offsetWidth;
    lit.classList.add("pulse");
    if (row) $("#announce").textContent = `${$(".label", row).textContent.trim()} ${row.dataset.value} ${$("#scale").textContent}`;
    remember();
  }

  // Moves the paper only where the box lies out of sight.
  function reveal(box) {
    if (box) {
      const [x, y, w, h] = box, s = view.scale, left = view.x + x * s, top = view.y + y * s;
      if (left < PAD || left + w * s > stage.clientWidth - PAD) view.x += stage.clientWidth / 2 - left - (w * s) / 2;
      if (top < PAD || top + h * s > stage.clientHeight - PAD) view.y += stage.clientHeight / 2 - top - (h * s) / 2;
    }
    draw();
  }

  function step(by) {
    const list = rows(), at = list.findIndex((row) => row.dataset.field === field);
    if (list.length) choose(list[Math.max(0, Math.min(list.length - 1, at + by))].dataset.field);
  }

  vouch.onKey((event, name, inInput) => {
    if (inInput || $("dialog[open]")) return false;
    if (name === "j" || (name === "ArrowDown" && event.target !== stage)) return step(1), true;
    if (name === "k" || (name === "ArrowUp" && event.target !== stage)) return step(-1), true;
    if (name === "=") return zoom(1.25), true;
    const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.target === stage && name in moves) return move(...moves[name]), true;
    return false;
  });

  for (const button of all("[data-zoom]")) button.onclick = () => ({ in: () => zoom(1.25), out: () => zoom(0.8), page: () => fit("page"), width: () => fit("width") })[button.dataset.zoom]();

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - at.left, event.clientY - at.top);
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("moving");
    let far = 0;
    const drag = (e) => { far += Math.abs(e.movementX) + Math.abs(e.movementY); move(e.movementX, e.movementY); };
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("pointerup", (e) => {
      stage.removeEventListener("pointermove", drag);
      stage.classList.remove("moving");
      if (far < 4) pick(e);
    }, { once: true });
  });

  // A click on a word of the paper takes its field in hand.
  function pick(event) {
    const at = stage.getBoundingClientRect(), x = (event.clientX - at.left - view.x) / view.scale, y = (event.clientY - at.top - view.y) / view.scale;
    const hit = Object.entries(picture.boxes).find(([, [bx, by, bw, bh]]) => x >= bx - 4 && x <= bx + bw + 4 && y >= by - 4 && y <= by + bh + 4);
    if (hit) choose(hit[0], { take: false });
  }

  $("#panel").addEventListener("click", (event) => {
    const row = event.target.closest(".field[data-field]");
    if (row && !event.target.closest(".editor")) choose(row.dataset.field);
  });

  function correct() {
    const row = document.getElementById(`f-${field}`), made = $("#editor");
    if (!row || !made || $(".editor", row)) return;
    row.append(made.content.cloneNode(true));
    const form = $(".editor", row), input = $("input", form);
    $("label", form).textContent = $(".label", row).textContent.trim();
    input.value = row.dataset.value;
    input.select();
    let composed = false;
    input.addEventListener("keydown", (event) => {
      composed = vouch.composing(event);
      if (event.key === "Escape" && !composed) { event.preventDefault(); event.stopPropagation(); form.remove(); row.focus(); }
      if (event.key === "Enter" && composed) event.preventDefault();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); if (!composed) keep(row, form, input.value); });
  }

  async function keep(row, form, value) {
    const name = row.dataset.field, fault = $(".fault", form);
    const answer = await vouch.send(`/api/v1/vouchers/${record}/fields/${name}`, { body: { value } });
    fault.hidden = answer.ok;
    if (!answer.ok) { fault.textContent = vouch.reason(answer); return; }
    say(fill(words().kept, { field: $(".label", row).textContent.trim() }));
    await htmx.ajax("GET", `/v/${record}/panel?tab=fields&field=${name}`, { target: "#panel", swap: "innerHTML" });
    choose(name);
  }

  $("#correct").onclick = correct;
  $("#copy").onclick = async () => { await navigator.clipboard.writeText(location.href); say(words().copied); };
  document.addEventListener("htmx:afterRequest", (event) => {
    const tab = event.detail.elt?.dataset?.tab;
    if (!tab || !event.detail.successful) return;
    for (const other of all("[data-tab]")) other.toggleAttribute("aria-current", false);
    event.detail.elt.setAttribute("aria-current", "true");
    const url = new URL(location.href);
    url.searchParams.set("tab", tab);
    history.replaceState(history.state, "", url);
    $("#correct").disabled = tab !== "fields";
  });

  if (image) {
    image.width = width;
    image.height = height;
    image.onerror = () => say(words().badimage, true);
    image.src = `/api/v1/pages/${picture.page}/image${width > FIRST ? `?w=${FIRST}` : ""}`;
    new ResizeObserver(() => (fitted ? fit(fitted) : draw())).observe(stage);
    restore();
    image.addEventListener("load", () => { for (const page of ahead) new Image().src = `/api/v1/pages/${page}/image?w=${FIRST}`; }, { once: true });
  }
  const first = field || rows()[0]?.dataset.field;
  if (first) choose(first, { take: document.activeElement === document.body });
  if (image && picture.hits.length) reveal(picture.hits[0]);
})();
