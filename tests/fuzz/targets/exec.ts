import { exec } from "../../../src/kube/exec.ts";
import { ProtocolChoice } from "../../../src/kube/exec/protocols.ts";
import { type FakeSocket, FakeTransport, status } from "../../support/fake_transport.ts";
import { assertExecResult, orRefused } from "../asserts.ts";
import corpus from "../corpus/exec.json" with { type: "json" };
import { text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";
import { anyStatus } from "./status.ts";

interface Input {
  /** Pairs of channel and content. A negative channel stands for an empty message. */
  readonly messages: [channel: number, payload: string][];
  /** The code with which the socket closes. */
  readonly close: number;
}

const message = fc.oneof(
  fc.tuple(fc.constantFrom(1, 2, 1, 2, 0, 4, 255, -1), text),
  fc.tuple(fc.constant(3), anyStatus),
  fc.tuple(fc.integer({ min: -1, max: 255 }), text),
);

export const execTarget: Target<Input> = {
  name: "exec",
  claim: "for any frames from a server, a command ends with or without an exit code, or is refused",
  inputs: fc.record({
    messages: fc.array(message, { maxLength: 6 }),
    close: fc.constantFrom(1000, 1005, 1006, 1011),
  }),
  async check({ messages, close }) {
    const transport = new FakeTransport();
    transport.answer = () => status(400, "Upgrade request required");
    let uncaught: unknown;
    transport.onSocket = (socket) => {
      try {
        socket.open();
        for (const [channel, payload] of messages) say(socket, channel, payload);
      } catch (error) {
        uncaught = error; // an event listener threw it, and no code catches it there
      }
      socket.end(close);
    };
    const place = { namespace: "ns", pod: "p", container: "c", command: ["true"] };
    const protocols = new ProtocolChoice("websocket");
    const result = await orRefused(() => exec(transport, { ...place, protocols }));
    if (uncaught !== undefined) throw uncaught;
    if (result !== undefined) assertExecResult(result);
  },
  corpus: corpus as unknown as Target<Input>["corpus"],
  runs: 3_000,
};

function say(socket: FakeSocket, channel: number, payload: string): void {
  if (channel < 0) socket.probe();
  else socket.say(channel, payload);
}
