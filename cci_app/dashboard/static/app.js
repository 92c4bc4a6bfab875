"use strict";
// What the pages do beyond their HTML: trust, a lost network, charts, and a key to search.

// Every fragment comes from our own templates, which escape whatever people wrote: this policy is where that is said.
const policy = window.trustedTypes?.createPolicy("pages", { createHTML: (html) => html, createScript: () => "" });
htmx.registerExtension("pages", { init: (api) => api.initSecurity(policy) });

const lost = () => document.getElementById("lost");
const tellLost = (isLost) => { const bar = lost(); if (bar) bar.hidden = !isLost; };
window.addEventListener("offline", () => tellLost(true));
window.addEventListener("online", () => tellLost(false));
document.addEventListener("htmx:error", (event) => { if (!event.detail?.ctx?.response) tellLost(true); });
document.addEventListener("htmx:after:request", (event) => { if (event.detail?.ctx?.response) tellLost(false); });

// A second press sends nothing twice. With htmx the button comes back when the answer is there.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.target.matches("[hx-post], [hx-get]")) return;
  setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy=true]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const search = document.querySelector("input[type=search]");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
});

// A ready answer stands in the composer, where it can still be changed.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-insert]");
  const field = chosen && document.getElementById(chosen.dataset.into);
  if (!field) return;
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n${chosen.dataset.insert}` : chosen.dataset.insert;
  chosen.closest("details")?.removeAttribute("open");
  field.focus();
});
// On a trial's page what was written stands in the chat at once, as on a phone.
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.("form[data-echo]");
  const text = event.detail?.ctx?.request?.body?.get?.("text");
  if (!form || !text) return;
  const talk = form.parentElement.querySelector(".talk");
  const said = document.createElement("article");
  const bubble = document.createElement("div");
  said.className = "said mine";
  bubble.className = "bubble";
  bubble.dir = "auto";
  bubble.textContent = text;
  said.append(bubble);
  talk.querySelector(".empty")?.remove();
  talk.insertBefore(said, talk.querySelector(".typing"));
  form.querySelector("input[name=text]").value = "";
  talk.scrollTop = talk.scrollHeight;
});
const toTheEnd = () => { for (const talk of document.querySelectorAll(".talk")) talk.scrollTop = talk.scrollHeight; };
document.addEventListener("DOMContentLoaded", toTheEnd);
document.addEventListener("htmx:after:settle", toTheEnd);

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A chart shows what the table beside it holds; whoever cannot see it reads the table.
function draw(figure) {
  const table = figure.querySelector("table");
  const holder = figure.querySelector(".plot");
  if (!table || !holder) return;
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells]);
  const labels = rows.map((cells) => cells[0].dataset.short || cells[0].textContent.trim());
  // What stands in the table alone is marked so.
  const series = [...table.tHead.rows[0].cells].slice(1).filter((cell) => !("table" in cell.dataset)).map((cell, column) => ({
    label: cell.textContent.trim(),
    values: rows.map((cells) => Number(cells[column + 1].dataset.value)),
  }));
  holder.replaceChildren();
  const axis = { stroke: color("--quiet"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const step = Math.ceil(labels.length / Math.max(3, Math.floor(holder.clientWidth / 74)));
  new uPlot({
    width: holder.clientWidth,
    height: 200,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    scales: { x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] }, y: { range: (_, low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [
      { ...axis, size: 30, grid: { show: false }, splits: () => labels.map((_, place) => place).filter((place) => place % step === 0), values: (_, places) => places.map((place) => labels[place]) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000], values: (_, values) => values.map((value) => value.toLocaleString(document.documentElement.lang)) },
    ],
    series: [
      {},
      ...series.map((each, place) => place === 0
        ? { label: each.label, stroke: color("--accent"), fill: color("--accent-soft"), width: 1, paths: uPlot.paths.bars({ size: [0.62, 42], radius: 0.15 }), points: { show: false } }
        : { label: each.label, stroke: color("--second"), width: 2, points: { show: true, size: 6, fill: color("--surface") } }),
    ],
  }, [labels.map((_, place) => place), ...series.map((each) => each.values)], holder);
}

const drawAll = () => { for (const figure of document.querySelectorAll("figure.chart")) draw(figure); };
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:after:settle", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let resizing = 0;
window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(drawAll, 150); });
