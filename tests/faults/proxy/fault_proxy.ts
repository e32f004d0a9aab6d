/**
 * A proxy on loopback between tkn-dev and an API server. It ends the TLS of both, names each
 * request, and lets an observer read, change or withhold everything that passes.
 */
import net from "node:net";
import tls from "node:tls";
import type { Certificates } from "../../../src/sandbox/api/certificate.ts";
import { concat } from "../../../src/concat.ts";
import { type Kind, kindOf } from "./exchange.ts";
import type { Frame, ReadFrame } from "./frames.ts";
import { readBody, readHead, statusOf } from "./http.ts";
import { spdyFrames } from "./spdy_frames.ts";
import { readWebSocketFrame } from "./websocket_frames.ts";
import { type Direction, Link, type Upstream } from "./link.ts";

export interface Exchange {
  readonly kind: Kind;
  readonly method: string;
  /** With the query. */
  readonly target: string;
  /** The body of the request. */
  readonly body: string;
  readonly link: Link;
}

/** Data that the proxy is about to pass on. */
export interface Moment {
  /** `up` and `down` are frames of an exec; `end` comes after the last byte of an answer. */
  readonly at: "request" | "answer" | "body" | "end" | Direction;
  readonly exchange: Exchange;
  readonly data: Uint8Array;
  readonly frame?: Frame;
}

/** Returns what to pass on instead; undefined for nothing. */
export type Observer = (moment: Moment) => Promise<Uint8Array | undefined>;

const NOTHING = new Uint8Array(0);

export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  readonly links = new Set<Link>();
  #gateLog?: string;
  #dark: Promise<void> | undefined;
  #turnOn = () => {};

  private constructor(
    private readonly server: net.Server,
    private readonly upstream: Upstream,
    private readonly certificates: Certificates,
    private readonly observe: Observer,
  ) {
    this.port = (server.address() as net.AddressInfo).port;
    server.on("connection", (raw: net.Socket) => void this.#accept(raw));
  }

  static async open(
    upstream: Upstream,
    certificates: Certificates,
    observe: Observer,
  ): Promise<FaultProxy> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultProxy(server, upstream, certificates, observe);
  }

  /** Simulates a lost network: no connection passes anything on, and new ones get no answer. */
  darken(): void {
    this.#dark ??= new Promise((resolve) => this.#turnOn = resolve);
    for (const link of this.links) link.swallow("up", "down");
  }

  /** Ends this; the withheld data arrives. */
  async lighten(): Promise<void> {
    this.#dark = undefined;
    this.#turnOn();
    await Promise.all([...this.links].map((link) => link.release()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#turnOn();
    for (const link of this.links) link.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #accept(raw: net.Socket): Promise<void> {
    raw.on("error", () => {});
    await this.#dark;
    const { cert, key } = this.certificates;
    const options = { isServer: true, cert, key, ALPNProtocols: ["http/1.1"] };
    const link = new Link(raw, new tls.TLSSocket(raw, options), this.upstream);
    this.links.add(link);
    if (this.#dark !== undefined) link.swallow("up", "down");
    try {
      while (await this.#exchange(link));
    } catch {
      // one of the two ends has closed
    }
    link.close();
    raw.on("close", () => this.links.delete(link));
  }

  /** Passes on one request with its answer. Returns false if no other request can follow. */
  async #exchange(link: Link): Promise<boolean> {
    const head = await readHead(link.fromClient);
    if (head === undefined) return false;
    const parts = await Array.fromAsync(readBody(link.fromClient, head, false));
    const [method, target] = head.start.split(" ");
    const body = new TextDecoder().decode(concat(parts));
    const exchange = { method, target, body, link, kind: this.#kind({ method, target, body }) };
    const asked = { at: "request", exchange, data: concat([head.bytes, ...parts]) } as const;
    const passed = await this.observe(asked);
    if (passed === undefined) return true;
    await link.write("up", passed);
    return await this.#answer(exchange);
  }

  async #answer(exchange: Exchange): Promise<boolean> {
    const { link } = exchange;
    const reader = await link.fromServer();
    const head = await readHead(reader);
    if (head === undefined) return false;
    await this.#pass({ at: "answer", exchange, data: head.bytes }, "down");
    if (statusOf(head) === 101) {
      const isSpdy = head.headers.get("upgrade") === "SPDY/3.1";
      const read = isSpdy ? spdyFrames() : readWebSocketFrame;
      // Passes on what the server sent before it closed, even if the client still sends.
      void this.#frames(exchange, "up", read).catch(() => {});
      await this.#frames(exchange, "down", read);
      return false;
    }
    for await (const data of readBody(reader, head, true)) {
      await this.#pass({ at: "body", exchange, data }, "down");
    }
    await this.#pass({ at: "end", exchange, data: NOTHING }, "down");
    return head.headers.has("content-length") || head.headers.has("transfer-encoding");
  }

  async #frames(exchange: Exchange, direction: Direction, read: ReadFrame): Promise<void> {
    const { link } = exchange;
    const reader = direction === "up" ? link.fromClient : await link.fromServer();
    for (let frame; (frame = await read(reader)) !== undefined;) {
      await this.#pass({ at: direction, exchange, data: frame.bytes, frame }, direction);
    }
  }

  async #pass(moment: Moment, direction: Direction): Promise<void> {
    const passed = await this.observe(moment);
    if (passed !== undefined && passed.length > 0) {
      await moment.exchange.link.write(direction, passed);
    }
  }

  /** The first log is the gate's, because the client follows steps in their order. */
  #kind(asked: { method: string; target: string; body: string }): Kind {
    const kind = kindOf(asked);
    if (kind !== "step log") return kind;
    const { pathname, searchParams } = new URL(asked.target, "https://server");
    const log = `${pathname} ${searchParams.get("container")}`;
    this.#gateLog ??= log;
    return log === this.#gateLog ? "gate log" : "step log";
  }
}
