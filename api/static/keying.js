// Keying: values go one behind, three snippets wait ahead, Enter never waits for the network. Nothing typed is stored.
"use strict";
(() => {
  const { $, fill, send } = vouch;
  const values = vouch.values;
  const AHEAD = 3, BEHIND = 10000, MOST_UNSENT = 5, QUIET = 300, RETRY = 2000, EMPTY_EVERY = 5000;
  const input = $("#value"), image = $("#image"), wait = $("#wait"), told = $("#told"), echo = $("#echo");
  let ready = [], current = null, behind = null, unsent = [], claiming = false, sending = false;
  let kept = 0, wording = false, warned = "", early = 0, opened = false, behindTimer = 0, left = false;
  const words = () => vouch.words();

  // ---- the queue ahead -------------------------------------------------------------------------------------------
  async function topUp() {
    if (claiming || left || ready.length >= AHEAD) return;
    claiming = true;
    const answer = await send("/api/v1/tasks/claim", { body: { count: AHEAD + (current ? 0 : 1) - ready.length } });
    claiming = false;
    const tasks = (answer.data?.tasks ?? []).filter((task) => !known(task.id));
    for (const task of tasks) ready.push(prepare(task));
    if (!current) next();
    if (!tasks.length) setTimeout(topUp, answer.ok ? EMPTY_EVERY : RETRY);
  }

  const known = (id) => [current, behind, ...ready, ...unsent.map((u) => u.item)].some((item) => item?.task.id === id);

  function prepare(task) {
    const item = { task, picture: null, url: "", value: "", wording: false };
    item.picture = fetch(`/api/v1/tasks/${task.id}/snippet`, { cache: "no-store" }).then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      item.url = URL.createObjectURL(await answer.blob());
      const made = new Image();
      made.src = item.url;
      await made.decode();
      return made;
    });
    item.picture.catch(() => {});
    return item;
  }

  async function next() {
    current = ready.shift() ?? null;
    void topUp();
    await show();
  }

  async function show() {
    const item = current;
    opened = false;
    early = 0;
    warned = "";
    wording = item?.wording ?? false;
    input.disabled = true;
    $("#why").hidden = true;
    $("#snippet").classList.remove("larger");
    if (!item) return showEmpty();
    $("#field-name").textContent = label(item);
    $("#value-label").textContent = label(item);
    wait.hidden = true;
    const slow = setTimeout(() => { if (current === item && !opened) { image.hidden = true; wait.hidden = false; wait.textContent = words().loading; } }, 300);
    try {
      const made = await item.picture;
      clearTimeout(slow);
      if (current !== item) return;
      image.src = made.src;
      image.hidden = false;
      wait.hidden = true;
      size(made);
      open(item);
    } catch {
      clearTimeout(slow);
      if (current === item) { release(item); current = null; void next(); }
    }
  }

  // The glyphs of a line stand about forty pixels high.
  function size(made) {
    const wanted = current.task.kind === "key" ? Math.min(3, Math.max(1, 104 / made.naturalHeight)) : 1;
    image.style.width = `${Math.round(made.naturalWidth * wanted)}px`;
  }

  function showEmpty() {
    image.hidden = true;
    wait.hidden = false;
    wait.textContent = words().empty;
    $("#field-name").textContent = "\u00a0";
    input.value = "";
    describe();
  }

  // The input opens when the snippet is painted; keys pressed before are dropped, and it waits until they pause.
  function open(item) {
    if (current !== item || opened) return;
    const since = performance.now() - early;
    if (early && since < QUIET) return setTimeout(open, QUIET - since, item);
    if (unsent.length >= MOST_UNSENT) return setTimeout(open, 200, item);
    input.disabled = false;
    input.inputMode = ["amount", "account", "number", "date", "amount_cn"].includes(item.task.field_kind) ? "decimal" : "text";
    input.value = item.value;
    input.focus();
    if (item.value) input.select();
    opened = true;
    describe();
  }

  const about = (item) => words().fields[item.task.field] ?? { label: item.task.field, options: [] };
  const label = (item) => about(item).label;
  const isAmount = () => current && (current.task.field_kind === "amount" || (current.task.field_kind === "amount_cn" && !wording));

  // ---- what is typed ---------------------------------------------------------------------------------------------
  function typed() {
    const text = values.half(input.value).trim(), kind = current.task.field_kind, options = about(current).options;
    if (isAmount()) return values.amount(text, true);
    if (kind === "date") return values.date(text) || text;
    if (kind === "account" || kind === "number") return text.replace(/\s/g, "").toUpperCase();
    if (options.length && /^[1-9]$/.test(text)) return options[Number(text) - 1] ?? text;
    return text;
  }

  function describe() {
    $("#mode").textContent = isAmount() ? words()[input.value.includes(".") || input.value.includes("。") ? "point" : "cents"] : wording ? words().differ : "";
    if (!current || !opened) return void (echo.textContent = "\u00a0");
    const options = about(current).options, value = input.value && typed();
    if (isAmount() && value) echo.textContent = `${values.grouped(value)}　${values.capital(value)}`;
    else if (current.task.field_kind === "date" && value && value !== input.value) echo.textContent = value;
    else if (options.length) echo.textContent = options.map((option, i) => `${i + 1} ${option}`).join("　");
    else echo.textContent = "\u00a0";
  }

  function confirm() {
    if (!opened || !current) return;
    const value = input.value.trim() && typed();
    if (!value) return;
    const kind = current.task.field_kind;
    const doubt = kind === "date" && !values.date(input.value) ? words().notdate : values.doubtful(value, kind) ? words().check : "";
    if (doubt && warned !== value) { warned = value; told.textContent = doubt; return; }
    told.textContent = "\u00a0";
    push({ item: Object.assign(current, { value: input.value, wording }), body: { value } , act: "complete" });
  }

  function push(done) {
    settle();
    behind = done.item;
    behind.done = done;
    clearTimeout(behindTimer);
    behindTimer = setTimeout(settle, BEHIND);
    kept += 1;
    $("#count").textContent = kept.toLocaleString("en");
    current = null;
    input.value = "";
    void next();
  }

  // The one behind is sent now: it can no longer be recalled.
  function settle() {
    clearTimeout(behindTimer);
    if (!behind) return;
    unsent.push(behind.done);
    behind = null;
    tell();
    void flush();
  }

  async function flush() {
    if (sending) return;
    sending = true;
    while (unsent.length) {
      const { item, body, act } = unsent[0];
      const answer = await send(`/api/v1/tasks/${item.task.id}/${act}`, { body: { token: item.task.token, ...body } });
      if (answer.status === 0 || answer.status >= 500) { tell(); await new Promise((go) => setTimeout(go, RETRY)); continue; }
      unsent.shift();
      if (answer.ok) { count(-1); release(item); }
      else if (answer.status === 422) back(item, answer);
      else { told.textContent = words().lost; release(item); }
      tell();
    }
    sending = false;
  }

  // A value that the server cannot take comes back as the next item, with what was typed.
  function back(item, answer) {
    kept -= 1;
    item.told = fill(words().refused, { reason: vouch.reason(answer) });
    if (!current) { current = item; void show(); } else ready.unshift(item);
    told.textContent = item.told;
  }

  function tell() {
    const line = $("#unsent"), stopped = unsent.length >= MOST_UNSENT;
    line.classList.toggle("stopped", stopped);
    line.textContent = unsent.length > 1 || stopped ? fill(words()[stopped ? "stopped" : "unsent"], { n: unsent.length }) : "";
    if (stopped) input.disabled = true, opened = false;
    else if (current && !opened && current.url) open(current);
  }

  function count(by) {
    const shown = $("#keying");
    shown.dataset.queue = Math.max(0, Number(shown.dataset.queue) + by);
    $("#queue").textContent = Number(shown.dataset.queue).toLocaleString("en");
  }

  const release = (item) => item.url && URL.revokeObjectURL(item.url);

  function recall() {
    if (!behind) { told.textContent = words().nothing; return; }
    clearTimeout(behindTimer);
    if (current) { current.value = input.value; ready.unshift(current); }
    current = behind;
    behind = null;
    kept -= 1;
    $("#count").textContent = kept.toLocaleString("en");
    void show().then(() => { told.textContent = words().recalled; });
  }

  function choose(why) {
    if (!current) return;
    $("#why").hidden = true;
    push({ item: Object.assign(current, { value: "" }), body: { why }, act: "unreadable" });
  }

  function larger() {
    $("#snippet").classList.toggle("larger");
    const grown = $("#snippet").classList.contains("larger") ? 2 : 0.5;
    image.style.width = `${parseFloat(image.style.width) * grown}px`;
  }

  function leave() {
    if (left) return;
    left = true;
    settle();
    const post = (item, act, body) => void send(`/api/v1/tasks/${item.task.id}/${act}`, { body: { token: item.task.token, ...body }, keepalive: true });
    for (const { item, body, act } of unsent) post(item, act, body);
    for (const item of [current, ...ready].filter(Boolean)) post(item, "hand_back", {});
  }

  // ---- keys ------------------------------------------------------------------------------------------------------
  const whyOpen = () => !$("#why").hidden;
  document.addEventListener("keydown", (event) => {
    if (!opened && event.key.length === 1 && !event.ctrlKey) early = performance.now();
  }, true);
  input.addEventListener("keydown", (event) => {
    if (vouch.composing(event)) return;
    if (event.key === "Enter") { event.preventDefault(); if (!event.repeat) confirm(); }
    else if (event.key === "*" && isAmount()) { event.preventDefault(); input.setRangeText("00", input.selectionStart, input.selectionEnd, "end"); describe(); }
    else if (whyOpen() && /^[1-4]$/.test(event.key)) { event.preventDefault(); $(`#why [data-why]:nth-child(${event.key})`).click(); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); if (whyOpen()) $("#why").hidden = true; else clear(); }
  });
  input.addEventListener("input", (event) => { if (!event.isComposing) { told.textContent = "\u00a0"; describe(); } });
  input.addEventListener("compositionend", describe);

  function clear() { input.value = ""; warned = ""; told.textContent = "\u00a0"; describe(); input.focus(); }

  $("#keep").onclick = () => { confirm(); input.focus(); };
  $("#recall").onclick = recall;
  $("#unreadable").onclick = () => { $("#why").hidden = !$("#why").hidden; input.focus(); };
  $("#wording").onclick = () => { if (current?.task.field_kind === "amount_cn") { wording = !wording; input.value = ""; describe(); } input.focus(); };
  $("#larger").onclick = () => { larger(); input.focus(); };
  $("#clear").onclick = clear;
  for (const button of vouch.all("#why [data-why]")) button.onclick = () => choose(button.dataset.why);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // Another language keeps the item in hand and what is typed.
  vouch.relabel = async () => {
    const fetched = new DOMParser().parseFromString(await (await fetch("/key")).text(), "text/html");
    for (const old of vouch.all("[data-w]")) old.textContent = $(`[data-w="${old.dataset.w}"]`, fetched)?.textContent ?? old.textContent;
    for (const id of ["words", "words-keying"]) document.getElementById(id).textContent = fetched.getElementById(id).textContent;
    for (const part of [".rail", ".find", ".crumbs", "form[data-preference] [name=language]"]) $(part)?.replaceWith($(part, fetched));
    document.documentElement.lang = fetched.documentElement.lang;
    if (current) { $("#field-name").textContent = label(current); describe(); }
  };
  void topUp();
})();
