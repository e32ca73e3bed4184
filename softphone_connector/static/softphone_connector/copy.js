// Buttons that copy the text of an element: <button data-copy-from="id" data-done="Copied.">

import { toast } from "../crmplus/toast.js";

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy-from]");
  if (!button) return;
  const element = document.getElementById(button.dataset.copyFrom);
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(element.textContent);
  } else {
    // Without https browsers give no clipboard; the text then at least stays selected.
    select(element);
    document.execCommand("copy");
  }
  toast(button.dataset.done);
});
