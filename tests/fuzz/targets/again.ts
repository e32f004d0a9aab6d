import assert from "node:assert/strict";
import { commandLineOf, wordsOf } from "../../../src/cli/command_line.ts";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { remembered } from "../../../src/commands/again.ts";
import { type Entry, entryName, entryText } from "../../../src/commands/again/entry.ts";
import { UNPRINTABLE } from "../../../src/printable.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { directory, tree } from "../../support/tree_text.ts";
import { orRefused } from "../asserts.ts";
import corpus from "../corpus/again.json" with { type: "json" };
import { mostOf, number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const VERBS = ["upload", "debug", "start"];
const commands = PROGRAM.commands.filter(({ path }) => VERBS.includes(path.at(-1)!));
const others = PROGRAM.commands.map(({ path }) => [...path]);

const value = fc.oneof(fc.constantFrom("a=b", "name=w,claimName=c", "10s", "", "-"), path, text);
const flags = (names: readonly string[]) =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(" ", "=", "only"), value)
    .map(([name, between, value]) =>
      between === "only" ? [name] : between === " " ? [name, value] : [name + between + value]
    );
/** The words of a command that starts a run, mostly, with its own flags. */
const typed = fc.constantFrom(...commands).chain((command) => {
  const names = command.flags.map(({ name }) => `--${name}`);
  const rest = fc.oneof({ weight: 3, arbitrary: flags(names) }, value.map((word) => [word]));
  return fc.tuple(
    fc.constantFrom([], ["t"], ["t", "src"], ["src"]),
    fc.array(rest, { maxLength: 4 }),
  )
    .map(([args, parts]) => [...command.path, ...args, ...parts.flat()]);
});
const words = fc.oneof(
  { weight: 8, arbitrary: typed },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 4 }) },
);
const place = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("/tree", "/tree", ".", "/other", "/") },
  path,
);
const entry = mostOf({
  version: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, number, fc.constantFrom(0, 2, "1")),
  directory: fc.oneof({ weight: 6, arbitrary: fc.constant("/tree") }, place),
  cwd: place,
  kubeconfig: fc.option(text, { freq: 2, nil: undefined }),
  words,
});

/** The file is the user's own, but another version or an editor may have written it. */
export const againTarget: Target<string> = {
  name: "again",
  claim: "a remembered line starts a run as it is shown, or is refused or ignored in one line",
  inputs: fc.oneof(
    { weight: 12, arbitrary: entry.map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: text },
  ),
  async check(input) {
    const host = await hostWith(input);
    const call = await orRefused(() => remembered(host, parse(["again", "/tree"], PROGRAM)));
    const { stderr, stdout } = host.terminal;
    assert.equal(stdout, "");
    assert.equal(stderr.replaceAll("\n", "").search(UNPRINTABLE), -1, stderr);
    if (call === undefined) return;
    assert.match(stderr, /^Repeating tkn-dev .*\n$/);
    assert.ok(VERBS.includes(call.command.path.at(-1)!) && !call.help);
    const words = wordsOf(commandLineOf(call));
    const { kubeconfig } = JSON.parse(input) as Entry;
    const cwd = await host.files.realPath(".");
    const again = await hostWith(entryText({ directory: "/tree", cwd, kubeconfig, words }));
    const repeated = await remembered(again, parse(["again", "/tree"], PROGRAM));
    assert.deepEqual(wordsOf(commandLineOf(repeated)), words);
  },
  corpus,
  runs: 800,
};

/** A host in the directory ".", with the text as the file of the directory /tree. */
async function hostWith(text: string): Promise<FakeHost> {
  const files = new MemoryFiles(tree("dir src\nfile src/a x"));
  files.put(".", directory(""));
  const host = new FakeHost(files);
  await host.state.write(await entryName("/tree"), text);
  return host;
}
