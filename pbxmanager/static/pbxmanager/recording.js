// A recording that cannot be fetched says so; the player alone only turns grey.

const player = document.getElementById("recording");

player?.addEventListener("error", () => {
  document.getElementById("recording-failed").hidden = false;
});
