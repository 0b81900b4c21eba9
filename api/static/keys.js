// The shell's hands: one place that hears keys. A key of a page is a control with data-key; pressing it clicks the control.
"use strict";
const vouch = (() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = () => Object.assign({}, ...all('script[type="application/json"][id^="words"]').map((e) => JSON.parse(e.textContent)));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  function say(text, bad = false) {
    const line = $("#status");
    if (!line) return;
    line.textContent = text;
    line.classList.toggle("bad", bad);
  }

  // Answers {ok, status, data}; status 0 means that the line is lost. Never throws.
  async function send(url, { method = "POST", body, headers = {}, signal, keepalive } = {}) {
    const json = body !== undefined && !(body instanceof FormData);
    try {
      const answer = await fetch(url, {
        method, signal, keepalive, credentials: "same-origin",
        headers: { Accept: "application/json", ...(json ? { "Content-Type": "application/json" } : {}), ...headers },
        body: json ? JSON.stringify(body) : body,
      });
      if (answer.status === 401) location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search));
      const type = answer.headers.get("content-type") || "";
      const data = type.includes("json") ? await answer.json() : null;
      return { ok: answer.ok, status: answer.status, data, etag: answer.headers.get("etag") };
    } catch {
      return { ok: false, status: 0, data: null };
    }
  }

  const reason = (answer) => (answer.status === 0 ? words().lost : [answer.data?.title, answer.data?.detail, answer.data?.action].filter(Boolean).join(" · "));
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const typing = (element) => element?.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]");
  const seen = (element) => element.getClientRects().length > 0 && !element.disabled && element.getAttribute("aria-disabled") !== "true";
  const lettersOn = () => localStorage.getItem("vouch.letters") !== "off";
  const named = (event) => (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const layer = () => $("dialog[open]") || document;

  // Listeners of a page: each gets the event first and answers true when it has dealt with it.
  const listeners = [];
  const onKey = (listener) => listeners.push(listener);

  function press(event) {
    if (composing(event) || event.defaultPrevented) return;
    const name = named(event);
    if (event.ctrlKey && !event.altKey && !event.metaKey && name === "k") return take(event, openPalette);
    if (event.ctrlKey && name === "Enter") return offer(event, "Ctrl+Enter");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (name === "F1") return take(event, toggleHelp);
    if (name === "Escape") return escape(event);
    const inInput = typing(event.target);
    if (inInput && name.length === 1) return;
    if (!lettersOn() && name.length === 1 && name !== " ") return;
    if (!inInput && layer() === document) {
      if (name === "/" && $("#find")) return take(event, () => $("#find").select());
      if (name === "?") return take(event, toggleHelp);
    }
    for (const listener of listeners) if (listener(event, name, inInput)) return event.preventDefault();
    if (!inInput || /^F\d+$/.test(name)) offer(event, name);
  }

  const take = (event, act) => (event.preventDefault(), act());

  function offer(event, name) {
    const found = all("[data-key]", layer()).find((e) => e.dataset.key === name && seen(e));
    if (!found) return;
    event.preventDefault();
    found.click();
  }

  function escape(event) {
    const menu = $("details.switch[open]");
    if (menu) return take(event, () => { menu.open = false; $("summary", menu).focus(); });
    if ($("dialog[open]")) return;
    for (const listener of listeners) if (listener(event, "Escape", typing(event.target))) return event.preventDefault();
    if (event.target.id === "find") return event.target.blur();
    if (!$("#help")?.hidden) take(event, toggleHelp);
  }

  function toggleHelp() {
    const help = $("#help");
    help.hidden = !help.hidden;
    $("#open-help").setAttribute("aria-expanded", String(!help.hidden));
    if (!help.hidden) $("#help-keys").replaceChildren(...helpLines());
  }

  function helpLines() {
    const fixed = all("[data-keys]").flatMap((e) => JSON.parse(e.dataset.keys));
    const own = all("[data-key]").filter((e) => e.dataset.label).map((e) => [e.dataset.key, e.dataset.label]);
    const distinct = new Map([...fixed, ...own].map(([key, label]) => [key + label, [key, label]]));
    return [...distinct.values()].flatMap(([key, label]) => {
      const term = document.createElement("dt"), text = document.createElement("dd");
      term.append(...key.split(" ").map((k) => Object.assign(document.createElement("kbd"), { textContent: k.length === 1 ? k.toUpperCase() : k })));
      text.textContent = label;
      return [term, text];
    });
  }

  // The palette: the rail's pages and the page's actions, found by text or pinyin initials.
  function choices() {
    const pages = all(".rail a").map((e) => ({ text: e.title, initials: e.dataset.initials, key: "", run: () => e.click() }));
    const acts = all("[data-key][data-label]").filter(seen).map((e) => ({ text: e.dataset.label, initials: e.dataset.initials, key: e.dataset.key, run: () => e.click() }));
    return [...acts, ...pages];
  }

  let offered = [];
  function openPalette() {
    const palette = $("#palette"), text = $("#palette-text");
    if (palette.open) return;
    offered = choices();
    text.value = "";
    listChoices("");
    palette.showModal();
    text.focus();
  }

  function listChoices(typed) {
    const wanted = typed.trim().toLowerCase();
    const hits = offered.filter((c) => c.text.toLowerCase().includes(wanted) || c.initials?.startsWith(wanted));
    $("#palette-list").replaceChildren(...(hits.length ? hits.map(choiceButton) : [Object.assign(document.createElement("p"), { textContent: words().none })]));
  }

  function choiceButton(choice, at) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "option");
    button.setAttribute("aria-selected", String(at === 0));
    button.textContent = choice.text;
    if (choice.key) button.append(Object.assign(document.createElement("kbd"), { textContent: choice.key.length === 1 ? choice.key.toUpperCase() : choice.key }));
    button.onclick = () => { $("#palette").close(); choice.run(); };
    return button;
  }

  function paletteKey(event) {
    if (composing(event)) return;
    const options = all("[role=option]", $("#palette-list"));
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") return take(event, () => options[at]?.click());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !options.length) return;
    event.preventDefault();
    options[at]?.setAttribute("aria-selected", "false");
    const next = options[(at + step + options.length) % options.length];
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
  }

  // Theme changes in place; language loads the page again with what was typed put back.
  async function prefer(event) {
    event.preventDefault();
    const { name, value } = event.submitter;
    if (name === "theme") {
      document.documentElement.dataset.theme = value;
      event.submitter.value = value === "dark" ? "light" : "dark";
      $("use", event.submitter).setAttribute("href", $("use", event.submitter).getAttribute("href").replace(/#.*/, value === "dark" ? "#sun" : "#moon"));
    }
    const form = new FormData();
    form.set(name, value);
    const answer = await send("/preferences", { body: form });
    if (!answer.ok) return say(fill(words().failed, { reason: reason(answer) }), true);
    if (name !== "language") return;
    if (vouch.relabel) return vouch.relabel();
    keepDraft();
    location.reload();
  }

  function keepDraft() {
    const typed = all("main input[id], main textarea[id], main select[id], dialog input[id]").filter((e) => e.type !== "password" && e.type !== "file");
    history.replaceState({ ...history.state, draft: typed.map((e) => [e.id, e.type === "checkbox" ? e.checked : e.value]), open: $("dialog[open]")?.id }, "");
  }

  function restoreDraft() {
    const { draft, open, ...rest } = history.state || {};
    if (!draft) return;
    for (const [id, value] of draft) {
      const field = document.getElementById(id);
      if (field) field[field.type === "checkbox" ? "checked" : "value"] = value;
    }
    if (open) document.getElementById(open)?.showModal();
    history.replaceState(rest, "");
  }

  // Rows that take the focus one at a time: arrows move, Enter opens the row's data-href.
  function rows(selector, { columns = 1 } = {}) {
    const list = () => all(selector).filter(seen);
    onKey((event, name, inInput) => {
      if (inInput || $("dialog[open]")) return false;
      const items = list(), at = items.indexOf(document.activeElement.closest?.(selector));
      if (name === "Enter" && at >= 0 && document.activeElement === items[at] && items[at].dataset.href) return go(items[at].dataset.href);
      const step = { ArrowDown: columns, ArrowUp: -columns, Home: -Infinity, End: Infinity }[name];
      if (!step || !items.length || document.activeElement.closest(".menu")) return false;
      focusRow(items, at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step);
      return true;
    });
  }

  function focusRow(items, wanted) {
    const target = items[Math.max(0, Math.min(items.length - 1, wanted))];
    for (const item of items) item.tabIndex = item === target ? 0 : -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
    const url = new URL(location.href);
    if (target.id && url.searchParams.get("row") !== target.id) {
      url.searchParams.set("row", target.id);
      history.replaceState(history.state, "", url);
    }
  }

  const go = (href) => (location.assign(href), true);

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    for (const menu of all("details.switch[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) { document.getElementById(opener.dataset.opens).showModal(); event.preventDefault(); }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest("details.switch[open]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!menu || !step) return;
    const items = all(".menu a, .menu button", menu);
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  }, true);
  document.addEventListener("htmx:sendError", () => say(words().lost, true));
  document.addEventListener("htmx:responseError", (event) => {
    const { status, statusText } = event.detail.xhr;
    if (status === 401) location.reload(); else say(fill(words().failed, { reason: `${status} ${statusText}` }), true);
  });
  document.addEventListener("DOMContentLoaded", () => {
    $("#open-palette")?.addEventListener("click", openPalette);
    $("#open-help")?.addEventListener("click", toggleHelp);
    $("#close-help")?.addEventListener("click", toggleHelp);
    $("#palette-text")?.addEventListener("input", (event) => event.isComposing || listChoices(event.target.value));
    $("#palette")?.addEventListener("keydown", paletteKey);
    $("form[data-preference]")?.addEventListener("submit", prefer);
    const letters = $("#letters");
    if (letters) {
      letters.checked = lettersOn();
      document.body.classList.toggle("letters-off", !lettersOn());
      letters.onchange = () => { localStorage.setItem("vouch.letters", letters.checked ? "on" : "off"); document.body.classList.toggle("letters-off", !letters.checked); };
    }
    restoreDraft();
    const row = new URLSearchParams(location.search).get("row");
    const target = row && document.getElementById(row);
    if (target) { target.tabIndex = 0; target.focus(); target.scrollIntoView({ block: "center" }); }
  });
  return { $, all, words, fill, say, send, reason, onKey, rows, focusRow, go, composing, typing };
})();
