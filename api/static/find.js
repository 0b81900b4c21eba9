// The search box of the shell: digits are offered as an account, a number, an amount, a date or a batch.
"use strict";
(() => {
  const { $, all, words } = vouch;
  const box = $("#find"), list = $("#find-list");
  if (!box || !list) return;

  const comma = (digits) => digits.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");

  function meanings(text) {
    const { account, number, amount, date, batch } = words().find;
    const plain = text.replace(/[\s,，]/g, "").replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
    if (/^\d+\.\d{1,2}$/.test(plain)) return [[amount, `金额:${plain}`, plain]];
    if (!/^\d{2,32}$/.test(plain)) return [];
    const day = plain.match(/^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/);
    return [
      plain.length >= 4 && [account, `账号:${plain}`, plain.replace(/(.{4})(?=.)/g, "$1 ")],
      plain.length <= 12 && [amount, `金额:${plain}`, `${comma(plain)}.00`],
      day && [date, `日期:${day[1]}-${day[2]}-${day[3]}`, `${day[1]}-${day[2]}-${day[3]}`],
      plain.length <= 9 && [batch, `批次:B-${Number(plain)}`, `B-${Number(plain)}`],
      plain.length >= 4 && [number, `凭证号码:${plain}`, plain],
    ].filter(Boolean);
  }

  function offer() {
    const found = meanings(box.value.trim());
    list.replaceChildren(...found.map(([label, text, shown]) => {
      const line = Object.assign(document.createElement("button"), { type: "button", tabIndex: -1 });
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      line.dataset.text = text;
      const value = Object.assign(document.createElement("span"), { className: "num", textContent: shown });
      line.append(label, value);
      return line;
    }));
    show(found.length > 0);
  }

  function show(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
  }

  function ask(line) {
    box.value = line.dataset.text;
    show(false);
    box.form.requestSubmit();
  }

  box.addEventListener("input", (event) => event.isComposing || offer());
  box.addEventListener("focus", offer);
  box.addEventListener("blur", () => show(false));
  list.addEventListener("pointerdown", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) { event.preventDefault(); ask(line); }
  });
  box.addEventListener("keydown", (event) => {
    if (vouch.composing(event) || list.hidden) return;
    const lines = all("[role=option]", list), at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") { event.preventDefault(); return show(false); }
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); return ask(lines[at]); }
    if (!step) return;
    event.preventDefault();
    lines.forEach((line, i) => line.setAttribute("aria-selected", String(i === (at + step + lines.length + (at < 0 && step < 0 ? 1 : 0)) % lines.length)));
  });
})();
