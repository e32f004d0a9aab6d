/** Servers and streams for tests of exec. */
import { exec } from "../../../src/kube/exec.ts";
import { ProtocolChoice } from "../../../src/kube/exec/protocols.ts";
import type { ExecOptions } from "../../../src/kube/interface.ts";
import { type FakeSocket, FakeTransport } from "../../support/fake_transport.ts";

export const V5 = "v5.channel.k8s.io";
export const V4 = "v4.channel.k8s.io";
export const SUCCESS = '{"metadata":{},"status":"Success"}';

export const bytes = (text: string) => new TextEncoder().encode(text);

export function start(transport: FakeTransport, options: Partial<ExecOptions> = {}) {
  const place = { namespace: "ns", pod: "p", container: "step-a", command: ["cat"] };
  return exec(transport, { ...place, protocols: new ProtocolChoice("websocket"), ...options });
}

/** A server whose sockets open with that protocol and then do this. */
export function serving(play: (socket: FakeSocket) => void, protocol = V5): FakeTransport {
  const transport = new FakeTransport();
  transport.onSocket = (socket) => {
    socket.open(protocol);
    play(socket);
  };
  return transport;
}

/** A stdin of these texts that tells whether it was given up. */
export function stdinOf(texts: string[]) {
  const state = { reads: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = texts[state.reads++];
      if (text === undefined) controller.close();
      else controller.enqueue(bytes(text));
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, state };
}

/** Returns a stdin that is silent and never ends. */
export function openStdin() {
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => {}),
    cancel: () => void (state.cancelled = true),
  });
  return { stream, state };
}

/** A server that refuses every upgrade. */
export function refusing(answer: FakeTransport["answer"]): FakeTransport {
  const transport = new FakeTransport();
  transport.onSocket = (socket) => socket.refuse();
  transport.answer = answer;
  return transport;
}
