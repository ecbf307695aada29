// SPDX-License-Identifier: Apache-2.0
// What a page can do more with scripts: sort tables, keyboard, living charts. All work without.
"use strict";

function value(cell) {
  const exact = cell.querySelector("data[value]");
  const text = (exact ? exact.value : cell.dataset.sort || cell.textContent).trim();
  const number = Number(text.replace(/[,\s%]/g, ""));
  return text && !Number.isNaN(number) ? number : text === "—" ? null : text;
}

function compare(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), document.documentElement.lang);
}

function sortable(table) {
  const heads = [...table.querySelectorAll("thead th")];
  const body = table.tBodies[0];
  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [value(row.cells[index]), row]);
      rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
      body.append(...rows.map((pair) => pair[1]));
    });
  });
}

function filterable(input) {
  const targets = [...document.querySelectorAll(input.dataset.filters)];
  const count = document.querySelector(input.dataset.count);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    targets.forEach((each) => {
      each.hidden = !each.textContent.toLowerCase().includes(wanted);
      shown += each.hidden ? 0 : 1;
    });
    if (count) count.textContent = shown;
  });
}

function submitting(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=month], input[type=date]")) form.requestSubmit();
  });
}

// A chart is an image until the drawing itself arrives; then its marks can be pointed at.
async function alive(figure) {
  const image = figure.querySelector("img");
  const small = figure.querySelector("source");
  const answer = await fetch(matchMedia(small.media).matches ? small.srcset : image.src);
  if (!answer.ok) return;
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  drawing.removeAttribute("width");
  drawing.removeAttribute("height");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", image.alt);
  figure.querySelector("picture").replaceWith(document.importNode(drawing, true));
}

function tips() {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  const show = (event) => {
    const mark = event.target.closest(".chart svg [aria-label]:not(svg), .map a");
    const text = mark && (mark.getAttribute("aria-label") || "");
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text.replaceAll("; ", " · ");
    const box = mark.getBoundingClientRect();
    const x = event.clientX ?? box.right;
    const y = event.clientY ?? box.top;
    tip.style.left = `${Math.min(x + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(8, y - tip.offsetHeight - 12)}px`;
  };
  document.addEventListener("pointermove", show);
  document.addEventListener("focusin", show);
}

// j and k move through the rows, Enter opens, / searches, ? tells.
function keyboard() {
  const rows = () => [...document.querySelectorAll("tbody tr:not([hidden])")].filter((row) => row.querySelector("a"));
  const move = (step) => {
    const all = rows();
    const now = all.findIndex((row) => row.classList.contains("chosen"));
    all.forEach((row) => row.classList.remove("chosen"));
    const next = all[Math.max(0, Math.min(all.length - 1, now + step))];
    if (!next) return;
    next.classList.add("chosen");
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    const search = document.querySelector("input[type=search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "?") location.href = "/help#keys";
  });
}

// What was typed and not yet sent comes back after a reload or a wrong turn: in this tab only,
// until it is sent or the tab is closed. Files, passwords and codes are never kept.
function draft(form, place) {
  const act = form.elements.namedItem("act");
  const key = `draft ${location.pathname} ${act ? act.value : place}`;
  const kept = [...form.elements].filter((each) =>
    each.name && !each.matches("[type=hidden], [type=file], [type=password], [autocomplete=off], button"));
  const choice = (each) => ["radio", "checkbox"].includes(each.type);
  const typed = JSON.parse(sessionStorage.getItem(key) || "[]");
  kept.forEach((each, at) => {
    const [name, text] = typed[at] || [];
    if (name !== each.name || !text) return;
    if (choice(each)) each.checked = true;
    else if (!each.value) each.value = text;
  });
  form.addEventListener("input", () => {
    const now = kept.map((each) => [each.name, choice(each) ? each.checked && each.value : each.value]);
    sessionStorage.setItem(key, JSON.stringify(now));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

document.querySelectorAll("form.stack[method=post]").forEach(draft);
document.querySelectorAll("table[data-sorts]").forEach(sortable);
document.querySelectorAll("input[data-filters]").forEach(filterable);
document.querySelectorAll("form[data-submits]").forEach(submitting);
document.querySelectorAll("figure.chart[data-alive]").forEach((figure) => {
  alive(figure).catch(() => {});
});
tips();
keyboard();
