// The wall board asks for its figures every three seconds, and says so when it can't.

import { colour, sets } from "./drawing.js";

const EVERY = 3_000;
const LATER = 10_000;
const PATIENCE = 8_000;
const board = document.querySelector(".wall-board");
const offline = document.querySelector(".wall-offline");
const canvas = document.querySelector("canvas");
const language = document.documentElement.lang;
const clockTime = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
let told = JSON.parse(document.getElementById("wall-data").textContent);
let seenAt = new Date();
let failed = false;
let chart;

const forms = {
  clock: (seconds) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const rest = String(seconds % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  },
  percent: (number) => (number === null ? "–" : `${number} %`),
  number: (number) => new Intl.NumberFormat(language).format(number),
};

function show() {
  for (const place of document.querySelectorAll("[data-figure]")) {
    const text = forms[place.dataset.as ?? "number"](told[place.dataset.figure]);
    if (place.textContent !== text) place.textContent = text;
  }
}

function curve() {
  const size = parseFloat(getComputedStyle(document.body).fontSize);
  const text = { color: colour("--tblr-body-color"), font: { size } };
  return {
    animation: false,
    maintainAspectRatio: false,
    scales: {
      x: { ticks: text, grid: { display: false } },
      y: { beginAtZero: true, ticks: { ...text, precision: 0 }, grid: { color: colour("--tblr-border-color") } },
    },
    plugins: { legend: { labels: { ...text, usePointStyle: true } }, tooltip: { enabled: false } },
  };
}

function draw() {
  const usual = { label: canvas.dataset.usual, tone: "before", values: told.usual, line: true };
  const today = { label: canvas.dataset.today, tone: "now", values: told.curve };
  const shown = told.usual.some((one) => one !== null) ? [today, usual] : [today];
  const width = Math.max(2, parseFloat(getComputedStyle(document.body).fontSize) / 8);
  const datasets = sets(shown).map((one) =>
    one.type ? { ...one, borderWidth: width } : { ...one, maxBarThickness: undefined },
  );
  const data = { labels: told.hours.map((hour) => `${hour}:00`), datasets };
  if (chart) {
    chart.data = data;
    chart.options = curve();
    chart.update();
  } else {
    chart = new window.Chart(canvas, { type: "bar", data, options: curve() });
  }
}

function state(isFailed) {
  failed = isFailed;
  board.classList.toggle("is-offline", failed);
  const text = failed ? offline.dataset.text.replace("%s", clockTime.format(seenAt)) : "";
  if (offline.textContent !== text) offline.textContent = text;
  offline.hidden = !failed;
}

async function ask() {
  const answer = await fetch(board.dataset.figures, {
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const before = JSON.stringify([told.hours, told.curve, told.usual]);
  const news = await answer.json();
  if (news.version !== told.version) location.reload();
  told = news;
  seenAt = new Date();
  show();
  if (JSON.stringify([told.hours, told.curve, told.usual]) !== before) draw();
}

async function turn() {
  try {
    await ask();
    state(false);
  } catch {
    state(true);
  }
  setTimeout(turn, failed ? LATER : EVERY);
}

function clock() {
  const place = document.querySelector("[data-clock]");
  place.textContent = clockTime.format(new Date());
}

window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
show();
draw();
clock();
setInterval(clock, 1_000);
setTimeout(turn, EVERY);
addEventListener("resize", draw);
addEventListener("online", () => failed && ask().then(() => state(false), () => {}));
