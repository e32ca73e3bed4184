// Counts the jobs that run, and says when one has ended.

import { live } from "../live/live.js";
import { toast } from "../crmplus/toast.js";

const counter = document.getElementById("jobs-running");
const words = document.getElementById("jobs-words");
const running = new Set();

function count() {
  counter.hidden = running.size === 0;
  counter.querySelector("[data-jobs-count]").textContent = String(running.size);
}

live.on("job", ({ key, gone }) => {
  if (gone) running.delete(key);
  else running.add(key);
  if (counter) count();
});

live.on("job-ended", ({ uid, url, text, level }) => {
  if (document.querySelector(`[data-job="${CSS.escape(uid)}"]`)) return;
  const element = toast(text, { level });
  const link = document.createElement("a");
  link.className = "btn btn-sm";
  link.href = url;
  link.textContent = words.dataset.open;
  element.querySelector(".toast-text").after(link);
});
