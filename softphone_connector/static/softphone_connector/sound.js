// Sounds of the popup, made of plain tones: no file to load.

// Each tone: begins after, lasts (both in seconds), frequency (Hz).
const SOUNDS = {
  bell: [
    [0, 0.5, 1047],
    [0.18, 0.7, 1319],
  ],
  soft: [
    [0, 0.6, 392],
    [0.3, 0.6, 494],
    [0.6, 0.9, 587],
  ],
  phone: [
    [0, 0.4, 425],
    [0.5, 0.4, 425],
  ],
};
const ATTACK = 0.02;
const LOUDEST = 0.4;
const RESUMES = 300;
let context = null;

/**
 * Play a sound (bell, soft, phone; "" for none) at a volume in percent. False where the
 * browser does not let it: it does once somebody has clicked in the page.
 */
export async function play(name, volume) {
  const tones = SOUNDS[name];
  if (!tones || !volume || !globalThis.AudioContext) return true;
  context ??= new AudioContext();
  if (!(await runs())) return false;
  for (const [after, lasts, frequency] of tones) {
    tone(context.currentTime + after, lasts, frequency, (LOUDEST * volume) / 100);
  }
  return true;
}

// Until it is allowed, resume() waits for a click: a call would ring long after it.
async function runs() {
  if (context.state !== "running") {
    context.resume().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, RESUMES));
  }
  return context.state === "running";
}

function tone(begin, lasts, frequency, loud) {
  const source = new OscillatorNode(context, { type: "sine", frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(loud, begin + ATTACK);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + lasts);
  source.connect(volume).connect(context.destination);
  source.start(begin);
  source.stop(begin + lasts);
}
