// SPDX-License-Identifier: Apache-2.0
// What the workbench remembers in this browser: filters by a name of one's own, columns put away.
"use strict";

const english = document.documentElement.lang.startsWith("en");
const say = (zh, en) => (english ? en : zh);

function remembered(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || [];
  } catch {
    return [];
  }
}

function element(tag, more, ...children) {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...children);
  return made;
}

// Filters: the address of a list with all that was chosen, kept under a name.
function views(form) {
  const key = `views:${location.pathname}`;
  const place = element("div", { className: "views" });
  const asked = new URLSearchParams(location.search);
  asked.delete("page");
  const now = `?${asked}`;
  const keep = (kept) => {
    localStorage.setItem(key, JSON.stringify(kept));
    draw();
  };
  const chip = (view, kept) => {
    const link = element("a", { href: view.query, textContent: view.name });
    if (view.query === now) link.setAttribute("aria-current", "true");
    const gone = element("button", { type: "button", textContent: "×" });
    gone.setAttribute("aria-label", say(`删除筛选“${view.name}”`, `Delete the filter “${view.name}”`));
    gone.addEventListener("click", () => {
      keep(kept.filter((each) => each !== view));
      const back = element("button", { type: "button", className: "plain", textContent: say("撤销删除", "Undo") });
      back.addEventListener("click", () => keep(kept));
      place.append(back);
      back.focus();
    });
    return element("span", { className: "view" }, link, gone);
  };
  const naming = (kept) => {
    const label = say("给当前筛选起名", "Name this filter");
    const name = element("input", { maxLength: 30, placeholder: label, required: true });
    name.setAttribute("aria-label", label);
    const save = element("button", { className: "plain", textContent: say("保存", "Save") });
    const asking = element("form", {}, name, save);
    asking.addEventListener("submit", (event) => {
      event.preventDefault();
      const others = kept.filter((each) => each.name !== name.value.trim());
      keep([...others, { name: name.value.trim(), query: now }]);
    });
    return asking;
  };
  const draw = () => {
    const kept = remembered(key);
    place.replaceChildren(...kept.map((view) => chip(view, kept)));
    if (now !== "?" && !kept.some((view) => view.query === now)) place.append(naming(kept));
    place.hidden = !place.children.length;
  };
  draw();
  form.after(place);
}

// Columns: all but the first can be put away; the choice holds for this list.
function columns(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.rows];
  if (heads.length < 4 || rows.some((row) => row.cells.length !== heads.length)) return;
  const key = `columns:${location.pathname}`;
  const names = heads.map((head) => head.textContent.trim());
  const show = () => {
    const away = remembered(key);
    rows.forEach((row) => [...row.cells].forEach((cell, at) => (cell.hidden = at > 0 && away.includes(names[at]))));
  };
  const choices = heads.slice(1).map((head, at) => {
    const box = element("input", { type: "checkbox", checked: !remembered(key).includes(names[at + 1]) });
    box.addEventListener("change", () => {
      const others = remembered(key).filter((name) => name !== names[at + 1]);
      localStorage.setItem(key, JSON.stringify(box.checked ? others : [...others, names[at + 1]]));
      show();
    });
    return element("label", {}, box, ` ${names[at + 1]}`);
  });
  const summary = element("summary", { textContent: say("选择列", "Columns") });
  const box = table.closest(".table-box") || table;
  box.before(element("details", { className: "columns" }, summary, element("div", {}, ...choices)));
  show();
}

document.querySelectorAll(".bench form.filters[method=get]:not([action])").forEach((form, at) => at || views(form));
document.querySelectorAll(".bench table[data-sorts]").forEach((table, at) => at || columns(table));
