/** Runs a command in a step that is held, if there is one: no other container is ours to enter. */
import type { Clock } from "../../host.ts";
import { CollectedText } from "../../hold/collected_text.ts";
import { heldInPods } from "../../hold/held_steps.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { runCommand } from "../../hold/shell.ts";
import { type Kube, PODS } from "../../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../../kube/limit.ts";
import { OWN_LABEL } from "../../objects/marks.ts";
import { readPrograms } from "../../step/protocol/programs.ts";
import { programsCommand } from "../../step/scripts.ts";
import type { Pod } from "../../tekton/pod.ts";
import type { Finding } from "../../view/findings.ts";
import { foundError, foundRefusal } from "./finding.ts";

/** The programs that an upload uses, with what is lost without them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  tar: "an upload needs it, or --upload-image with an image that has it",
  sha256sum: "sizes are verified instead of digests",
  find: "every upload is a full one",
  gzip: "nothing is compressed",
};
/** The largest number of pods that are asked whether they hold. */
const MOST_PODS = 20;

export async function checkHeldStep(kube: Kube, clock: Clock): Promise<Finding[]> {
  let pause: Pause | undefined;
  try {
    pause = await firstHeld(kube);
  } catch (error) {
    return [foundRefusal("exec", error)];
  }
  if (pause === undefined) {
    const text = "not tried: no step is held in this namespace";
    return [{ check: "exec", state: "skipped", text, fix: "tkn-dev task debug TASK holds one" }];
  }
  return pause.gate === "script"
    ? await checkPrograms(kube, pause, clock)
    : [{ check: "exec", state: "skipped", text: `${stepPath(pause)} is held without a script` }];
}

async function firstHeld(kube: Kube): Promise<Pause | undefined> {
  const pods = await kube.list<Pod>(PODS, { namespace: kube.namespace, labels: OWN_LABEL });
  const running = pods.filter(({ status }) => status?.phase === "Running");
  return (await heldInPods(kube, running.slice(0, MOST_PODS)))[0];
}

async function checkPrograms(kube: Kube, pause: Pause, clock: Clock): Promise<Finding[]> {
  const names = Object.keys(PROGRAMS);
  const printed = new CollectedText();
  const startMs = clock.now();
  try {
    await runCommand(kube, pause, {
      command: programsCommand(names),
      output: { onStdout: printed.add, onStderr: () => {} },
      deadlineMs: SHORT_COMMAND_MS,
    });
  } catch (error) {
    return [foundError("exec", error)];
  }
  const ms = Math.round(clock.now() - startMs);
  const there = readPrograms(printed.text, names);
  const missing = names.filter((name) => !there.includes(name));
  return [
    {
      check: "exec",
      state: "ok",
      text: `a command in held step ${stepPath(pause)} of pod ${pause.pod} took ${ms} ms` +
        (kube.execProtocol === undefined ? "" : ` by ${kube.execProtocol}`),
    },
    {
      check: "image",
      state: "ok",
      text: `${pause.image} has ${["sh", ...there].join(", ")}`,
    },
    ...missing.map((name): Finding => ({
      check: "image",
      state: "warning",
      text: `${pause.image} has no ${name}: ${PROGRAMS[name]}`,
    })),
  ];
}
