import assert from "node:assert/strict";
import { envProxy } from "../../../src/deno/network/env_proxy.ts";

const PROXY = "http://proxy.test:3128";

function proxyFor(server: string, env: Record<string, string>): string | undefined {
  return envProxy(new URL(server), (name) => env[name]);
}

Deno.test("the scheme of the server chooses the variable, in capitals first", () => {
  const env = { HTTPS_PROXY: "http://s.test", HTTP_PROXY: "http://p.test", https_proxy: "x" };
  assert.equal(proxyFor("https://a.test", env), "http://s.test");
  assert.equal(proxyFor("http://a.test", env), "http://p.test");
  assert.equal(proxyFor("https://a.test", { https_proxy: PROXY }), PROXY);
  assert.equal(proxyFor("https://a.test", { HTTP_PROXY: PROXY, HTTPS_PROXY: "" }), undefined);
});

Deno.test("a value that is no URL is an HTTP proxy, and nonsense counts as unset", () => {
  for (const given of ["proxy.test:3128", "user:secret@proxy.test", "192.0.2.1", "localhost:80"]) {
    assert.equal(proxyFor("https://a.test", { HTTPS_PROXY: given }), `http://${given}`);
  }
  for (const given of [PROXY, "socks5://x.test:1080", "https://x.test"]) {
    assert.equal(proxyFor("https://a.test", { HTTPS_PROXY: given }), given);
  }
  assert.equal(proxyFor("https://a.test", { HTTPS_PROXY: "a b" }), undefined);
});

Deno.test("loopback has no proxy", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"]) {
    assert.equal(proxyFor(`https://${host}:6443`, { HTTPS_PROXY: PROXY }), undefined, host);
  }
});

const EXCEPTIONS: [entry: string, without: string[], through: string[]][] = [
  ["a.test", ["a.test", "b.a.test", "A.TEST", "a.test:6443"], ["ba.test", "a.test.b"]],
  [".a.test", ["b.a.test", "c.b.a.test"], ["a.test"]],
  ["*.a.test", ["b.a.test"], ["a.test"]],
  ["a.test:6443", ["a.test:6443", "b.a.test:6443"], ["a.test", "a.test:443"]],
  ["a.test:443", ["a.test"], ["a.test:6443"]],
  ["192.0.2.7", ["192.0.2.7", "192.0.2.7:6443"], ["192.0.2.8", "a192.0.2.7.test"]],
  ["192.0.2.7:6443", ["192.0.2.7:6443"], ["192.0.2.7"]],
  ["192.0.2.0/24", ["192.0.2.7:6443"], ["192.0.3.1", "a.test"]],
  ["2001:db8::/32", ["[2001:db8::1]:6443"], ["[2001:db9::1]", "192.0.2.1"]],
  ["2001:db8::1", ["[2001:db8::1]", "[2001:db8:0::1]:6443"], ["[2001:db8::2]"]],
  ["[2001:db8::1]:6443", ["[2001:db8::1]:6443"], ["[2001:db8::1]:7443"]],
  ["*", ["a.test", "192.0.2.1", "[2001:db8::1]"], []],
  [" b.test , ,A.test ", ["a.test", "b.test"], ["c.test"]],
  ["192.0.2.0/99", [], ["192.0.2.1"]],
  [":6443", [], ["a.test:6443"]],
  ["a.test:", ["a.test", "a.test:6443"], ["b.test"]],
  ["Bücher.test", ["bücher.test", "xn--bcher-kva.test", "a.bücher.test"], ["bucher.test"]],
  [".bücher.test:6443", ["a.bücher.test:6443"], ["bücher.test:6443", "a.bücher.test"]],
];

for (const [entry, without, through] of EXCEPTIONS) {
  Deno.test(`NO_PROXY="${entry}"`, () => {
    const env = { HTTPS_PROXY: PROXY, NO_PROXY: entry };
    for (const host of without) assert.equal(proxyFor(`https://${host}`, env), undefined, host);
    for (const host of through) assert.equal(proxyFor(`https://${host}`, env), PROXY, host);
  });
}
