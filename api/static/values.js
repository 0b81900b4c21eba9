// Typed values: half-width forms, amounts in cents, capital amounts, dates, check digits. Strings and BigInt, never floats.
"use strict";
vouch.values = (() => {
  const WIDE = { "．": ".", "。": ".", "，": ",", "￥": "¥", "－": "-", "−": "-", "　": " " };
  const half = (text) => text.replace(/[０-９．。，￥－−　]/g, (c) => WIDE[c] ?? String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  const bare = (text) => half(text).replace(/[¥元圆,\s]/g, "");

  // Typed digits to "1234.50": in cents mode the last two are fen unless a point ends the yuan. Empty where it is no amount.
  function amount(text, cents) {
    const found = /^(-?)(\d*)(?:\.(\d{0,2}))?$/.exec(bare(text));
    if (!found || (!found[2] && !found[3])) return "";
    const [, sign, whole, part] = found;
    const fen = part === undefined && cents ? whole.padStart(3, "0") : (whole || "0") + (part ?? "").padEnd(2, "0");
    const yuan = fen.slice(0, -2).replace(/^0+(?=\d)/, "");
    return yuan.length > 12 ? "" : `${sign}${yuan}.${fen.slice(-2)}`;
  }

  const grouped = (text) => text.replace(/\B(?=(\d{3})+(?=\.))/g, ",").replace("-", "−");

  // The wording of 票据 rules: 零 once between digits, 整 after yuan and jiao.
  function capital(text) {
    const digits = "零壹贰叁肆伍陆柒捌玖", units = ["", "拾", "佰", "仟"], groups = ["", "万", "亿", "万亿"];
    const [whole, part] = text.replace("-", "").split(".");
    let said = "", gap = false;
    const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, "0");
    for (let at = 0, left = padded.length / 4 - 1; left >= 0; at += 4, left--) {
      let group = "";
      for (let i = 0; i < 4; i++) {
        const d = Number(padded[at + i]);
        if (!d) { gap = gap || Boolean(said || group); continue; }
        group += (gap ? "零" : "") + digits[d] + units[3 - i];
        gap = false;
      }
      if (group) { said += group + groups[left]; gap = false; }
    }
    const jiao = Number(part[0]), fen = Number(part[1]);
    said = said ? said + "元" : "";
    if (!jiao && !fen) said = (said || "零元") + "整";
    else said += (jiao ? (said && whole.endsWith("0") ? "零" : "") + digits[jiao] + "角" : said ? "零" : "") + (fen ? digits[fen] + "分" : "整");
    return (text.startsWith("-") ? "负" : "") + said;
  }

  // 20260308, 260308, 2026-3-8 and 2026年3月8日 to 2026-03-08; empty where the day does not exist.
  function date(text) {
    const plain = half(text).trim(), digits = plain.replace(/\D/g, "");
    const parts = /^(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*$/.exec(plain)?.slice(1) ?? (digits.length === 8 ? [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)] : digits.length === 6 ? ["20" + digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)] : null);
    if (!parts) return "";
    const [y, m, d] = parts.map(Number), made = new Date(Date.UTC(y, m - 1, d));
    return made.getUTCMonth() === m - 1 && made.getUTCDate() === d ? made.toISOString().slice(0, 10) : "";
  }

  function luhn(number) {
    const sum = [...number].reverse().reduce((total, c, i) => { const d = Number(c) * (i % 2 ? 2 : 1); return total + (d > 9 ? d - 9 : d); }, 0);
    return sum % 10 === 0;
  }

  const weighed = (text, weights, letters) => weights.reduce((sum, w, i) => sum + w * letters.indexOf(text[i]), 0);
  const idCard = (text) => /^\d{17}[\dX]$/.test(text) && "10X98765432"[weighed(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], "0123456789") % 11] === text[17];
  const LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const uscc = (text) => /^[0-9A-HJ-NP-RTUWXY]{18}$/.test(text) && (31 - (weighed(text, [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28], LETTERS) % 31)) % 31 === LETTERS.indexOf(text[17]);

  // Whether a value's own check digit speaks against it.
  function doubtful(value, kind) {
    if (kind === "account") return /^62\d{14,17}$/.test(value) && !luhn(value);
    if (kind === "id_card") return !idCard(value);
    return kind === "uscc" && !uscc(value);
  }

  return { half, amount, grouped, capital, date, doubtful };
})();

// A date field completes itself on leaving it.
document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("[data-date]")) return;
  const found = vouch.values.date(event.target.value);
  if (found) event.target.value = found;
});
