// One connection to the server's live stream, and what is known through it.
//
// Not an EventSource: that one does not say why it failed (signed out, or the server
// is away?), and browsers differ in when it gives up.

const FIRST_ANSWER = 10_000;
const LONGEST_WAIT = 30_000;
const PROBE_AGAIN = 1000;
const GONE_KEPT = 500;

export class Channel {
  // `tell(kind, value)` hears of each new "state", "snapshot" (all messages that are
  // known; others are gone), "message" and "ping".
  constructor(url, tell) {
    this.url = url;
    this.language = new URL(url, location.origin).searchParams.get("language") ?? "";
    this.tell = tell;
    this.state = "reconnecting";
    this.known = new Map();
    this.gone = new Map();
    this.cards = new Map();
    this.interval = 15_000;
    this.retry = 1000;
    this.failures = 0;
    this.probed = 0;
    this.run = null;
  }

  start() {
    if (this.run) return;
    const run = (this.run = {});
    this.sign = Date.now();
    this.failures = 0;
    this.stay(run);
  }

  stop() {
    this.run = null;
    this.attempt?.abort();
    this.hurry?.();
    this.show("reconnecting");
  }

  // A sleep may be over, or somebody signed in again: try at once.
  wake() {
    if (this.silent()) this.attempt?.abort();
    this.failures = 0;
    this.hurry?.();
    this.start();
  }

  // The network came or went. A connection may be dead without knowing, or the server
  // may be reachable all the same: only a new one tells. All tabs report it at once.
  network() {
    if (Date.now() - this.probed < PROBE_AGAIN) return;
    this.probed = Date.now();
    this.attempt?.abort();
    this.wake();
  }

  forget() {
    this.known.clear();
    this.gone.clear();
    this.cards.clear();
    this.tell("snapshot", []);
  }

  // The HTML at a message's `card`, null if there is none; fetched once per version.
  card({ key, version, card }) {
    const kept = this.cards.get(key);
    if (kept && kept.version >= version) return kept.text;
    const entry = { version, text: fetchText(card, this.language) };
    this.cards.set(key, entry);
    entry.text.then((text) => {
      if (text === null && this.cards.get(key) === entry) this.cards.delete(key);
    });
    return entry.text;
  }

  async stay(run) {
    while (this.run === run) {
      const status = await this.listen(run);
      if (this.run !== run) return;
      if (status === 204 || status === 401) {
        this.run = null;
        this.forget();
        this.show("signed-out");
        return;
      }
      this.show(navigator.onLine && !this.silent() ? "reconnecting" : "offline");
      await this.pause();
    }
  }

  // Follow the stream while it lasts; gives the status it was refused with, or 0.
  async listen(run) {
    const attempt = (this.attempt = new AbortController());
    let watchdog = setTimeout(() => attempt.abort(), FIRST_ANSWER);
    try {
      const response = await fetch(this.url, {
        cache: "no-store",
        headers: { Accept: "text/event-stream" },
        redirect: "error",
        signal: attempt.signal,
      });
      if (response.status !== 200) return response.status;
      for await (const event of events(response.body)) {
        if (this.run !== run) break;
        this.sign = Date.now();
        this.take(event);
        clearTimeout(watchdog);
        watchdog = setTimeout(() => attempt.abort(), 2 * this.interval);
      }
    } catch {
      // Broken, aborted or unreachable: all the same, it is tried again.
    } finally {
      clearTimeout(watchdog);
      attempt.abort();
    }
    return 0;
  }

  take({ event, data, retry }) {
    if (retry) this.retry = Number(retry);
    if (event === "snapshot") this.replace(JSON.parse(data));
    else if (event === "message") this.accept(JSON.parse(data));
    else if (event === "ping") this.tell("ping");
  }

  replace({ ping, messages }) {
    const before = this.known;
    this.known = new Map();
    for (const message of messages) {
      const old = before.get(message.key);
      this.known.set(message.key, old?.version > message.version ? old : message);
      before.delete(message.key);
    }
    before.forEach((message) => this.bury(message));
    // The rights may have changed with the connection.
    this.cards.clear();
    this.tell("snapshot", [...this.known.values()]);
    this.interval = ping * 1000;
    this.failures = 0;
    this.show("online");
  }

  // Pass a message on, unless something newer is known under its key.
  accept(message) {
    const { key, version } = message;
    if (key === undefined) {
      this.tell("message", message);
      return;
    }
    if (version <= (this.known.get(key)?.version ?? this.gone.get(key) ?? -1)) return;
    this.gone.delete(key);
    if (message.gone) this.bury(message);
    else this.known.set(key, message);
    this.tell("message", message);
  }

  // Its version is remembered: a late message must not bring it back.
  bury({ key, version }) {
    this.known.delete(key);
    this.cards.delete(key);
    this.gone.set(key, version);
    if (this.gone.size > GONE_KEPT) this.gone.delete(this.gone.keys().next().value);
  }

  show(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("state", state);
  }

  silent() {
    return Date.now() - this.sign >= 2 * this.interval;
  }

  // Longer each time, and never all browsers at the same moment.
  pause() {
    const longest = Math.min(LONGEST_WAIT, this.retry * 2 ** this.failures++);
    return new Promise((resolve) => {
      this.hurry = resolve;
      setTimeout(resolve, longest * (0.5 + Math.random() / 2));
    });
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    yield* blocks.map(parse);
  }
}

function parse(block) {
  const lines = block.split("\n").map((line) => line.split(/: (.*)/s, 2));
  return Object.fromEntries(lines);
}

// In the language of the pages it is for: a worker has none of its own.
async function fetchText(path, language) {
  const url = new URL(path, location.origin);
  if (url.origin !== location.origin) return null;
  try {
    const response = await fetch(url, {
      headers: language ? { "Accept-Language": language } : {},
      redirect: "error",
    });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
