// The event inspector: it asks for what has come while somebody looks at it, and puts
// it on top as long as nobody is reading; otherwise it counts.

const EVERY = 2_000;
// More come than anybody reads: the server has better things to do.
const IN_A_FLOOD = 5_000;
const SLOWEST = 30_000;
const MOST_ROWS = 300;
const MOST_WAITING = 200;
const NEAR_TOP = 8;
const STEPS = { j: 1, k: -1 };

const root = document.getElementById("events-live");
const table = document.getElementById("events-table");
const number = new Intl.NumberFormat(document.documentElement.lang);

// What has come and is not shown yet, the newest first:
// {bodies, left, isCut}; `left` are those that were only counted.
const waiting = [];
const known = new Set();
const seen = { before: 0, last: 0 };
let paused = false;
let ended = false;
let failures = 0;
let flood = false;
let timer = 0;

const rows = () => [...table.querySelectorAll("tbody.event")];

function isReading() {
  const selection = getSelection();
  return (
    scrollY > NEAR_TOP ||
    table.querySelector(".event-open") !== null ||
    table.contains(document.activeElement) ||
    (!selection.isCollapsed && selection.containsNode(table, true))
  );
}

// Asking

function address() {
  const url = new URL(root.dataset.url, location.href);
  url.search = location.search;
  url.searchParams.set("seen", seen.before);
  url.searchParams.set("keyless", root.dataset.keyless);
  return url;
}

async function look() {
  const answer = await fetch(address(), { headers: { Accept: "text/html" } });
  ended = answer.redirected || answer.status === 403;
  if (ended) return;
  if (answer.status === 204) {
    flood = false;
    seen.before = seen.last;
    return;
  }
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  take(page.getElementById("events-news"));
}

function take(news) {
  tellKeyless(news);
  const ids = news.dataset.ids.split(" ").filter(Boolean).map(Number);
  const fresh = new Set(ids.filter((id) => !known.has(id)));
  fresh.forEach((id) => known.add(id));
  // What is asked for next time again is known from this time.
  seen.before = seen.last;
  seen.last = Math.max(seen.last, Number(news.dataset.seen));
  known.forEach((id) => id <= seen.before && known.delete(id));
  const bodies = [...news.querySelectorAll("tbody.event")].filter(
    (body) => fresh.has(Number(body.dataset.id)) && !document.getElementById(body.id),
  );
  const left = fresh.size - bodies.length;
  flood = left > 0;
  if (!fresh.size) return;
  waiting.unshift({ bodies, left, isCut: "cut" in news.dataset });
  forgetOldest();
}

// A long time of reading must not fill the memory: what is only counted needs none.
function forgetOldest() {
  let kept = 0;
  for (const batch of waiting) {
    kept += batch.bodies.length;
    if (kept > MOST_WAITING) {
      batch.left += batch.bodies.length;
      batch.bodies = [];
    }
  }
}

function tellKeyless(news) {
  const { keyless } = news.dataset;
  if (keyless === root.dataset.keyless) return;
  root.dataset.keyless = keyless;
  const notice = news.querySelector("#events-news-keyless");
  document.getElementById("events-keyless").replaceChildren(...notice.childNodes);
}

// Showing

function flush() {
  const fresh = document.createDocumentFragment();
  let more = null;
  let place = "";
  for (const { bodies, left, isCut } of waiting.splice(0)) {
    if (bodies.length) more = null;
    fresh.append(...bodies);
    place = bodies.at(-1)?.dataset.place ?? place;
    if (!left) continue;
    more ??= moreLine(fresh, place);
    more.count += left;
    more.isCut ||= isCut;
    more.show();
  }
  markClosed(fresh);
  table.tHead.after(fresh);
  document.getElementById("events-card").hidden = false;
  document.getElementById("events-filters").hidden = false;
  document.getElementById("events-empty")?.remove();
  trim();
}

// The line that says how many came that are not shown, and leads to them.
function moreLine(into, place) {
  const line = document.getElementById("events-more").content.cloneNode(true);
  const shown = line.querySelector(".count");
  line.querySelector("a").href = behind(place);
  into.append(line);
  const cut = document.getElementById("events-cut").content.textContent;
  return {
    count: 0,
    isCut: false,
    show() {
      const text = number.format(this.count);
      shown.textContent = this.isCut ? cut.replace("%(count)s", text) : text;
    },
  };
}

function behind(place) {
  const params = new URLSearchParams(location.search);
  params.delete("before");
  if (place) params.set("after", place);
  return `?${params}`;
}

// The page keeps a few hundred lines; a link leads to those that went from its end.
function trim() {
  if (rows().length <= MOST_ROWS) return;
  let last = table.tBodies[table.tBodies.length - 1];
  while (last && (rows().length > MOST_ROWS || !last.dataset.place)) {
    last.remove();
    last = table.tBodies[table.tBodies.length - 1];
  }
  if (!last) return;
  const older = document.getElementById("events-older");
  older.querySelector("a").href = behind(last.dataset.place);
  older.hidden = false;
  const pager = document.querySelector(".pager");
  if (pager) pager.hidden = true;
}

function tell() {
  const count = waiting.reduce((sum, one) => sum + one.bodies.length + one.left, 0);
  const button = document.getElementById("events-show");
  button.querySelector(".calls-count").textContent = number.format(count);
  button.hidden = count === 0;
  const state = root.querySelector(".events-state");
  const name = ended ? "ended" : paused ? "paused" : failures ? "failed" : "";
  state.dataset.state = name || (count ? "held" : "live");
  const words = state.querySelector(".words");
  const text = words.dataset[state.dataset.state];
  if (words.textContent !== text) words.textContent = text;
}

// When

async function tick() {
  try {
    await look();
    failures = 0;
  } catch {
    failures += 1;
  }
  if (waiting.length && !isReading()) flush();
  tell();
  later();
}

function later(wait = Math.min((flood ? IN_A_FLOOD : EVERY) * 2 ** failures, SLOWEST)) {
  clearTimeout(timer);
  if (!paused && !ended && !document.hidden) timer = setTimeout(tick, wait);
}

function pauseButton() {
  const button = document.getElementById("events-pause");
  const words = button.querySelector(".words");
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    words.textContent = paused ? button.dataset.go : button.dataset.pause;
    later(0);
    tell();
  });
}

function follow() {
  seen.before = seen.last = Number(root.dataset.seen);
  rows().forEach((row) => known.add(Number(row.dataset.id)));
  pauseButton();
  document.getElementById("events-show").addEventListener("click", () => {
    scrollTo({ top: 0 });
    flush();
    tell();
    table.querySelector(".event-link")?.focus({ preventScroll: true });
    document.activeElement.blur();
  });
  document.addEventListener("visibilitychange", () => later(0));
  tell();
  later();
}

// Opening a line

function markClosed(where) {
  for (const link of where.querySelectorAll(".event-link")) {
    link.setAttribute("aria-expanded", "false");
  }
}

function close(body) {
  body.querySelector(".event-open")?.remove();
  body.querySelector(".event-link").setAttribute("aria-expanded", "false");
}

async function open(body, link) {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const row = document.createElement("tr");
  row.className = "event-open";
  const cell = row.insertCell();
  cell.colSpan = table.tHead.rows[0].cells.length;
  cell.append(...page.body.childNodes);
  // Somebody may have clicked twice.
  body.querySelector(".event-open")?.remove();
  body.append(row);
  link.setAttribute("aria-expanded", "true");
}

function opening() {
  markClosed(table);
  table.addEventListener("click", (event) => {
    const link = event.target.closest(".event-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const body = link.closest("tbody");
    if (body.querySelector(".event-open")) close(body);
    else open(body, link).catch(() => location.assign(link.href));
  });
}

function keys() {
  document.addEventListener("keydown", (event) => {
    const here = document.activeElement.closest("#events-table tbody.event");
    if (event.key === "Escape" && here) close(here);
    const step = STEPS[event.key];
    const changed = event.ctrlKey || event.metaKey || event.altKey;
    const isTyping = event.target.closest("input, textarea, select");
    if (!step || changed || isTyping) return;
    const all = rows();
    const next = here ? all.indexOf(here) + step : 0;
    const row = all[Math.min(Math.max(next, 0), all.length - 1)];
    row?.querySelector(".event-link").focus();
  });
}

if (table) {
  opening();
  keys();
}
if (root) follow();
