// The upload page: the first file opens the batch of the chosen day, or goes on with it.
"use strict";
(() => {
  const { $, send } = vouch;
  const form = $("#day");
  let opening = null;
  const uploader = vouch.uploader({ list: $("#upload-list"), line: $("#upload-line"), meter: $("#upload-meter"), panel: $("#uploads") });

  async function open() {
    const said = Object.fromEntries(new FormData(form));
    const body = { branch_no: said.branch_no, teller_no: said.teller_no.trim(), business_date: said.business_date, duplex: Boolean(said.duplex) };
    if (said.declared_sheets) body.declared_sheets = Number(said.declared_sheets);
    const answer = await send("/api/v1/batches", { body });
    const fault = $("#fault");
    fault.hidden = answer.ok;
    if (!answer.ok) { fault.textContent = vouch.reason(answer); opening = null; return; }
    const batch = answer.data.id.replace("B-", "");
    for (const field of form.elements) field.disabled = field.tagName !== "A";
    const link = $("#to-batch");
    link.href = `/batches/${batch}`;
    link.hidden = false;
    uploader.start(`/api/v1/batches/${batch}/files`);
  }

  function add(files) {
    if (!files.length || !form.reportValidity()) return;
    uploader.add(files);
    opening ??= open();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  vouch.dropZone($(".uploadpage"), $("#files"), add);
  $("#choose").onclick = (event) => { event.stopPropagation(); if (form.reportValidity()) $("#files").click(); };
  $("#files").onclick = (event) => event.stopPropagation();
})();
