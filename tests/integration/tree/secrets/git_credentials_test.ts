/**
 * git reads a configuration without credentials like the original, except for the removed settings.
 */
import assert from "node:assert/strict";
import { withoutCredentials } from "../../../../src/tree/secrets/git_credentials.ts";
import { git } from "../../../support/git_judge.ts";
import { Random } from "../../../support/random.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { testWith } from "../../../support/tools.ts";

const SEEDS = 60;
const SECTIONS = [
  "[core]",
  "[a.b]",
  "[http]",
  '[http "https://x/"]',
  '[remote "or]igin"]',
  '[url "https://u:s3cret@h/"]',
  '[credential "https://h"]',
  '[Alias "q\\"x\\\\"]',
];
const KEYS = ["url", "pushUrl", "ExtraHeader", "helper", "proxy", "token", "x", "password", "user"];
const VALUES = [
  "true",
  "https://u:s3cret@h/x",
  '"https://u:s3cret@h/x" ; why',
  "AUTHORIZATION: basic s3cret",
  "Authorization: \\\n  bearer s3cret",
  "a \\\n b \\\n c",
  '"a # b" ; c',
  '"!f() { echo password=s3cret; }; f"',
  "",
  "a\\\\",
  "# only a comment",
];

function configuration(random: Random): string {
  const lines: string[] = [];
  const entry = () => random.pick(KEYS) + random.pick([" = ", "="]) + random.pick(VALUES);
  for (let sections = random.below(4); sections >= 0; sections--) {
    const after = random.pick(["", " ; why", ` ${entry()}`]);
    lines.push(random.pick(["", "  ", "\t"]) + random.pick(SECTIONS) + after);
    for (let entries = random.below(4); entries > 0; entries--) {
      lines.push(random.pick(["\t", "", " "]) + entry());
      if (random.below(4) === 0) lines.push(`# ${entry()}`.replaceAll("\n", "\n# "));
    }
  }
  return lines.join(random.pick(["\n", "\n", "\r\n"])) + "\n";
}

testWith(["git"], `git reads ${SEEDS} random configurations without their credentials`, () => {
  using place = temporaryDirectory();
  const listed = (text: string) => {
    const path = `${place.path}/config`;
    Deno.writeTextFileSync(path, text);
    return git("/", "config", "-z", "--list", "-f", path).split("\0").slice(0, -1);
  };
  let kept = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const text = configuration(new Random(seed));
    const clean = withoutCredentials(text);
    const message = `seed ${seed}: ${JSON.stringify([text, clean])}`;
    assert(!clean.includes("s3cret"), message);
    assert.equal(withoutCredentials(clean), clean, message);
    const before = listed(text).map((one) => one.replaceAll("u:s3cret@h", "h"));
    const after = listed(clean);
    assert.deepEqual(after.filter((one) => !before.includes(one)), [], message);
    const lost = before.filter((one) => !after.includes(one) && !one.includes("s3cret"));
    assert.deepEqual(
      lost.filter((one) => !/\b(?:extraheader|token|password)\n./.test(one)),
      [],
      message,
    );
    kept += after.length;
  }
  assert(kept > SEEDS, `only ${kept} lines`);
});
