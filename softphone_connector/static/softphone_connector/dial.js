// Click-to-dial: note the call in the CRM, then hand the number to the phone.

import { csrfToken, toast } from "../crmplus/toast.js";

const PATIENCE = 3_000;
const stack = document.getElementById("popup-stack");

async function hrefFor(link) {
  const answer = await fetch(stack.dataset.dial, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams({ number: link.dataset.dial }),
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).href;
}

// Where the CRM can't be reached the link dials all the same, as without JavaScript.
async function dial(link) {
  let href = link.href;
  try {
    href = await hrefFor(link);
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
