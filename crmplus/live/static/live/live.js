// The live channel of a page; a module imports { live } from this file and calls
//
//   live.on("call", (message) => …)   now for all that is known, then for each change;
//                                     message.gone: take it away
//   live.on("state", (state) => …)    online, reconnecting, offline, signed-out
//   await live.card(message)          the HTML at message.card, null if there is none
//   live.hint("missed", act)          for messages without contents, which only say that
//                                     something has changed: act() for each, once after
//                                     the connection was lost, and in a hidden tab only
//                                     when it is looked at again

import { Switchboard } from "./switchboard.js";

const CHECK = 15_000;

class Live {
  constructor(settings, shown) {
    this.settings = settings;
    this.shown = shown;
    this.state = "reconnecting";
    this.known = new Map();
    this.listeners = new Map();
    this.asked = new Map();
    this.asks = 0;
    if (settings) this.begin();
  }

  on(type, listener) {
    if (!this.listeners.has(type)) this.listeners.set(type, new Set());
    this.listeners.get(type).add(listener);
    if (type === "state") listener(this.state);
    for (const message of this.known.values()) {
      if (message.type === type) listener(message);
    }
  }

  // With `first` also once at the beginning: what has changed since the page was made
  // was not heard. Gives the function that a hint calls.
  hint(type, act, { first = false } = {}) {
    let stale = false;
    let lost = false;
    let begun = first;
    const changed = () => {
      stale = document.hidden;
      if (!stale) act();
    };
    this.on(type, changed);
    this.on("state", (state) => {
      const online = state === "online";
      if (online && lost) changed();
      lost = begun && !online;
      begun ||= online;
    });
    document.addEventListener("visibilitychange", () => {
      if (stale && !document.hidden) changed();
    });
    return changed;
  }

  card(message) {
    if (!this.port) return Promise.resolve(null);
    return new Promise((resolve) => {
      const id = ++this.asks;
      this.asked.set(id, resolve);
      this.ask("card", { id, message });
    });
  }

  begin() {
    this.open();
    setInterval(() => this.check(), CHECK);
    addEventListener("online", () => this.ask("network"));
    addEventListener("offline", () => this.ask("network"));
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    document.addEventListener("visibilitychange", () => this.seen());
  }

  open() {
    this.port = this.sharedPort() ?? this.ownPort();
    this.port.onmessage = ({ data }) => this.hear(data);
    this.heard = Date.now();
    this.asked.forEach((resolve) => resolve(null));
    this.asked.clear();
    this.ask("hello");
  }

  close() {
    this.ask("bye");
    this.port.close();
  }

  sharedPort() {
    if (!globalThis.SharedWorker || this.alone) return null;
    const { worker, stream } = this.settings;
    try {
      const shared = new SharedWorker(worker, { type: "module", name: stream });
      shared.onerror = () => this.goAlone();
      return shared.port;
    } catch {
      return null;
    }
  }

  ownPort() {
    this.alone = true;
    const { port1, port2 } = new MessageChannel();
    new Switchboard(this.settings.stream).attach(port2);
    return port1;
  }

  goAlone() {
    if (this.alone) return;
    this.alone = true;
    this.open();
  }

  // Without a shared worker only the tab that is looked at keeps a connection.
  seen() {
    const visible = document.visibilityState === "visible";
    if (this.alone) this.ask(visible ? "hello" : "bye");
    else if (visible) this.ask("wake");
  }

  // The worker passes each ping on: one that says nothing has died.
  check() {
    if (this.state !== "online" || Date.now() - this.heard < 3 * CHECK) return;
    this.show("offline");
    this.close();
    this.open();
  }

  ask(ask, more) {
    this.port?.postMessage({ ask, ...more });
  }

  hear({ kind, value, id }) {
    this.heard = Date.now();
    if (kind === "state") this.show(value);
    else if (kind === "snapshot") this.replace(value);
    else if (kind === "message") this.pass(value);
    else if (kind === "card") {
      this.asked.get(id)?.(value);
      this.asked.delete(id);
    }
  }

  replace(messages) {
    const keys = new Set(messages.map((message) => message.key));
    for (const { type, key, version } of [...this.known.values()]) {
      if (!keys.has(key)) this.pass({ type, key, version, gone: true });
    }
    messages.forEach((message) => this.pass(message));
  }

  pass(message) {
    const { type, key, version, gone } = message;
    if (gone) this.known.delete(key);
    else if (key !== undefined) {
      if (version <= (this.known.get(key)?.version ?? -1)) return;
      this.known.set(key, message);
    }
    this.tell(type, message);
  }

  show(state) {
    this.state = state;
    if (this.shown) this.shown.dataset.state = state;
    this.tell("state", state);
  }

  tell(type, value) {
    for (const listener of this.listeners.get(type) ?? []) {
      try {
        listener(value);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

// One for the page, even where this file is loaded under two addresses.
export const live = (globalThis[Symbol.for("crmplus.live")] ??= new Live(
  document.getElementById("live")?.dataset,
  document.getElementById("live-state"),
));
