/**
 * The workarounds of src/deno/network for faults of Deno. Each fault has a separate test. If that
 * test fails, Deno is fixed, and the workaround that its message names can be removed.
 */
import assert from "node:assert/strict";
import https from "node:https";
import type { Server } from "node:net";
import tls from "node:tls";
import { Authority } from "../../support/certificates.ts";
import { Listening } from "../../support/proxies.ts";

Deno.test("Deno reports a certificate that has expired as one of an unknown authority", async () => {
  const authority = await Authority.make();
  const old = await authority.issue({ name: "old", ips: ["127.0.0.1"], isExpired: true });
  const server = https.createServer({ ...old }) as unknown as Server;
  await using listening = await Listening.on(server);
  const socket = tls.connect({ host: "127.0.0.1", port: listening.port, ca: authority.pem });
  const code = await new Promise((resolve) => {
    socket.on("error", (error) => resolve((error as { code?: string }).code));
    socket.on("secureConnect", () => resolve("accepted"));
  });
  const remove = "remove datesOf from src/deno/network/dial/dial.ts";
  assert.equal(code, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", remove);
});
