// One box chooses all entries of the page.

const all = document.querySelector("[data-bin-all]");
const boxes = [...document.querySelectorAll("[data-bin] input[name=item]")];

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
}
