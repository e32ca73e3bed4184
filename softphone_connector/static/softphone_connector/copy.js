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
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    // Browsers give no clipboard without https, or if told so: the text stays selected.
    select(element);
    if (!document.execCommand("copy")) return;
  }
  toast(button.dataset.done);
});
