// The call log: it follows its calls; j and k walk through the lines, Enter opens one.

import { live } from "../live/live.js";
import { Idiomorph } from "../vendor/idiomorph.js";

const CALM = 500;
const SECOND = 1_000;
const STEPS = { j: 1, k: -1 };
const ROW = ".calls tbody tr[id]";
const news = document.getElementById("calls-news");
const running = document.getElementById("running");
const shown = () => [...document.querySelectorAll(ROW)];
const inRunning = (row) => row.closest("#running") !== null;
const finished = (page) => [...page.querySelectorAll(ROW)].filter((row) => !inRunning(row));
let waiting = 0;
const ran = new Set();

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable=true]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const changed = event.ctrlKey || event.metaKey || event.altKey;
  if (!step || changed || isTyping(event.target)) return;
  const rows = shown();
  const here = rows.indexOf(document.activeElement.closest(ROW));
  const next = here < 0 ? 0 : here + step;
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  row?.querySelector(".call-state").focus();
});

// Lines follow their calls where they stand. New ones would push away the line that
// one is about to click, so they are only counted.
async function refresh() {
  waiting = 0;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = finished(page);
  if (running) followRunning(page.getElementById("running"), fresh);
  for (const row of fresh) {
    const old = document.getElementById(row.id);
    if (old && old.dataset.version !== row.dataset.version) {
      Idiomorph.morph(old, row);
    }
  }
  tellOfNew(fresh.filter((row) => !document.getElementById(row.id)));
}

// The section grows where it must, and the page scrolls by as much: what one reads
// below stays where it is. It does not shrink again while one looks at it.
function followRunning(section, fresh) {
  if (!section) return;
  running.querySelectorAll(ROW).forEach((row) => ran.add(row.id));
  keepFocused(section, fresh);
  const before = running.offsetHeight;
  Idiomorph.morph(running, [...section.childNodes], { morphStyle: "innerHTML" });
  running.style.minHeight = `${Math.max(before, running.offsetHeight)}px`;
  const grown = running.offsetHeight - before;
  if (grown > 0 && finished(document).length) scrollBy({ top: grown, behavior: "instant" });
  tick();
}

// A call that has ended stays while its line has the focus.
function keepFocused(section, fresh) {
  const row = document.activeElement?.closest(`#running ${ROW}`);
  if (!row || section.querySelector(`[id="${row.id}"]`)) return;
  const body = section.querySelector("tbody");
  const ended = fresh.find((one) => one.id === row.id) ?? row;
  if (body) body.append(ended.cloneNode(true));
  else {
    const table = row.closest("table").cloneNode(true);
    table.querySelector("tbody").replaceChildren(ended.cloneNode(true));
    section.querySelector(".running-none").replaceWith(table);
  }
}

// The newest, and those that ran a moment ago: one that moves up because another was
// deleted is not new.
function tellOfNew(rows) {
  const newest = finished(document)[0]?.dataset.started ?? "";
  const isNew = (row) => row.dataset.started >= newest || ran.has(row.id);
  const count = rows.filter(isNew).length;
  news.querySelector(".calls-count").textContent = count;
  news.hidden = count === 0;
}

function clock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

// What runs shows for how long.
function tick() {
  for (const one of document.querySelectorAll(".call-clock")) {
    const seconds = Math.floor((Date.now() - Date.parse(one.dataset.since)) / SECOND);
    one.textContent = clock(Math.max(0, seconds));
  }
}

function soon() {
  waiting ||= setTimeout(() => refresh().catch(() => {}), CALM);
}

function isKnown({ key, version }) {
  const row = document.getElementById(`call-${key}`);
  return row && Number(row.dataset.version) >= version;
}

if (news) {
  // Calls of others, as far as one sees them.
  const changed = live.hint("calls", soon);
  live.on("call", (message) => {
    if (!isKnown(message)) changed();
  });
  setInterval(() => document.hidden || tick(), SECOND);
}
