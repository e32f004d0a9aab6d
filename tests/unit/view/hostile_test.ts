/** No string of the cluster, the tree or an error can control the terminal. */
import type { HeldFacts } from "../../../src/tekton/breakpoint/held_facts.ts";
import { ClusterError, Interrupted, TransferError, UsageError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import { checkoutNotes } from "../../../src/view/checkout_notes.ts";
import { renderChanged } from "../../../src/view/changed.ts";
import { renderDiff } from "../../../src/view/diff.ts";
import { renderError } from "../../../src/view/error.ts";
import { renderHeld } from "../../../src/view/held_view.ts";
import { Prompt } from "../../../src/view/prompt.ts";
import { quotePath } from "../../../src/view/text/quote_path.ts";
import { renderNote, RunView } from "../../../src/view/run_view.ts";
import { Screen } from "../../../src/view/screen.ts";
import { secretsNote, sizeNote } from "../../../src/view/source_notes.ts";
import { ERASE_LINE } from "../../../src/view/text/style.ts";
import { assertPrintable, hostile, withStrings } from "../../support/hostile.ts";
import { Random } from "../../support/random.ts";
import { EVENTS, FAILED } from "./view_goldens.ts";

const ROUNDS = 300;

/** Runs `test` with functions that make strings hostile, with and without color. */
function rounds(test: (change: (text: string) => string, color: boolean) => void): void {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const random = new Random(seed);
    test((text) => text + hostile(random), seed % 2 === 1);
  }
}

/** Fields of events with fixed words. All other strings may come from the cluster. */
const OWN = ["kind", "resource", "status"];
const MORE: RunEvent[] = [
  { kind: "note", text: "note", lines: ["a", "b"] },
  { kind: "log", step: "unit", line: "line" },
  { kind: "ended", outcome: FAILED },
  { kind: "ended", outcome: { ...FAILED, tasks: [] } },
];

for (const event of [...EVENTS, ...MORE]) {
  Deno.test(`no string of an event controls the terminal: ${JSON.stringify(event).slice(0, 60)}`, () => {
    rounds((change, color) => {
      const view = new RunView({
        color,
        terminal: true,
        columns: () => 60,
        now: () => 0,
        showlogs: true,
      });
      const outputs = view.render(withStrings(event, change, OWN));
      for (const output of outputs) {
        const text = "status" in output ? output.status : output.text;
        assertPrintable(text, event.kind, { color });
      }
      // The screen adds no hostile text.
      const written = new Screen().paint(outputs).map(({ text }) => text).join("");
      assertPrintable(written.replaceAll(ERASE_LINE, ""), event.kind, { color });
    });
  });
}

Deno.test("no event shown on a pipe has a control character", () => {
  const narrated = [...EVENTS, ...MORE].filter(({ kind }) => kind !== "log");
  rounds((change) => {
    const view = new RunView({
      color: false,
      terminal: false,
      columns: () => 60,
      now: () => 0,
      showlogs: true,
    });
    for (const event of narrated) {
      for (const output of view.render(withStrings(event, change, OWN))) {
        assertPrintable("status" in output ? output.status : output.text, event.kind);
      }
    }
  });
});

Deno.test("no message, hint, stack or cause of an error controls the terminal", () => {
  rounds((change, color) => {
    const bug = new TypeError(change("x"), {
      cause: new Error(change("y"), { cause: change("z") }),
    });
    bug.stack = `TypeError\n    at ${change("f")} (${change("file.ts")})`;
    bug.name = change("TypeError");
    const errors = [
      new UsageError(change("Cannot"), { hint: change("hint") }),
      new ClusterError(change("Cannot"), { hint: change("hint"), cause: bug }),
      new TransferError(change("Cannot")),
      new Interrupted(change("Interrupted")),
      bug,
      change("thrown"),
    ];
    for (const error of errors) assertPrintable(renderError(error, color), "error", { color });
  });
});

const FACTS: HeldFacts = {
  place: "build/compile",
  how: "before its work",
  pod: "pod",
  container: "step-compile",
  image: "golang",
  workspaces: [{ name: "source", path: "/w", bound: "claim pvc", whyReadOnly: "why" }],
  params: [{ name: "revision", value: "main" }, { name: "flags", value: ["-v", "a b"] }],
  said: ["compiling"],
};

Deno.test("no fact about a held step controls the terminal, on the screen or in the question", () => {
  rounds((change, color) => {
    assertPrintable(renderHeld(withStrings(FACTS, change), 50), "screen");
    assertPrintable(renderHeld(withStrings(FACTS, change), Infinity), "screen");
    assertPrintable(new Prompt(change("x"), { color }).render(), "question", { color });
  });
});

Deno.test("no path and no script controls the terminal", () => {
  rounds((change, color) => {
    const paths = ["a", "b", "c", "d"].map(change);
    assertPrintable(renderChanged(paths), "changed");
    assertPrintable(renderNote(secretsNote({ named: paths, holding: paths })!), "secrets");
    const facts = { differ: paths, canConvert: true, notCheckedOut: paths, emptySubmodules: paths };
    for (
      const note of checkoutNotes({ ...facts, converted: 1, lfsPointers: paths, cleaned: paths })
    ) {
      assertPrintable(renderNote(note), "checkout");
    }
    const parts = paths.map((path, at) => ({ path, bytes: 4 - at }));
    assertPrintable(renderNote(sizeNote({ files: 4, bytes: 10, parts })), "sizes");
    const diff = renderDiff(change("x"), change("a\n"), change("b\n"), { color, terminal: true });
    assertPrintable(diff.replaceAll("FAKE", ""), "diff", { color });
    // On a pipe, bytes of a path that are not UTF-8 stay as they are.
    assertPrintable(quotePath(change("x")).toWellFormed(), "path");
  });
});
