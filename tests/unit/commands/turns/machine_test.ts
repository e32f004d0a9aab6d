import assert from "node:assert/strict";
import {
  type Action,
  type Saves,
  type TurnEvent,
  TurnMachine,
  type Wish,
} from "../../../../src/commands/turns/machine.ts";

/** Reads an event: "saved", an exit code, "cut", "back", "edited", or a key. */
function eventOf(word: string): TurnEvent {
  if (word === "saved") return { kind: "saved" };
  if (word === "cut") return { kind: "ended" };
  if (word === "back" || word === "edited") return { kind: "back", isEdited: word === "edited" };
  return /^\d$/.test(word)
    ? { kind: "ended", exitCode: Number(word) }
    : { kind: "key", wish: word as Wish };
}

/** Returns the action for each event: "-" for none, "say" for a sentence. */
function play(events: string, saves: Saves = "restart"): string {
  const machine = new TurnMachine(saves);
  const worded = (action?: Action) => typeof action === "object" ? "say" : action ?? "-";
  return events.split(" ").map((word) => worded(machine.take(eventOf(word)))).join(" ");
}

const STORIES: [sentence: string, events: string, actions: string, saves?: Saves][] = [
  ["a save starts a turn", "saved 0 saved 1 saved", "start - start - start"],
  ["Enter starts one without a save", "saved 0 again", "start - start"],
  ["a save during the work starts it again", "saved saved cut", "start stop start"],
  ["several saves start one turn", "saved saved saved cut 0", "start stop - start -"],
  ["Enter during the work starts it again", "saved again cut", "start stop start"],
  ["with queue, a save waits for the end", "saved saved saved 0 0", "start - - start -", "queue"],
  ["with queue, Enter starts it again", "saved again cut", "start stop start", "queue"],
  ["Ctrl-C ends the work", "saved interrupt cut", "start stop -"],
  ["Ctrl-C at rest ends the watching", "saved 0 interrupt", "start - interrupt"],
  ["a second Ctrl-C ends the watching", "saved interrupt interrupt cut", "start stop - interrupt"],
  ["the last result decides how to continue", "saved 1 continue", "start - continue"],
  ["without a result there is no continuing", "saved interrupt cut continue", "start stop - say"],
  ["a refused release can be tried again", "saved 0 continue back fail", "start - continue - fail"],
  ["a release waits for the end of the work", "saved continue fail 0", "start say say -"],
  ["also while the work is being ended", "saved interrupt fail cut", "start stop say -"],
  ["the shell ends the work first", "saved shell cut back", "start stop shell -"],
  [
    "a save in the shell starts a turn after it",
    "saved 0 shell saved back",
    "start - shell - start",
  ],
  ["an edit starts a turn", "saved 0 edit edited", "start - edit start"],
  ["an edit that failed starts none", "saved 0 edit back", "start - edit -"],
  ["keys in the shell are the shell's", "saved 0 shell quit back", "start - shell - -"],
  ["to quit or to detach ends the work first", "saved quit cut", "start stop quit"],
  ["the last wish counts", "saved shell detach cut", "start stop - detach"],
];

for (const [sentence, events, actions, saves] of STORIES) {
  Deno.test(sentence, () => assert.equal(play(events, saves), actions));
}

Deno.test("the step waits at rest and while its script is edited, not while it works", () => {
  const machine = new TurnMachine("restart");
  const idle = "saved 0 edit back shell back".split(" ").map((word) => {
    machine.take(eventOf(word));
    return machine.isIdle;
  });
  assert.deepEqual(idle, [false, true, true, true, false, true]);
});
