import assert from "node:assert/strict";
import { parseChallenges } from "../../../src/registry/challenge.ts";
import { imageText, parseImageName } from "../../../src/registry/image_name.ts";
import { fileOfLayer, LayerError } from "../../../src/registry/layer.ts";
import { tarOf } from "../../support/fake_registry.ts";
import { orRefused } from "../asserts.ts";
import imageCorpus from "../corpus/image_name.json" with { type: "json" };
import { text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const piece = fc.constantFrom("a", "B", ".", "..", "/", ":", "@", "1", "[::1]", " ", "\n", DIGEST);

/** A Pipeline on the cluster may name a stranger's bundle. */
export const imageNameTarget: Target<string> = {
  name: "image_name",
  claim: "an image is at the host that its URL has, or its name is refused",
  inputs: fc.oneof(fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")), text),
  async check(input) {
    const name = await orRefused(() => parseImageName(input));
    if (name === undefined) return;
    const { registry, repository, reference } = name;
    const url = new URL(`https://${registry}/v2/${repository}/manifests/${reference}`);
    assert.equal(url.pathname, `/v2/${repository}/manifests/${reference}`);
    assert.equal(url.host, new URL(`https://${registry.toLowerCase()}`).host);
    assert.equal(url.username + url.search + url.hash, "");
    assert.deepEqual(parseImageName(imageText(name)), name);
  },
  corpus: imageCorpus,
  runs: 5_000,
};

const header = fc.array(
  fc.constantFrom("Bearer ", "Basic", "realm=", '"a"', '"', "\\", ",", " ", "=", "x"),
  { maxLength: 30 },
).map((parts) => parts.join(""));

export const challengeTarget: Target<string> = {
  name: "challenge",
  claim: "each scheme of a challenge is a word of the header, and reading it ends",
  inputs: fc.oneof(header, text),
  check(input) {
    for (const { scheme } of parseChallenges(input)) {
      assert.ok(input.toLowerCase().includes(scheme), scheme);
    }
  },
  corpus: [],
  runs: 5_000,
};

const changed = fc.tuple(
  fc.string({ maxLength: 700 }),
  fc.array(fc.tuple(fc.nat(1_600), fc.nat(255)), { maxLength: 4 }),
  fc.nat(2_000),
).map(([content, changes, length]) => {
  const tar = tarOf(content);
  for (const [at, byte] of changes) if (at < tar.length) tar[at] = byte;
  return [...tar.subarray(0, length)];
});

export const layerTarget: Target<number[]> = {
  name: "layer",
  claim: "a layer is a text no longer than itself, or refused with a reason",
  inputs: changed,
  async check(input) {
    const bytes = Uint8Array.from(input);
    const file = await fileOfLayer(bytes).catch((error) => {
      assert.ok(error instanceof LayerError, error);
    });
    // A byte that is not UTF-8 becomes one character of three bytes.
    if (file !== undefined) assert.ok(file.length <= bytes.length);
  },
  corpus: [],
  runs: 2_000,
};
