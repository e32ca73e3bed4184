// The one connection of all tabs. Browsers allow six to a server over HTTP/1.1: with
// one in each tab, the seventh tab could load nothing.
//
// The worker's name is the address of its stream, which names the user it is for and
// the language of the pages: after another sign-in, or in another language, pages get
// another worker.

import { Switchboard } from "./switchboard.js";

const board = new Switchboard(self.name);
self.onconnect = ({ ports: [port] }) => board.attach(port);
