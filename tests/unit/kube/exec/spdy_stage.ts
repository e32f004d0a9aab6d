/** Execs by SPDY, for tests. */
import { exec } from "../../../../src/kube/exec.ts";
import { ProtocolChoice } from "../../../../src/kube/exec/protocols.ts";
import type { Options } from "../../../../src/kube/exec/stream.ts";
import { FakeSpdy } from "../../../support/fake_spdy.ts";
import { FakeTransport } from "../../../support/fake_transport.ts";

export const SUCCESS = '{"metadata":{},"status":"Success"}';

/** A server whose commands do this once they have started. */
export function serving(play: (server: FakeSpdy) => void = () => {}) {
  const transport = new FakeTransport();
  const servers: FakeSpdy[] = [];
  transport.onUpgrade = () => {
    const server = new FakeSpdy();
    server.onStart = play;
    servers.push(server);
    return server.upgraded;
  };
  return { transport, servers };
}

export function start(transport: FakeTransport, options: Partial<Options> = {}) {
  const place = { namespace: "ns", pod: "p", container: "step-a", command: ["cat"] };
  return exec(transport, { ...place, protocols: new ProtocolChoice("spdy"), ...options });
}
