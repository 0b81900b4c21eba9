// Uploading: three files at a time, each with its bar; a lost line pauses and goes on by itself; a refused file keeps its reason.
"use strict";
vouch.uploader = ({ list, line, meter, panel, onSaved }) => {
  const { $, words, fill } = vouch;
  const LANES = 3, PAUSE = 2000;
  const files = [];
  let url = "", active = 0, lost = false;

  function add(chosen) {
    panel.hidden = false;
    for (const file of chosen) {
      const row = document.createElement("li");
      row.innerHTML = '<span class="name"></span><span class="said"></span><span class="meter"><i></i></span>';
      $(".name", row).textContent = file.webkitRelativePath || file.name;
      $(".said", row).textContent = words().waits;
      list.append(row);
      files.push({ file, row, state: "waits", sent: 0 });
    }
    pump();
  }

  function start(target) { url = target; pump(); }

  function pump() {
    show();
    while (url && !lost && active < LANES) {
      const next = files.find((f) => f.state === "waits");
      if (!next) return;
      push(next);
    }
  }

  function push(item) {
    active += 1;
    item.state = "sending";
    const body = new FormData();
    body.append("file", item.file, item.file.webkitRelativePath || item.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => { item.sent = event.loaded / (event.total || 1); bar(item); };
    request.onload = () => ended(item, request);
    request.onerror = request.ontimeout = () => wait(item);
    request.timeout = 120000;
    request.send(body);
  }

  function ended(item, request) {
    active -= 1;
    if (request.status === 401) return location.reload();
    if (request.status === 0 || request.status >= 502) { active += 1; return wait(item); }
    const answer = request.response?.files?.[0];
    const refused = !answer || answer.refused;
    item.state = refused ? "refused" : "kept";
    item.row.className = item.state;
    item.sent = 1;
    const why = answer ? words()[`scan.${answer.reason}`] || answer.detail || answer.reason : [request.response?.title, request.response?.detail].filter(Boolean).join(" · ");
    $(".said", item.row).textContent = refused ? fill(words().refusedfile, { why }) : words().kept;
    onSaved?.(answer);
    pump();
  }

  // The file goes back to the queue: the server answers a file that it has with the same identity, so nothing doubles.
  function wait(item) {
    active -= 1;
    item.state = "waits";
    item.sent = 0;
    bar(item);
    if (lost) return;
    lost = true;
    show();
    setTimeout(probe, PAUSE);
  }

  async function probe() {
    const answer = await vouch.send(url.replace(/\/files$/, ""), { method: "GET" });
    if (answer.status === 0 || answer.status >= 502) return setTimeout(probe, PAUSE);
    lost = false;
    pump();
  }

  const bar = (item) => { $(".meter i", item.row).style.width = `${item.sent * 100}%`; total(); };
  const total = () => { $("i", meter).style.width = `${(100 * files.reduce((sum, f) => sum + (f.state === "kept" || f.state === "refused" ? 1 : f.sent), 0)) / (files.length || 1)}%`; };

  function show() {
    const kept = files.filter((f) => f.state === "kept").length, over = files.filter((f) => f.state === "kept" || f.state === "refused").length;
    line.textContent = fill(lost ? words().saved : over === files.length ? words().done : words().uploading, { n: lost || over === files.length ? kept : over, total: files.length });
    line.classList.toggle("fault", lost);
    total();
  }

  window.addEventListener("beforeunload", (event) => { if (files.some((f) => f.state === "waits" || f.state === "sending")) event.preventDefault(); });
  return { add, start, files };
};

// Dropping anywhere on the page counts; folders come with what is in them.
vouch.dropZone = (page, input, add) => {
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  page.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); page.classList.add("dropping"); } });
  page.addEventListener("dragleave", (event) => { if (!page.contains(event.relatedTarget)) page.classList.remove("dropping"); });
  page.addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    page.classList.remove("dropping");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    add(entries.some((e) => e.isDirectory) ? (await Promise.all(entries.map(inside))).flat() : [...event.dataTransfer.files]);
  });
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });

  async function inside(entry) {
    if (entry.isFile) return [await new Promise((take, fail) => entry.file(take, fail))];
    const reader = entry.createReader(), found = [];
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return (await Promise.all(found.map(inside))).flat();
      found.push(...some.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })));
    }
  }
};
