/** --base with breakpoints: the clone and the changes come first, and turns send what differs. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { tknDev } from "../../support/program.ts";
import { file } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { serve, type Served, url } from "../upload/served_repository.ts";
import { atTerminal } from "./session.ts";
import { ENDED, RESTS } from "./turns.ts";

/** The work shows the tree, and changes a file of the commit that the user does not change. */
const WORK = `echo "of $COMMIT: $(cat a), $(cat b)$(cat new 2>/dev/null)"
git status --short | sed 's/^/status /'
echo spoiled >>kept
`;

const CONTENT = "file a one\nfile b one\nfile kept one\nfile old one";

async function serveWork(directory: string): Promise<Served> {
  return await serve(directory, CONTENT, [file("work.sh", WORK)]);
}

function debug({ flags }: Cluster, server: Served, ...more: string[]): string[] {
  const words = ["pipeline", "debug", "t-base-work", server.work];
  return [...words, "-w", "name=shared,volume=100Mi", ...url(server), "--base", ...more, ...flags];
}

/** What the work shows; git ignores the record of the uploads. */
const SAYS = ({ pushed }: Served, text: string, ...status: string[]) =>
  new RegExp(
    `of ${pushed}: ${text}\n${
      status.map((line) => `status ${line.replaceAll("?", "\\?")}\n`).join("")
    }`,
  );

export const onBaseScenarios: Scenario[] = [
  {
    name:
      "turns on a base send what differs from the clone, and undo what a save or the work undoes",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serveWork(directory);
      const { work } = server;
      const save = (name: string, text: string) => Deno.writeTextFileSync(`${work}/${name}`, text);
      save("a", "two");
      save("new", "two");
      rmSync(`${work}/old`);
      await using session = atTerminal(debug(cluster, server, "--on-step", "test/run", "--watch"));
      await session.until(/Sent 2 files, 6 B in .*, verified; 1 removed\n[^]*Resumed\n/);
      await session.until(/Sent 2 files, 6 B in .*, verified; 3 unchanged\n/);
      await session.until(SAYS(server, "two, onetwo", " M a", " D old", "?? new"));
      await session.until(ENDED(0));
      await session.until(RESTS);

      save("a", "one"); // as in the commit
      save("b", "two");
      rmSync(`${work}/new`);
      await session.until(/\nChanged: a, b, new\n/);
      await session.until(SAYS(server, "one, two", " M b", " D old"));
      await session.until(ENDED(0));
      await session.until(RESTS);
      await session.type("c");
      await session.until(/✓ clone +succeeded/);
      await session.until(/ended: 0\n/);
    },
  },
];
