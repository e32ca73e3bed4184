// Click-to-dial: note the call in the CRM, then hand the number to the phone.

import { csrfToken, toast } from "../crmplus/toast.js";

const PATIENCE = 3_000;
const stack = document.getElementById("popup-stack");

async function send(url, values) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams(values),
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// Who stands in for somebody may say that this call is theirs, wherever the number was.
function offer(bosses) {
  if (!bosses.length) return;
  const shown = toast(stack.dataset.dialOwn);
  const close = shown.querySelector(".toast-close");
  for (const { text, boss, url } of bosses) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = text;
    button.addEventListener("click", () => give(shown, url, boss));
    close.before(button);
  }
}

async function give(shown, url, boss) {
  shown.remove();
  try {
    const { text, undo } = await send(url, { boss });
    toast(text, { undo: () => send(url, undo) });
  } catch {
    toast(stack.dataset.failed, { level: "error" });
  }
}

// Where the CRM can't be reached the link dials all the same, as without JavaScript.
async function dial(link) {
  let href = link.href;
  try {
    const answer = await send(stack.dataset.dial, { number: link.dataset.dial });
    href = answer.href;
    offer(answer.for);
  } catch {
    toast(stack.dataset.dialFailed, { level: "error" });
  }
  location.assign(href);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dial]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (!link || !plain) return;
  event.preventDefault();
  // A double click is one call.
  if (event.detail < 2) dial(link);
});
