// The zones of a form: what is dragged on the picture changes the figures, and the figures move the picture.
"use strict";
(() => {
  const print = document.getElementById("form-print");
  const zones = document.getElementById("zones");
  const [, , width, height] = print.getAttribute("viewBox").split(" ").map(Number);
  const input = (field, side) => zones.elements[`${field}.${side}`];
  const read = (field) => Object.fromEntries(["x", "y", "w", "h"].map((side) => [side, Number(input(field, side).value)]));

  function draw(field) {
    const group = print.querySelector(`[data-zone="${field}"]`);
    const box = read(field);
    const [zone, corner] = group.querySelectorAll("rect");
    for (const [name, value] of [["x", box.x], ["y", box.y], ["width", box.w], ["height", box.h]]) zone.setAttribute(name, value);
    corner.setAttribute("x", box.x + box.w - 1.6);
    corner.setAttribute("y", box.y + box.h - 1.6);
    group.querySelector("text").setAttribute("x", box.x + 0.5);
    group.querySelector("text").setAttribute("y", box.y + 2.4);
    group.classList.toggle("gone", !zones.elements[`keep.${field}`].checked);
  }

  function write(field, box) {
    for (const side of ["x", "y", "w", "h"]) input(field, side).value = box[side].toFixed(2);
    draw(field);
  }

  function choose(field) {
    for (const one of document.querySelectorAll(".form-work .chosen")) one.classList.remove("chosen");
    print.querySelector(`[data-zone="${field}"]`).classList.add("chosen");
    zones.querySelector(`[data-row="${field}"]`).classList.add("chosen");
  }

  function place(event) {
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(print.getScreenCTM().inverse());
    return [spot.x, spot.y];
  }

  print.addEventListener("pointerdown", (event) => {
    const group = event.target.closest("[data-zone]");
    if (!group) return;
    event.preventDefault();
    const field = group.dataset.zone;
    const corner = event.target.classList.contains("corner");
    const [startX, startY] = place(event);
    const box = read(field);
    choose(field);
    print.setPointerCapture(event.pointerId);
    const move = (at) => {
      const [x, y] = place(at);
      const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
      if (corner) write(field, { ...box, w: clamp(box.w + x - startX, 1.5, width - box.x), h: clamp(box.h + y - startY, 1.5, height - box.y) });
      else write(field, { ...box, x: clamp(box.x + x - startX, 0, width - box.w), y: clamp(box.y + y - startY, 0, height - box.h) });
    };
    print.addEventListener("pointermove", move);
    print.addEventListener("pointerup", () => print.removeEventListener("pointermove", move), { once: true });
  });

  zones.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) draw(row.dataset.row);
  });
  zones.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) choose(row.dataset.row);
  });
})();
