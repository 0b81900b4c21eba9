// Takes paper that is high enough, shrinks filled-in text to its cell, then tells what would be hard to read: text cut off, too small, or over other text.
() => {
  const stamps = [...document.querySelectorAll('.stamp')];
  for (const one of stamps) one.style.display = 'none';
  const paper = document.querySelector('.sheet');
  for (let n = 0; n < 3; n++) {
    const over = Math.max(...[paper, ...document.querySelectorAll('.box, .lines, .narrow')].map((e) => e.scrollHeight - e.clientHeight));
    if (over > 1 && !paper.classList.contains('strip')) paper.style.height = paper.clientHeight + over + 2 + 'px';
  }
  const tall = (box, slack) => !box.classList.contains('c0') && box.scrollHeight > box.clientHeight + slack;
  const shrink = (box) => {
    const fills = [...box.querySelectorAll('.v, .opt')];
    for (let n = 0; n < 16 && fills.length; n++) {
      if (box.scrollWidth <= box.clientWidth + 1 && !tall(box, 2)) return;
      for (const one of fills) one.style.fontSize = parseFloat(getComputedStyle(one).fontSize) * 0.95 + 'px';
    }
  };
  for (const box of document.querySelectorAll('.c:not(.nofit):not(.vert), .c0')) shrink(box);
  const sheet = paper.getBoundingClientRect();
  const boxes = (selector) => [...document.querySelectorAll(selector)].flatMap((e) => {
    const r = document.createRange();
    r.selectNodeContents(e);
    return [...r.getClientRects()].filter((b) => b.width > 1).map((b) => ({
      x: b.left, y: b.top + b.height * 0.14, r: b.right, b: b.bottom - b.height * 0.14, e: e, t: e.textContent }));
  });
  const fills = boxes('.v'), labels = boxes('.l'), faults = [];
  const overlap = (p, q) => Math.max(0, Math.min(p.r, q.r) - Math.max(p.x, q.x)) * Math.max(0, Math.min(p.b, q.b) - Math.max(p.y, q.y));
  for (const p of [...fills, ...labels])
    if (p.x < sheet.left + 3 || p.y < sheet.top + 2 || p.r > sheet.right - 3 || p.b > sheet.bottom - 2) faults.push('off the sheet: ' + p.t);
  for (const e of document.querySelectorAll('.v')) if (parseFloat(getComputedStyle(e).fontSize) < 9.6) faults.push('too small: ' + e.textContent);
  fills.forEach((p, i) => {
    for (const q of fills.slice(i + 1)) if (overlap(p, q) > 14) faults.push('fills overlap: ' + p.t + ' / ' + q.t);
    for (const q of labels) if (overlap(p, q) > 0.12 * (q.r - q.x) * (q.b - q.y) + 8) faults.push('over a label: ' + p.t + ' / ' + q.t);
  });
  for (const box of document.querySelectorAll('.box, .cheque'))
    if (box.scrollHeight > box.clientHeight + 3) faults.push('the frame is too low: ' + (box.scrollHeight - box.clientHeight));
  for (const box of document.querySelectorAll('.c:not(.nofit):not(.vert), .c0'))
    if (box.scrollWidth > box.clientWidth + 2 || tall(box, 6)) faults.push('cut off: ' + box.textContent);
  for (const one of stamps) one.style.display = '';
  return faults;
}
