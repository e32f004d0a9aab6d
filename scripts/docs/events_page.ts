/** The page of the output of --events and --outcome, from its schema. Pure. */
import { EVENTS_VERSION } from "../../src/view/event_line.ts";
import {
  EVENT_KINDS,
  type FieldSchema,
  OBJECTS,
  OUTCOME_FIELDS,
} from "../../src/view/event_schema.ts";

const GENERATED =
  "<!-- Generated from src/view/event_schema.ts by scripts/update_docs.ts; run: deno task docs -->";

const START = `\
With \`--events\`, \`upload\`, \`start\`, \`debug\` (with \`--exec-instead\`) and \`logs\` print events on
stdout, one JSON object a line. Logs are among them; stderr stays as it is for people.

<!-- not run: it needs a run -->

\`\`\`console
$ tkn-dev pipelinerun logs build-run-x7k2p -f --events
{"version":1,"at":"2026-01-02T03:04:05.678Z","kind":"log","task":"test","step":"unit","line":"ok"}
\`\`\`

The last event of a followed run is \`ended\`, with the outcome:

<!-- not run: it needs a run and jq -->

\`\`\`console
$ tkn-dev pipelinerun logs build-run-x7k2p -f --events | tail -n 1 | jq .outcome.succeeded
\`\`\``;

const VERSIONS = `\
Each event has a \`version\`, which is ${EVENTS_VERSION}, the time \`at\` which the client reports it (RFC 3339), and a
\`kind\`. A new version may change or remove kinds and fields; new kinds and fields do not change the
version, so programs should ignore those that they do not know. Fields with \`?\` may be absent.`;

const OUTCOME = `\
With \`--outcome FILE\`, \`upload\`, \`start\`, \`debug\` and \`logs --follow\` write one JSON document when
the command ends, also when it fails. So does \`upload\` into a held step, without \`outcome\`. With
\`--outcome -\` it goes to stdout, in place of the logs:

<!-- not run: it needs the program jq -->

\`\`\`console
$ tkn-dev pipeline upload greet -w name=source,volume=1Gi --outcome - | jq .outcome.succeeded
true
\`\`\`

With \`--watch\`, each run writes its document. \`-o json\` is another thing, as in tkn: it prints the
created run, and does not wait for its end.`;

export function eventsPage(): string {
  const kinds = Object.entries(EVENT_KINDS).map(([name, { text, fields }]) =>
    [`## ${name}`, text, ...table(fields)].join("\n\n")
  );
  const objects = Object.entries(OBJECTS).map(([name, fields]) =>
    [`### ${name}`, ...table(fields)].join("\n\n")
  );
  return [
    "# Events",
    GENERATED,
    START,
    VERSIONS,
    ...kinds,
    "## The outcome document",
    OUTCOME,
    ...table(OUTCOME_FIELDS),
    "## Objects",
    "The types of fields that are objects.",
    ...objects,
    "[All commands](README.md)",
  ].join("\n\n") + "\n";
}

/** Returns a table in the columns of `deno fmt`; empty without fields. */
function table(fields: Readonly<Record<string, FieldSchema>>): string[] {
  const rows = Object.entries(fields).map(([name, { type, text }]) => [
    `\`${name}\``,
    `\`${type}\``,
    text,
  ]);
  if (rows.length === 0) return [];
  const all = [["Field", "Type", "Meaning"], ...rows];
  const widths = [0, 1, 2].map((at) => Math.max(...all.map((row) => row[at].length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [[line(all[0]), rule, ...rows.map(line)].join("\n")];
}
