/** The matrix: which faults strike in which phases of which uploads. */
import type { Fault } from "./catalog/fault.ts";
import * as answers from "./catalog/answers.ts";
import * as clients from "./catalog/clients.ts";
import * as clusters from "./catalog/cluster_changes.ts";
import * as connections from "./catalog/connections.ts";
import { localFaults, storageFaults } from "./catalog/files.ts";
import { anotherUpload, killedBetween } from "./catalog/neighbors.ts";
import type { Injection } from "./trial/injection.ts";
import { type Phase, PHASES } from "./trial/phases.ts";
import { bySpdy, type Profile, PROFILES } from "./trial/profile.ts";

const { review, get, dryRun, create, createObject, listRun, watchRun, watchTaskRuns } = PHASES;
const { watchPods, gateLog, execOpen, conversation, archive0, archive10, archive50 } = PHASES;
const { archive90, archive100, sent, receipt, receipted, annotate, stepLog, cancel } = PHASES;
const { following, end } = PHASES;

const asking = [review, get, dryRun, create, listRun];
const watching = [watchRun, watchTaskRuns, watchPods];
const requests = [...asking, ...watching, gateLog, execOpen, annotate, stepLog, cancel];
const archives = [archive0, archive10, archive50, archive90, archive100];
const frames = [conversation, ...archives, sent, receipt, receipted];
const moments = [gateLog, ...frames, following, end];
const all = [...requests, ...frames, following, end];

type Row = readonly [faults: readonly Fault[], phases: readonly Phase[]];

const { reset, cut, closed, truncated, silent, silentFor5, slow, darkFor8, dark } = connections;
const codes = [1000, 1001, 1008, 1009, 1011, 1012, 4000].map(connections.socketClosed);

const ROWS: readonly Row[] = [
  [[reset], [...all, createObject]],
  [[cut], all],
  [[closed], [conversation, archive50, sent, receipt, watchRun, watchPods, stepLog, following]],
  [[truncated], [get, listRun, ...watching, gateLog, ...frames, stepLog, following, end]],
  [[connections.resetBefore], [get, create, createObject, watchRun, gateLog, execOpen, annotate]],
  [[connections.resetAlways], [create, watchRun, gateLog, execOpen, archive50, stepLog]],
  [[connections.resetAll], [create, gateLog, archive50, sent, receipt, receipted, following]],
  [[silent], [get, create, watchRun, watchPods, gateLog, execOpen, conversation]],
  [[silent], [archive0, archive50, archive100, sent, receipt, receipted, stepLog, following]],
  [[silentFor5], [create, watchPods, gateLog, execOpen, ...frames, following]],
  [[connections.stalled], [execOpen, archive50, sent, receipt]],
  [[slow], [create, gateLog, execOpen, archive50, sent, receipt, receipted, end]],
  [[darkFor8], [watchRun, gateLog, conversation, archive50, sent, receipt, following, end]],
  [[dark], [get, gateLog, archive50, sent, receipted, following]],
  [[connections.late], [conversation, ...archives, sent]],
  [[connections.flip], [conversation, ...archives]],
  [codes, [archive50]],
  [[codes[0], codes[4]], [conversation, archive100, sent, receipt]],
  [answers.busy, [get, create, watchRun, watchPods, gateLog, execOpen, annotate, stepLog]],
  [[answers.busy[0], answers.busy[3]], [review, dryRun, listRun, cancel, watchTaskRuns]],
  [answers.refusals, [create, watchPods, gateLog, execOpen, stepLog]],
  [answers.lies, [get, create, listRun, watchRun, gateLog, execOpen]],
  [answers.lies.slice(0, 4), [review, annotate, stepLog, cancel]],
  [[answers.endless], [get, listRun, watchPods, gateLog, execOpen]],
  [[answers.answerLost, answers.repeated], [dryRun, create, createObject, annotate, cancel]],
  [[clients.interrupted], [get, create, listRun, execOpen, ...moments]],
  [[clients.terminated], [create, gateLog, archive50, sent, receipt, following]],
  [[clients.killed], [get, create, createObject, listRun, execOpen, ...moments]],
  [[clients.killedBehindProxy], [gateLog, conversation, archive50, sent]],
  [[clients.stopped], [create, conversation, archive50, sent, receipt, following]],
  [[clients.stoppedForever], [create, gateLog, archive50, sent]],
  [
    [clusters.podDeleted, clusters.podForced, clusters.podEvicted],
    [execOpen, conversation, archive50, sent, receipted],
  ],
  [[clusters.runCancelled, clusters.runDeleted], [
    gateLog,
    conversation,
    archive50,
    sent,
    following,
  ]],
  [[clusters.containerKilled], [execOpen, conversation, archive50, sent]],
  [[clusters.tarKilled], [archive50, archive90]],
  [[clusters.receiverKilled], [archive0, archive50, sent]],
  [[anotherUpload], [conversation, archive50, sent, receipt]],
  [[killedBetween], [archive0, archive10, archive50, archive90]],
  [localFaults, [create, archive0]],
  [[storageFaults.full, storageFaults.readOnly], [conversation]],
  [[storageFaults.filled], [archive50]],
];

/** Faults of the stream itself: they strike the frames of each protocol. */
const OF_STREAMS = new Set([reset, cut, silent, connections.late, connections.flip]);

export function matrix(): Injection[] {
  return ROWS.flatMap(injectionsOf).map((injection, number) => ({ ...injection, number }));
}

function injectionsOf([faults, phases]: Row, row: number): Injection[] {
  const cells = faults.flatMap((fault) => phases.map((phase) => ({ fault, phase })));
  return cells.flatMap(({ fault, phase }, at) => {
    const profile = profileOf(fault, phase, row + at);
    return protocolsOf(fault, phase, profile, row + at).map((profile) => {
      const by = profile.protocol === "spdy" ? ", SPDY" : "";
      return { number: 0, name: `${fault.name} @ ${phase.name}${by}`, fault, phase, profile };
    });
  });
}

/** Returns the profile by both protocols, or by one of them in turn. */
function protocolsOf(fault: Fault, phase: Phase, profile: Profile, turn: number): Profile[] {
  if (fault.protocol === "websocket") return [profile];
  if (OF_STREAMS.has(fault) && frames.includes(phase)) return [profile, bySpdy(profile)];
  return [turn % 2 === 0 ? profile : bySpdy(profile)];
}

/** Takes turns among the profiles that have the phase. */
function profileOf(fault: Fault, phase: Phase, turn: number): Profile {
  if (phase.isOfObjects) return PROFILES.objects;
  if (phase.isOfPipelines) return PROFILES.pipeline;
  const { task, lanes, claim, pipeline } = PROFILES;
  if (fault.needsClaim) return claim;
  if (fault.changesTree) return phase === archive0 ? claim : task;
  const fit = [task, lanes, claim, ...phase.kind === undefined ? [task] : [pipeline]];
  return fit[turn % fit.length];
}

/** Returns a fixed tenth of the matrix that contains each row and each phase. */
export function tenth(): Injection[] {
  const injections = matrix();
  const chosen = new Set<Injection>();
  const phases = new Set<Phase>();
  const choose = (one: Injection) => {
    chosen.add(one);
    phases.add(one.phase);
  };
  let from = 0;
  for (const { length } of ROWS.map(injectionsOf)) {
    const row = injections.slice(from, from += length);
    choose(row.find(({ phase }) => !phases.has(phase)) ?? row[0]);
  }
  for (const one of injections) if (!phases.has(one.phase)) choose(one);
  return [...chosen];
}
