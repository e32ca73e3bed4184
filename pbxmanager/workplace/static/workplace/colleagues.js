// The panel: j and k walk through the colleagues, p pins one; a pin stays where it is.

import { csrfToken, toast } from "../crmplus/toast.js";

const STEPS = { j: 1, k: -1 };
const form = document.getElementById("colleagues");
const rows = () => [...document.querySelectorAll(".colleagues tbody tr")];

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable=true]");
}

document.addEventListener("keydown", (event) => {
  const changed = event.ctrlKey || event.metaKey || event.altKey;
  if (changed || isTyping(event.target)) return;
  const row = document.activeElement.closest(".colleagues tbody tr");
  if (event.key === "p" && row) row.querySelector(".pin").click();
  const step = STEPS[event.key];
  if (!step) return;
  const all = rows();
  const here = all.indexOf(row);
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next]?.querySelector(".name").focus();
});

form?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: new URLSearchParams({ colleague: button.value }),
    });
    if (!answer.ok) throw new Error(answer.status);
    const { pinned } = await answer.json();
    button.setAttribute("aria-pressed", String(pinned));
    button.classList.toggle("is-pinned", pinned);
  } catch {
    toast(form.dataset.failed, { level: "error" });
  }
});
