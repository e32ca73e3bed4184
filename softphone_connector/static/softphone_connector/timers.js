// Clocks that count since when a call rings or talks.

const SECOND = 1000;

function clock(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

function tick() {
  for (const timer of document.querySelectorAll(".popup-timer[data-since]")) {
    const since = Date.now() - Date.parse(timer.dataset.since);
    const text = clock(Math.max(0, Math.floor(since / SECOND)));
    if (timer.textContent !== text) timer.textContent = text;
  }
}

/** Let all clocks of the page run. */
export function timers() {
  tick();
  setInterval(tick, SECOND);
}
