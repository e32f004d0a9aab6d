/** --base with --watch: each save starts a run at the base that is then the newest. */
import assert from "node:assert/strict";
import { git } from "../../support/git_judge.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { atTerminal } from "../hold/session.ts";
import type { Scenario } from "../scenario.ts";
import { serve, url } from "./served_repository.ts";

export const baseWatchScenarios: Scenario[] = [
  {
    name: "with --watch, each run is at the base of its save",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      const { work, pushed, save } = server;
      save("a", "three");
      const words = ["pipeline", "upload", "t-base", work, "-w", "name=shared,volume=100Mi"];
      const flags = [...url(server), "--base", "--watch", ...cluster.flags];
      await using session = atTerminal([...words, ...flags]);
      await session.until(/Sent 1 file, 5 B in .*, verified\n/);
      await session.until(new RegExp(`\\[look : look\\] commit ${pushed}\n`));
      await session.until(/\[look : look\] 644 \.\/a three\n/);
      await session.until(/Watching \S+ for changes, Ctrl-C ends\n/);

      git(work, "commit", "-qam", "pushed");
      git(work, "push", "-q", "origin", "main");
      const next = git(work, "rev-parse", "HEAD").trim();
      save("b", "four");
      await session.until(/Sent 1 file, 4 B in .*, verified\n/);
      await session.until(new RegExp(`\\[look : look\\] commit ${next}\n`));
      await session.until(/\[look : look\] 644 \.\/a three\n/);
      await session.until(/\[look : look\] 644 \.\/b four\n/);
      await session.until(/Watching \S+ for changes, Ctrl-C ends\n/);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "on a base, the next run clones before the save, and what a save undoes is undone",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      const { work } = server;
      writeTree(work, tree("file a three"));
      const words = ["pipeline", "upload", "t-base", work, "-w", "name=shared,volume=100Mi"];
      const flags = [...url(server), "--base", "--watch=ahead", ...cluster.flags];
      await using session = atTerminal([...words, ...flags]);
      await session.until(/\[look : look\] 644 \.\/a three\n/);
      await session.until(/Watching \S+ for changes, Ctrl-C ends\n/);
      await session.until(/The next run is ready/);
      writeTree(work, tree("file a one\nfile b three"));
      await session.until(/Sent 1 file, .*, verified\n/);
      await session.until(/\[look : look\] 644 \.\/a one\n/);
      await session.until(/\[look : look\] 644 \.\/b three\n/);
      await session.until(/succeeded in /);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
      assert.match(session.all, /Note: The next run does the work of the clone before the save\n/);
      assert.doesNotMatch(session.all, /a new one is created/);
    },
  },
];
