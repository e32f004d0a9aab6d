import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { parse } from "npm:yaml@2.9.1";
import { renderFormula } from "../../../../scripts/release/homebrew.ts";
import { renderKrew } from "../../../../scripts/release/krew.ts";
import { archiveName, TARGETS } from "../../../../scripts/release/targets.ts";
import { MADE_UP, PLACE } from "./support.ts";

Deno.test("the manifest for krew has each platform with its archive and its checksum", () => {
  const { apiVersion, kind, metadata, spec } = parse(renderKrew(PLACE, MADE_UP));
  assert.equal(apiVersion, "krew.googlecontainertools.github.com/v1alpha2");
  assert.deepEqual([kind, metadata.name, spec.version], ["Plugin", "tkn-dev", "v1.2.3"]);
  assert.equal(spec.homepage, PLACE.home);
  assert.ok(spec.shortDescription.length <= 50); // the limit of the index of krew
  assert.equal(spec.platforms.length, TARGETS.length);
  assert.deepEqual(spec.platforms[3], {
    selector: { matchLabels: { os: "darwin", arch: "arm64" } },
    uri: `${PLACE.files}/tkn-dev-aarch64-apple-darwin.tar.gz`,
    sha256: "3".repeat(64),
    bin: "tkn-dev",
  });
  assert.equal(spec.platforms[4].bin, "tkn-dev.exe");
});

Deno.test("the formula has each platform of Homebrew with its archive and its checksum", () => {
  const formula = renderFormula(PLACE, MADE_UP);
  const found = [...formula.matchAll(/url "(.*)"\n +sha256 "(.*)"/g)].map(([, ...pair]) => pair);
  const unix = TARGETS.filter(({ os }) => os !== "windows").map(archiveName);
  const wanted = unix.map((name) => [`${PLACE.files}/${name}`, MADE_UP.get(name)]);
  assert.deepEqual(found.sort(), wanted.sort());
  const [macos] = /on_macos do[^]*?\n {2}end\n/.exec(formula)!;
  assert.match(macos, /on_arm do\n +url ".*aarch64-apple-darwin\.tar\.gz"/);
  assert.match(macos, /on_intel do\n +url ".*x86_64-apple-darwin\.tar\.gz"/);
});

Deno.test("a manifest needs the checksum of each archive", () => {
  const some = new Map([...MADE_UP].slice(1));
  const message = "SHA256SUMS: it has no line for tkn-dev-x86_64-unknown-linux-gnu.tar.gz";
  assert.throws(() => renderKrew(PLACE, some), { message });
  assert.throws(() => renderFormula(PLACE, some), { message });
});
