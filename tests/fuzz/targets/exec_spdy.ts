import assert from "node:assert/strict";
import { exec } from "../../../src/kube/exec.ts";
import { ProtocolChoice } from "../../../src/kube/exec/protocols.ts";
import { FakeSpdy, type StreamType } from "../../support/fake_spdy.ts";
import { FakeTransport } from "../../support/fake_transport.ts";
import corpus from "../corpus/exec_spdy.json" with { type: "json" };
import { assertExecResult, orRefused } from "../asserts.ts";
import { text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";
import { anyStatus } from "./status.ts";

/** Text of a stream and whether it ends, a reset stream, raw bytes, a ping, the orderly end. */
type Act =
  | ["say", "error" | "stdout" | "stderr", string, boolean]
  | ["reset", "error" | "stdout" | "stderr"]
  | ["raw", number[]]
  | ["ping", number]
  | ["goAway"];

const type = fc.constantFrom("error" as const, "stdout" as const, "stderr" as const);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(fc.constant("say" as const), type, fc.oneof(text, anyStatus), fc.boolean()),
  fc.tuple(fc.constant("reset" as const), type),
  fc.tuple(fc.constant("raw" as const), fc.array(fc.nat(255), { maxLength: 30 })),
  fc.tuple(fc.constant("ping" as const), fc.nat(9)),
  fc.tuple(fc.constant("goAway" as const)),
);

export const execSpdyTarget: Target<Act[]> = {
  name: "exec_spdy",
  claim: "for any frames of SPDY, a command ends with or without an exit code, or is refused",
  inputs: fc.array(act, { maxLength: 6 }),
  async check(acts) {
    const transport = new FakeTransport();
    const server = new FakeSpdy();
    server.onStart = () => {
      for (const one of acts) play(server, one);
      server.end();
    };
    transport.onUpgrade = () => server.upgraded;
    const place = { namespace: "ns", pod: "p", container: "c", command: ["true"] };
    const protocols = new ProtocolChoice("spdy");
    const result = await orRefused(() => exec(transport, { ...place, protocols }));
    assert.equal(server.isClosed, true);
    if (result !== undefined) assertExecResult(result);
  },
  corpus: corpus as unknown as Target<Act[]>["corpus"],
  runs: 2_000,
};

function play(server: FakeSpdy, act: Act): void {
  if (act[0] === "say") server.say(act[1] as StreamType, act[2], act[3]);
  else if (act[0] === "reset") server.reset(act[1]);
  else if (act[0] === "raw") server.raw(Uint8Array.from(act[1]));
  else if (act[0] === "ping") server.ping(act[1]);
  else server.goAway();
}
