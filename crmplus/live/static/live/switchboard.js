// Shares one channel among the tabs of a browser, each at a MessagePort.
//
// A tab says {ask: "hello" | "bye" | "wake" | "network"} or {ask: "card", id, message}.
// It hears {kind: "state" | "snapshot" | "message" | "ping", value} and
// {kind: "card", id, value}.

import { Channel } from "./channel.js";

export class Switchboard {
  constructor(url) {
    this.ports = new Set();
    this.channel = new Channel(url, (kind, value) => {
      for (const port of this.ports) port.postMessage({ kind, value });
    });
  }

  attach(port) {
    port.onmessage = ({ data }) => this[data.ask](port, data);
  }

  // A tab hears at once all that the others know.
  hello(port) {
    const { state, known } = this.channel;
    port.postMessage({ kind: "state", value: state });
    if (state === "online") {
      port.postMessage({ kind: "snapshot", value: [...known.values()] });
    }
    this.ports.add(port);
    this.channel.start();
  }

  bye(port) {
    this.ports.delete(port);
    if (this.ports.size) return;
    this.channel.stop();
    this.channel.forget();
  }

  wake() {
    this.channel.wake();
  }

  network() {
    this.channel.network();
  }

  async card(port, { id, message }) {
    port.postMessage({ kind: "card", id, value: await this.channel.card(message) });
  }
}
