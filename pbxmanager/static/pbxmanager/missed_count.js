// The counter of missed calls in the menu follows, on every page.

import { live } from "../live/live.js";

const CALM = 300;
const SPREAD = 500;
const counter = document.getElementById("missed-counter");
const entry = document.querySelector(`.sidebar a.nav-link[href="${counter?.dataset.page}"]`);
let waiting = 0;

function show(count) {
  let badge = entry.querySelector(".nav-count");
  if (!count) {
    badge?.remove();
    return;
  }
  if (!badge) {
    badge = document.createElement("span");
    badge.className = "badge is-missed nav-count";
    entry.append(badge);
  }
  badge.textContent = count;
}

async function count() {
  waiting = 0;
  const answer = await fetch(counter.dataset.url, { redirect: "error" });
  if (answer.ok) show((await answer.json()).count);
}

// Not all browsers at the same moment.
function soon() {
  if (waiting) return;
  const pause = CALM + Math.random() * SPREAD;
  waiting = setTimeout(() => count().catch(() => {}), pause);
}

if (entry) live.hint("missed", soon, { first: true });
