// Search: rows by the arrows, the preview of the row in hand, dates that complete themselves.
"use strict";
(() => {
  const { $, all } = vouch;
  vouch.rows(".hitrows tbody tr");
  const large = $("#large");

  document.addEventListener("click", (event) => {
    if (event.target.closest("#to-filters")) return ($("#filters input:not([type=hidden])")).focus();
    if (event.target.closest("#preview")) return preview();
    const row = event.target.closest(".hitrows tbody tr");
    if (row && !event.target.closest("a") && !getSelection().toString()) vouch.go(row.dataset.href);
  });

  function preview() {
    const rows = all(".hitrows tbody tr"), row = document.activeElement.closest?.(".hitrows tbody tr") ?? rows[0];
    if (!row) return;
    $("#large-image").src = `/api/v1/pages/${row.dataset.page}/image?w=1200`;
    large.showModal();
  }

  large.onclick = () => large.close();
  vouch.onKey((event, name) => large.open && name === "w" && (large.close(), true));
  document.addEventListener("DOMContentLoaded", () => {
    if (document.activeElement === document.body) all(".hitrows tbody tr")[0]?.focus({ preventScroll: true });
  });
})();
