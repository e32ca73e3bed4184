// The cards, dragged by what their head says, go to the other side of the window.

const FAR = 0.25; // of the window's width

/** Let the stack be dragged; `turn()` puts it on its other side. */
export function movable(stack, turn) {
  let from = null;

  stack.addEventListener("pointerdown", (event) => {
    if (event.button || !event.target.closest(".popup-state")) return;
    event.preventDefault();
    from = event.clientX;
    stack.setPointerCapture(event.pointerId);
  });
  stack.addEventListener("pointermove", (event) => {
    if (from !== null) stack.style.translate = `${event.clientX - from}px`;
  });
  const end = (event) => {
    if (from === null) return;
    const far = Math.abs(event.clientX - from) > innerWidth * FAR;
    from = null;
    stack.style.translate = "";
    if (far && event.type === "pointerup") turn();
  };
  stack.addEventListener("pointerup", end);
  stack.addEventListener("pointercancel", end);
}
