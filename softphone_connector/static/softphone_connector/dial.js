// Click-to-dial: note the call in the CRM, then hand the number to the phone.

import { csrfToken, toast } from "../crmplus/toast.js";

// The phone waits so long for the CRM; the CRM's own answer may take longer.
const DIALS_AFTER = 3_000;
const PATIENCE = 30_000;
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
  const buttons = bosses.map(({ text, boss, url }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = text;
    button.addEventListener("click", async () => {
      buttons.forEach((one) => (one.disabled = true));
      const given = await give(url, boss);
      shown.remove();
      if (!given) offer(bosses);
    });
    return button;
  });
  close.before(...buttons);
}

// Whether it is done: else it is offered again, for nothing else leads there.
async function give(url, boss) {
  try {
    const { text, undo } = await send(url, { boss });
    toast(text, { undo: () => send(url, undo) });
    return true;
  } catch {
    toast(stack.dataset.failed, { level: "error" });
    return false;
  }
}

function note(number) {
  const noted = send(stack.dataset.dial, { number });
  noted
    .then((answer) => offer(answer.for))
    .catch(() => toast(stack.dataset.dialFailed, { level: "error" }));
  return noted;
}

// Where the CRM can't be reached the link dials all the same, as without JavaScript.
async function dial(link) {
  const href = note(link.dataset.dial).then((answer) => answer.href);
  const late = new Promise((resolve) => setTimeout(resolve, DIALS_AFTER, link.href));
  location.assign(await Promise.race([href.catch(() => link.href), late]));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dial]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (!link || !plain) return;
  event.preventDefault();
  // A double click is one call.
  if (event.detail < 2) dial(link);
});
