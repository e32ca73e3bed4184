// The call log: filters act at once; j and k walk through the lines, Enter opens one.

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  for (const select of form.querySelectorAll("select")) {
    select.addEventListener("change", () => form.requestSubmit());
  }
}

const links = [...document.querySelectorAll(".calls tbody .call-state")];
const STEPS = { j: 1, k: -1 };

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable=true]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const changed = event.ctrlKey || event.metaKey || event.altKey;
  if (!step || changed || isTyping(event.target) || !links.length) return;
  const row = document.activeElement.closest(".calls tbody tr");
  const here = links.findIndex((link) => row?.contains(link));
  const next = here < 0 ? 0 : here + step;
  links[Math.min(Math.max(next, 0), links.length - 1)].focus();
});
