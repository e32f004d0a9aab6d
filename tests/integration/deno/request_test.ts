import assert from "node:assert/strict";
import { request } from "../../../src/deno/request.ts";
import { FileError, type RequestOptions } from "../../../src/host.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { readWithAuthorities } from "./with_authorities.ts";

const never = new AbortController().signal;

function served(
  answer: (request: Request) => Response | Promise<Response>,
  certificate?: { cert: string; key: string },
) {
  const options = { port: 0, hostname: "127.0.0.1", onListen() {}, ...certificate };
  const server = Deno.serve(options, answer);
  const scheme = certificate === undefined ? "http" : "https";
  const origin = `${scheme}://127.0.0.1:${server.addr.port}`;
  return { origin, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function text(url: string, options: RequestOptions = {}): Promise<string> {
  return new TextDecoder().decode((await request(url, options, never)).bytes);
}

for (const skipsTls of [false, true]) {
  const how = skipsTls ? ", with any certificate" : "";
  Deno.test(`credentials follow a redirect to the same origin alone${how}`, async () => {
    const echo = ({ headers }: Request) => new Response(headers.get("authorization") ?? "none");
    await using other = served(echo);
    await using server = served((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/here") return Response.redirect(`${server.origin}/`, 307);
      return pathname === "/away" ? Response.redirect(`${other.origin}/`, 307) : echo(request);
    });
    const headers = { authorization: "Basic x" };
    assert.equal(await text(`${server.origin}/here`, { headers, skipsTls }), "Basic x");
    assert.equal(await text(`${server.origin}/away`, { headers, skipsTls }), "none");
  });

  Deno.test(`an answer has its status, headers and bytes${how}`, async () => {
    await using server = served(async (request) => {
      const headers = { "www-authenticate": "Basic", "x-method": request.method };
      return new Response(await request.text(), { status: 401, headers });
    });
    const { status, headers, bytes } = await request(
      server.origin,
      { body: "a=b", skipsTls },
      never,
    );
    assert.equal(status, 401);
    assert.deepEqual([headers.get("www-authenticate"), headers.get("x-method")], ["Basic", "POST"]);
    assert.equal(new TextDecoder().decode(bytes), "a=b");
  });

  Deno.test(`an answer that never ends is cut off${how}`, async () => {
    const body = () =>
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) });
    await using server = served(() => new Response(body()));
    await assert.rejects(
      request(server.origin, { mostBytes: 2 << 20, skipsTls }, never),
      (error) => error instanceof FileError && error.state === "it is longer than 2 MiB",
    );
  });
}

Deno.test("an untrusted certificate is refused, unless the user skips the check", async () => {
  const { cert, key } = await makeCertificates();
  await using server = served(() => new Response("yes"), { cert, key });
  await assert.rejects(
    request(server.origin, {}, never),
    (error) => error instanceof FileError && /certificate is not trusted/.test(error.state),
  );
  assert.equal(await text(server.origin, { skipsTls: true }), "yes");
});

Deno.test({
  name: "an authority that this machine trusts vouches for a web server",
  ignore: Deno.build.os !== "linux", // elsewhere no variable names the authorities
  async fn() {
    using place = temporaryDirectory();
    const { ca, cert, key } = await makeCertificates();
    await Deno.writeTextFile(`${place.path}/ca.crt`, ca);
    await using server = served(() => new Response("yes"), { cert, key });
    const read = await readWithAuthorities(`${place.path}/ca.crt`, "url", server.origin);
    assert.deepEqual(read, { stdout: "yes", stderr: "" });
  },
});

Deno.test({
  name: "SSL_CERT_DIR names directories of authorities, and a missing SSL_CERT_FILE spoils nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using place = temporaryDirectory();
    const { ca, cert, key } = await makeCertificates();
    await Deno.mkdir(`${place.path}/certs`);
    await Deno.writeTextFile(`${place.path}/certs/company.pem`, `# ours\n${ca}`);
    await Deno.writeTextFile(`${place.path}/certs/README`, "none");
    await using server = served(() => new Response("yes"), { cert, key });
    const SSL_CERT_DIR = `${place.path}/missing:${place.path}/certs`;
    const others: Record<string, string>[] = [
      {},
      { SSL_CERT_FILE: "" },
      { SSL_CERT_FILE: `${place.path}/missing` },
    ];
    for (const other of others) {
      const read = await readWithAuthorities({ SSL_CERT_DIR, ...other }, "url", server.origin);
      assert.deepEqual(read, { stdout: "yes", stderr: "" });
    }
  },
});
