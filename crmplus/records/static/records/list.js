// Lists of records: j, k and x walk and mark, shift marks up to a row; columns move.

import { register } from "../crmplus/keys.js";

const form = document.querySelector(".bulk");
const list = document.querySelector(".records-list");
const rows = () => [...list.querySelectorAll("tbody tr")];
const marks = () => [...list.querySelectorAll(".row-mark")];
const isHere = (row) => row.contains(document.activeElement);

function walk(by) {
  const all = rows();
  const here = all.findIndex(isHere);
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].querySelector(".name").focus();
}

function markHere() {
  const mark = rows().find(isHere)?.querySelector(".row-mark");
  if (!mark) return;
  mark.checked = !mark.checked;
  show();
}

function keys() {
  const { nextWords, previousWords, markWords } = list.dataset;
  register("j", nextWords, () => walk(1));
  register("k", previousWords, () => walk(-1));
  register("x", markWords, markHere);
}

// Marks between the last one and this one become as this one is.
function ranges() {
  let last = null;
  list.addEventListener("click", (event) => {
    const mark = event.target.closest(".row-mark");
    if (!mark) return;
    const all = marks();
    const ends = [all.indexOf(last), all.indexOf(mark)].sort((a, b) => a - b);
    if (event.shiftKey && ends[0] >= 0) {
      for (const each of all.slice(ends[0], ends[1] + 1)) each.checked = mark.checked;
    }
    last = mark;
    show();
  });
  // Else the browser selects the words between.
  list.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".pick")) event.preventDefault();
  });
}

const page = list?.querySelector(".mark-page");
const everything = form?.querySelector("[name=all]");
const count = form?.querySelector(".bulk-count");

function show() {
  const all = marks();
  const marked = all.filter((mark) => mark.checked).length;
  page.checked = marked === all.length;
  page.indeterminate = marked > 0 && marked < all.length;
  count.textContent = `${count.dataset.marked} ${marked}`;
  if (!everything) return;
  if (marked < all.length) everything.checked = false;
  if (marked) tellHowMany();
}

function markAll(checked) {
  for (const mark of marks()) mark.checked = checked;
  show();
}

// Counting is asked for only once somebody begins to mark.
async function tellHowMany() {
  const url = everything.dataset.countUrl;
  if (!url) return;
  delete everything.dataset.countUrl;
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const words = everything.parentElement.querySelector(".form-check-label");
  words.textContent = (await answer.json()).text;
}

function marking() {
  const none = form.querySelector(".bulk-none");
  page.parentElement.hidden = none.hidden = false;
  page.addEventListener("change", () => markAll(page.checked));
  none.addEventListener("click", () => {
    markAll(false);
    page.focus();
  });
  everything?.addEventListener("change", () => {
    if (everything.checked) markAll(true);
  });
  // A browser that comes back may have kept the marks.
  addEventListener("pageshow", show);
  ranges();
  keys();
  show();
}

// Columns move in the menu; what it then is, is kept when one saves.
function columns() {
  const menu = document.querySelector("[data-columns]");
  menu?.addEventListener("click", (event) => {
    const button = event.target.closest("[name=up], [name=down]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    const other =
      button.name === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (button.name === "up") other?.before(item);
    else other?.after(item);
    button.focus();
  });
}

if (form && list) marking();
columns();
