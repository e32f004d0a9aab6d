import assert from "node:assert/strict";
import { app } from "../../../src/app.ts";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { ClusterError } from "../../../src/errors.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { tree } from "../../support/tree_text.ts";
import { orRefused } from "../asserts.ts";
import corpus from "../corpus/argv.json" with { type: "json" };
import { number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

/** The real one would serve until it is interrupted. */
const SERVERS = ["sandbox"];
const commands = PROGRAM.commands.filter(({ path }) => !SERVERS.includes(path[0]));

const value = fc.oneof(
  fc.constantFrom("", "=", "true", "a=b", "auto", "always", "-", "--", "10s", "name=source"),
  fc.constantFrom("name=w,claimName=c", "a=1,2", 'a="b,c"', "task/step", "yaml", "/tree", "$(x)"),
  number,
  path,
  text,
);
/** A command's words, mostly with its own flags. */
const argv = fc.constantFrom(...commands).chain(({ path, flags }) => {
  const spelled = flags.flatMap(({ name, short }) => [`--${name}`, ...short ? [`-${short}`] : []]);
  const flag = fc.tuple(fc.constantFrom(...spelled), fc.constantFrom(" ", "=", "", "only"), value)
    .map(([name, between, value]) => {
      if (between === "only") return [name];
      return between === " " ? [name, value] : [name + between + value];
    });
  const other = value.map((word) => [word]);
  return fc.tuple(fc.array(fc.oneof(flag, flag, other), { maxLength: 5 }), fc.nat(3)).map(
    ([parts, at]) => parts.toSpliced(Math.min(at, parts.length), 0, [...path]).flat(),
  );
});

export const argvTarget: Target<string[]> = {
  name: "argv",
  claim:
    "every command line is parsed, or refused with exit code 2; no input is a bug of the program",
  inputs: fc.oneof({ weight: 5, arbitrary: argv }, fc.array(value, { maxLength: 5 })),
  async check(argv) {
    const call = await orRefused(() => parse(argv, PROGRAM));
    if (SERVERS.includes(call?.command.path[0] ?? "")) return;
    const host = new FakeHost(new MemoryFiles(tree("file a x\nfile .env x\nlink l -> /etc")));
    host.connect = () => Promise.reject(new ClusterError("Cannot reach the cluster: none here"));
    host.terminal.stdin = "x";
    host.onWatch = () => void setTimeout(() => host.pressCtrlC()); // nothing ever changes
    const code = await app(argv, host);
    const { stderr } = host.terminal;
    assert.ok([0, 2, 3, 5, 130].includes(code), `exit code ${code}: ${stderr}`);
    if (call === undefined) assert.equal(code, 2, stderr);
    // The findings of `doctor` are its data.
    const told = call?.command.path[0] === "doctor" && code === 3 ? host.terminal.stdout : stderr;
    if (code !== 0) assert.match(told, /^Error: \S|^FAILED +\S|"state":"failure"/m);
  },
  corpus,
  runs: 12_000,
  permissions: { env: ["LOG_TOKENS", "LOG_STREAM"] }, // the library `yaml` asks for these
};
