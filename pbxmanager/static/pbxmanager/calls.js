// The call log: it follows its calls; j and k walk through the lines, Enter opens one.

import { live } from "../live/live.js";
import { Idiomorph } from "../vendor/idiomorph.js";

const CALM = 500;
const STEPS = { j: 1, k: -1 };
const news = document.getElementById("calls-news");
const shown = () => [...document.querySelectorAll(".calls tbody tr")];
let waiting = 0;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable=true]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const changed = event.ctrlKey || event.metaKey || event.altKey;
  if (!step || changed || isTyping(event.target)) return;
  const rows = shown();
  const here = rows.indexOf(document.activeElement.closest(".calls tbody tr"));
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
  const fresh = [...page.querySelectorAll(".calls tbody tr")];
  for (const row of fresh) {
    const old = document.getElementById(row.id);
    if (old && old.dataset.version !== row.dataset.version) {
      Idiomorph.morph(old, row);
    }
  }
  tellOfNew(fresh.filter((row) => !document.getElementById(row.id)));
}

// Only the newest: one that moves up because another was deleted is not new.
function tellOfNew(rows) {
  const newest = shown()[0]?.dataset.started ?? "";
  const count = rows.filter((row) => row.dataset.started >= newest).length;
  news.querySelector(".calls-count").textContent = count;
  news.hidden = count === 0;
}

function soon() {
  if (waiting || document.hidden) return;
  waiting = setTimeout(() => refresh().catch(() => {}), CALM);
}

function isKnown({ key, version }) {
  const row = document.getElementById(`call-${key}`);
  return row && Number(row.dataset.version) >= version;
}

if (news) {
  let missed = false;
  live.on("call", (message) => {
    if (isKnown(message)) return;
    missed ||= document.hidden;
    soon();
  });
  document.addEventListener("visibilitychange", () => {
    if (missed && !document.hidden) soon();
    missed &&= document.hidden;
  });
}
