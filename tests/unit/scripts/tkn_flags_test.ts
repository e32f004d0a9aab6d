import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { type CommandSpec, isNamed } from "../../../src/cli/spec.ts";
import page from "../../../docs/reference/tkn-flags.md" with { type: "text" };

/** The commands that start a run, by the page's headings. */
const GROUPS: Record<string, readonly string[]> = {
  Both: ["pipeline", "task"],
  Pipelines: ["pipeline"],
  Tasks: ["task"],
};
const VERBS = ["upload", "debug", "start"];

const sections = page.split(/^## /m).slice(1).map((section) => {
  const [title] = section.split("\n");
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return { title, rows: rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim())) };
});

function startCommands(group: string): CommandSpec[] {
  return PROGRAM.commands.filter(({ path }) => path[0] === group && VERBS.includes(path[1]));
}

const LOGS = PROGRAM.commands.filter(({ path }) => path[1] === "logs");

Deno.test("each flag of tkn's logs is one here, and each flag of the logs here is on the page", () => {
  const { rows } = sections.find(({ title }) => title === "Logs")!;
  const named = rows.flatMap(([cell]) =>
    [...cell.matchAll(/`--([^`]+)`/g)].map(([, name]) => name)
  );
  const others = [
    "events",
    "junit",
    "outcome",
    "no-input",
    "help",
    "namespace",
    "context",
    "kubeconfig",
    "as",
    "as-group",
    "no-color",
    "exec-protocol",
  ];
  const own = new Set(LOGS.flatMap(({ flags }) => flags.map(({ name }) => name)));
  for (const name of [...others, "verbose"]) own.delete(name);
  assert.deepEqual(named.sort(), [...own].sort());
});

for (const { title, rows } of sections.filter(({ title }) => title in GROUPS)) {
  Deno.test(`each flag of tkn under "${title}" is a flag of each command there`, () => {
    assert.ok(rows.length > 0);
    for (const command of GROUPS[title].flatMap(startCommands)) {
      for (const [cell] of rows) {
        for (const [flag] of cell.matchAll(/(?<=`)-[^`]+/g)) {
          const isKnown = command.flags.some((spec) =>
            flag.startsWith("--") ? isNamed(spec, flag.slice(2)) : `-${spec.short}` === flag
          );
          assert.ok(isKnown, `${command.path.join(" ")} ${flag}`);
        }
      }
    }
  });
}

Deno.test("each row compares in one of the page's words", () => {
  for (const { rows } of sections) {
    for (const [flag, word] of rows) assert.match(word, /^(same|more|other)$/, flag);
  }
});

Deno.test("each flag of tkn that a command has is on the page", () => {
  for (const name of ["upload", "debug"]) {
    for (const group of ["pipeline", "task"]) {
      const command = startCommands(group).find(({ path }) => path[1] === name)!;
      const from = command.flags.findIndex((flag) => flag.name === "param");
      const to = command.flags.findIndex((flag) => flag.name === "namespace");
      for (const flag of command.flags.slice(from, to)) {
        assert.ok(page.includes(`\`--${flag.name}\``), flag.name);
      }
    }
  }
});
