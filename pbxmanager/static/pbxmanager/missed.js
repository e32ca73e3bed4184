// The missed list: its lines follow, new ones are only counted; who calls back takes it.

import { toast, csrfToken } from "../crmplus/toast.js";
import { live } from "../live/live.js";
import { Idiomorph } from "../vendor/idiomorph.js";

const CALM = 200;
const table = document.getElementById("missed");
const news = document.getElementById("missed-news");
const shown = () => [...document.querySelectorAll(".missed tbody tr")];
let waiting = 0;

async function read(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll("tbody tr[data-id]")];
}

// A menu that is open, or a note that is being written, stays as it is.
function isInUse(row) {
  return row.querySelector(".missed-menu") && row.querySelector("details[open]");
}

async function follow() {
  const rows = shown();
  if (!rows.length) return;
  const url = new URL(table.dataset.rows, location.href);
  url.searchParams.set("ids", rows.map((row) => row.dataset.id).join(","));
  url.searchParams.set("next", location.pathname + location.search);
  for (const row of await read(url)) {
    const old = document.getElementById(row.id);
    if (old && !isInUse(old)) Idiomorph.morph(old, row);
  }
}

async function countNew() {
  const fresh = await read(location.href);
  const count = fresh.filter((row) => !document.getElementById(row.id)).length;
  news.querySelector(".calls-count").textContent = count;
  news.hidden = count === 0;
}

async function refresh() {
  waiting = 0;
  await Promise.all([follow(), countNew()]);
}

const changed = live.hint("missed", () => {
  waiting ||= setTimeout(() => refresh().catch(() => {}), CALM);
});

async function take(link) {
  const answer = await fetch(link.dataset.take, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    redirect: "error",
  });
  return answer.json();
}

// Whoever calls back has it in hand: so two do not call at once. Where the CRM can't be
// reached the phone dials all the same, and the click says that nothing was noted.
async function takeAndDial(link) {
  const { taken, text } = await take(link).catch(() => ({ taken: true }));
  if (!taken) {
    toast(text, { level: "warning" });
    changed();
    return;
  }
  link.dataset.taken = "1";
  link.click();
  delete link.dataset.taken;
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[data-take]");
    if (!link || link.dataset.taken || event.button !== 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.detail < 2) takeAndDial(link);
  },
  { capture: true },
);
