import assert from "node:assert/strict";
import { type Lock, renderSbom } from "../../../../scripts/release/sbom.ts";

const BYTES = new Uint8Array(64).fill(7);
const integrity = `sha512-${BYTES.toBase64()}`;

const lock: Lock = {
  npm: {
    "@scope/one@1.0.0": { integrity, dependencies: ["two", "peered"] },
    "two@2.0.0": { integrity },
    "peered@3.0.0_two@2.0.0": { integrity, dependencies: ["two@2.0.0"] },
    "only-tests@4.0.0": { integrity },
  },
};

const input = {
  lock,
  named: ["@scope/one@1.0.0"],
  licensesPage: `# Licenses

| Package    | Version | License |
| ---------- | ------- | ------- |
| @scope/one | 1.0.0   | MIT     |
| two        | 2.0.0   | ISC     |
| peered     | 3.0.0   | MIT     |
| only-tests | 4.0.0   | MIT     |
`,
  version: "1.2.3",
  runtime: "2.9.6",
  timestamp: "2026-01-02T03:04:05.000Z",
};

Deno.test("a package has its URL, its license and the checksum of the lock", () => {
  const { components } = JSON.parse(renderSbom(input));
  const one = components.find(({ name }: { name: string }) => name === "one");
  assert.deepEqual(one, {
    type: "library",
    "bom-ref": "@scope/one@1.0.0",
    group: "@scope",
    name: "one",
    version: "1.0.0",
    hashes: [{ alg: "SHA-512", content: "07".repeat(64) }],
    licenses: [{ license: { id: "MIT" } }],
    purl: "pkg:npm/%40scope/one@1.0.0",
    scope: "required",
  });
});

Deno.test("packages that the program does not reach are excluded", () => {
  const { components, dependencies } = JSON.parse(renderSbom(input));
  const excluded = components.filter(({ scope }: { scope: string }) => scope === "excluded");
  assert.deepEqual(excluded.map((one: { name: string }) => one.name), ["only-tests"]);
  assert.deepEqual(dependencies[0], { ref: "tkn-dev", dependsOn: ["deno", "@scope/one@1.0.0"] });
});

Deno.test("dependencies lead to packages of the lock, with their peers", () => {
  const { dependencies } = JSON.parse(renderSbom(input));
  const of = new Map<string, string[]>(
    dependencies.map((one: { ref: string; dependsOn: string[] }) => [one.ref, one.dependsOn]),
  );
  assert.deepEqual(of.get("@scope/one@1.0.0"), ["peered@3.0.0_two@2.0.0", "two@2.0.0"]);
  assert.deepEqual(of.get("peered@3.0.0_two@2.0.0"), ["two@2.0.0"]);
});

Deno.test("the runtime is a component", () => {
  const { components } = JSON.parse(renderSbom(input));
  assert.equal(components[0].purl, "pkg:github/denoland/deno@v2.9.6");
});

Deno.test("a package without a known license is an error", () => {
  const licensesPage = input.licensesPage.replace("| two ", "| 2   ");
  const message = "docs/licenses.md does not have two@2.0.0";
  assert.throws(() => renderSbom({ ...input, licensesPage }), { message });
});

Deno.test("a package without a checksum is an error", () => {
  const npm = { ...lock.npm, "two@2.0.0": { integrity: "sha1-abc" } };
  assert.throws(() => renderSbom({ ...input, lock: { ...lock, npm } }), /has no SHA-512 of two/);
});
