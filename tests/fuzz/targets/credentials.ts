import assert from "node:assert/strict";
import { storeFiles, withoutCredentials } from "../../../src/tree/secrets/git_credentials.ts";
import { holdsSecret } from "../../../src/tree/secrets/secret_contents.ts";
import corpus from "../corpus/credentials.json" with { type: "json" };
import { linesOf, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const address = fc.tuple(
  fc.constantFrom("https", "http", "ssh", "git+ssh", "HTTPS", "socks5h"),
  fc.constantFrom("me:s3cret", "me:p@s3cret", "me:s3cret:x", ":s3cret"),
).map(([scheme, login]) => `${scheme}://${login}@host/a`);
const section = fc.oneof(
  fc.constantFrom("[core]", "[http]", '[remote "origin"]'),
  address.map((url) => `[url "${url}"]`),
);
const entry = fc.tuple(
  fc.constantFrom("\t", "", "# ", "[a] "),
  fc.constantFrom("url", "extraheader", "token", "x", "helper"),
  fc.constantFrom(" = ", "=", " "),
  fc.oneof(address, text, fc.constant("a \\")),
).map((words) => words.join(""));

const NAMES = [".npmrc", ".netrc", "pip.conf", "settings.xml", "auth.json", ".gitconfig"];

/** A .git from a clone may contain anything, and any program may write to it. */
export const credentialsTarget: Target<string> = {
  name: "credentials",
  claim:
    "no password of a URL remains in a text, which grows by at most a newline; a second pass changes nothing",
  inputs: linesOf(section, entry, address),
  check(input) {
    const clean = withoutCredentials(input);
    assert.ok(!/:\/\/[^/?#\s]*s3cret[^/?#\s]*@/.test(clean), clean);
    assert.ok(clean.length <= input.length + 1, "it has grown");
    assert.equal(withoutCredentials(clean), clean);
    storeFiles(input);
    for (const name of NAMES) assert.equal(typeof holdsSecret(name, input), "boolean");
  },
  corpus,
  runs: 10_000,
};
