/**
 * The workarounds of src/deno/network for faults of Deno. Each fault has a separate test. If that
 * test fails, Deno is fixed, and the workaround that its message names can be removed.
 */
import assert from "node:assert/strict";
import https from "node:https";
import type { Server } from "node:net";
import tls from "node:tls";
import { Authority, inVersion1, type Issued } from "../../support/certificates.ts";
import { Listening } from "../../support/proxies.ts";

/** Returns the code of the error of a handshake that trusts the authority, or "accepted". */
async function handshake(authority: Authority, { cert, key }: Issued): Promise<unknown> {
  const server = https.createServer({ cert, key }) as unknown as Server;
  await using listening = await Listening.on(server);
  const { port } = listening;
  const socket = tls.connect({ host: "localhost", port, ca: authority.pem });
  const code = await new Promise((resolve) => {
    socket.on("error", (error) => resolve((error as { code?: string }).code));
    socket.on("secureConnect", () => resolve("accepted"));
  });
  socket.destroy();
  return code;
}

Deno.test("Deno reports a certificate that has expired as one of an unknown authority", async () => {
  const authority = await Authority.make();
  const old = await authority.issue({ name: "old", dns: ["localhost"], isExpired: true });
  const remove = "remove the expiry from lookAt in src/deno/network/dial/dial.ts";
  assert.equal(await handshake(authority, old), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", remove);
});

Deno.test("Deno compares only names with an authority if a certificate is of version 1", async () => {
  const [authority, other] = [await Authority.make(), await Authority.make()];
  const forged = await other.issue({ name: "localhost" });
  const remove = "remove the call of examined from handshake in src/deno/network/dial/dial.ts";
  const shown = { ...forged, cert: inVersion1(forged.cert) };
  assert.equal(await handshake(authority, shown), "accepted", remove);
});
