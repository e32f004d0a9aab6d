/** Clients that join a held step, which others hold or work at. */
import assert from "node:assert/strict";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal, PROMPT } from "./session.ts";
import { heldRun, RESTS } from "./turns.ts";

export const joinedScenarios: Scenario[] = [
  {
    name: "users who watch at one step, and one with a shell there, see each other",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      writeTree(directory, tree("file a.txt one\nfile work.sh true"));
      const run = await heldRun(cluster);
      const watch = ["tr", "run", run, "--watch", directory, ...flags];
      await using ada = atTerminal(watch, { USER: "ada" });
      await ada.until(RESTS);
      await using bob = atTerminal(watch, { USER: "bob" });
      await bob.until(/Note: ada watches this step too, since \d\d:\d\d\n/);
      await bob.until(RESTS);
      await using eve = atTerminal(["tr", "shell", run, ...flags], { USER: "eve" });
      await eve.until(/Note: (ada|bob) watches this step too, since .*\nNote: (ada|bob) watches/);
      await eve.until(/\[run\] [$#] /);

      await ada.type("\r");
      await ada.until(/Note: (bob|eve) .* too, since .*\nNote: (bob|eve) .* too, since /);
      await ada.until(RESTS);
      await ada.type("\r");
      const [again] = await ada.until(/\nAgain\n[^]*?\[d\]etach/);
      assert.doesNotMatch(again, /Note: /); // they were said
      await eve.type("debug-fail-continue\r");
      await ada.until(/Error: Cannot watch at step "run": /);
    },
  },
  {
    name: "turns at a breakpoint of an upload send only what differs from it, in the run's volume",
    needs: ["script"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one\nfile old.txt x\nfile src/deep.txt y"));
      const words = ["pipeline", "upload", "t-turns-later", directory, "--break", "test/run"];
      await using session = atTerminal([...words, "-w", "name=source,volume=10Mi", ...flags]);
      const [, name] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(PROMPT("test/run"));
      await session.type("exit\r");
      await session.until(/\[d\]etach\?/);
      await session.type("d");
      await session.until(/ended: 0\n/);

      await using later = atTerminal(["pr", "run", name, "--watch", directory, ...flags]);
      await later.until(/Sent 1 file, 3 B in .*, verified; 2 unchanged since the upload .* ago\n/);
      await later.until(RESTS);
      await later.type("q");
      await later.until(/ended: 130\n/);
    },
  },
];
