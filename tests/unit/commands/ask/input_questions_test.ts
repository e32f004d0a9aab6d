/** The questions as data, without a terminal: a script replies, and the words are read again. */
import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import type { Question, Reply } from "../../../../src/commands/ask/conversation.ts";
import { askInputs } from "../../../../src/commands/ask/input_questions.ts";
import type { Offers } from "../../../../src/commands/ask/offers.ts";
import { withAnswers } from "../../../../src/commands/ask/read_answers.ts";
import { workspaceFacts } from "../../../../src/commands/ask/workspace_facts.ts";
import { readParam } from "../../../../src/commands/options/run_flags.ts";
import type {
  ParamSpec,
  PipelineTask,
  PipelineWorkspace,
  TaskWorkspace,
} from "../../../../src/tekton/model.ts";
import { bindParams } from "../../../../src/tekton/params.ts";

const OFFERS: Offers = {
  claims: [{ text: "pvc", about: "Bound, 5Gi" }],
  configMaps: [{ text: "settings" }],
  secrets: [{ text: "git" }],
};

interface Asked {
  params?: ParamSpec[];
  workspaces?: (PipelineWorkspace & TaskWorkspace)[];
  optional?: PipelineWorkspace[];
  offers?: Offers;
  tasks?: PipelineTask[];
  isUpload?: boolean;
}

/** Replies in turn: a text, or the text of a row. Returns the questions and the words. */
function ask(
  { params = [], workspaces = [], optional = [], offers = OFFERS, tasks = [], isUpload }: Asked,
  ...replies: string[]
) {
  const conversation = askInputs({
    missing: { params, workspaces },
    optional,
    factsOf: (workspace) => workspaceFacts(workspace, { tasks }, isUpload ?? false),
    offers,
  });
  const questions: Question[] = [];
  let next = conversation.next();
  for (; !next.done; next = conversation.next(replyTo(next.value, replies.shift()!))) {
    questions.push(next.value);
  }
  assert.deepEqual(replies, [], "a reply is left");
  return { questions, answers: next.value };
}

function replyTo({ kind, question }: Question, text: string): Reply {
  if (kind === "text") {
    assert.equal(question.check?.(text), undefined);
    return text;
  }
  const at = question.rows.findIndex((row) => row.text === text);
  assert.ok(at >= 0, `no row ${text} in ${question.rows.map((row) => row.text)}`);
  return at;
}

function rowsOf(question: Question): string[] {
  assert.ok(question.kind === "choice");
  return question.question.rows.map(({ text }) => text);
}

Deno.test("params come before workspaces, each in the order of the definition", () => {
  const { questions, answers } = ask(
    {
      params: [{ name: "b" }, { name: "a", enum: ["x", "y"], description: "which" }],
      workspaces: [{ name: "source", description: "the code" }],
    },
    "1=2",
    "y",
    "new volume",
    "2Gi",
  );
  assert.deepEqual(
    questions.map(({ question: { what, name } }) => [what, name]),
    [["Param", "b"], ["Param", "a"], ["Workspace", "source"], [
      "Size of the new volume",
      undefined,
    ]],
  );
  assert.deepEqual(questions[1].question.about, ["which"]);
  assert.deepEqual(answers, [
    "--param",
    "b=1=2",
    "--param",
    "a=y",
    "--workspace",
    "name=source,volume=2Gi",
  ]);
});

Deno.test("words of answers are read back as the values that were meant", () => {
  const params: ParamSpec[] = [
    { name: "text" },
    { name: "empty" },
    { name: "list", type: "array" },
    { name: "image", type: "object", properties: { repo: {}, tag: {}, note: {} } },
    { name: "free", type: "object" },
  ];
  const replies = ["-a,b=c\nd", "", 'x,"y,z",', "r", "a:b,{", "", "k:v"];
  const { answers } = ask({ params }, ...replies);
  const read = withAnswers({ params: [], workspaces: [] }, answers);
  const bound = bindParams('Task "t"', params, read.params, readParam);
  assert.deepEqual(bound.map(({ value }) => value), [
    "-a,b=c\nd",
    "",
    ["x", "y,z", ""],
    { repo: "r", tag: "a:b,{", note: "" },
    { k: "v" },
  ]);
});

Deno.test("a name in the answers is the name, and other options stay", () => {
  const unnamed = new (class extends Error {})() as never;
  const options = { unnamed, params: [{ name: "a", text: "1" }], workspaces: [], other: true };
  assert.deepEqual(withAnswers(options, ["build", "--param", "b=2"]), {
    name: "build",
    unnamed: undefined,
    params: [{ name: "a", text: "1" }, { name: "b", text: "2" }],
    workspaces: [],
    other: true,
  });
  assert.deepEqual(withAnswers(options, []), { name: undefined, ...options });
});

Deno.test("a text that the flag would refuse is refused at the question", () => {
  const { questions } = ask(
    { params: [{ name: "free", type: "object" }], workspaces: [{ name: "w" }] },
    "k:v",
    "something else",
    "claimName=pvc,subPath=a",
  );
  const check = (at: number, text: string) => {
    const { kind, question } = questions[at];
    return kind === "text" ? question.check!(text) : undefined;
  };
  assert.equal(check(0, "x"), "--param name=key:value,key2:value2");
  assert.equal(check(2, "claim=x"), 'no key "claim"');
  assert.equal(check(2, "name=y,emptyDir="), "name is there twice");
  assert.equal(check(2, "emptyDir=\nx"), "it has several lines");
});

Deno.test("a workspace offers a new volume first, then what the namespace has", () => {
  const { questions, answers } = ask({ workspaces: [{ name: "source" }] }, "claim pvc");
  assert.deepEqual(rowsOf(questions[0]), [
    "new volume",
    "empty directory",
    "claim pvc",
    "config map settings",
    "secret git",
    "something else",
  ]);
  assert.deepEqual(answers, ["--workspace", "name=source,claimName=pvc"]);
});

Deno.test("a workspace for credentials offers secrets first, and nothing that is empty", () => {
  const { questions, answers } = ask({ workspaces: [{ name: "basic-auth" }] }, "secret git");
  assert.deepEqual(rowsOf(questions[0]), [
    "secret git",
    "config map settings",
    "claim pvc",
    "something else",
  ]);
  assert.deepEqual(answers, ["--workspace", "name=basic-auth,secret=git"]);
  const readOnly = ask({ workspaces: [{ name: "rules", readOnly: true }] }, "config map settings");
  assert.equal(rowsOf(readOnly.questions[0])[0], "config map settings");
  assert.deepEqual(readOnly.answers, ["--workspace", "name=rules,config=settings"]);
});

Deno.test("an empty directory is not offered where an upload into it would be refused", () => {
  const tasks = ["fetch", "build"].map((name) => ({
    name,
    workspaces: [{ name: "w", workspace: "source" }, { name: `${name}-cache` }],
  }));
  const workspaces = [{ name: "source" }, { name: "build-cache" }];
  const rows = (isUpload: boolean) =>
    ask({ workspaces, tasks, isUpload }, "claim pvc", "claim pvc").questions.map(rowsOf);
  const [uploaded, cache] = rows(true);
  assert.ok(!uploaded.includes("empty directory") && cache.includes("empty directory"));
  assert.ok(rows(false)[0].includes("empty directory"));
});

Deno.test("objects that the user may not list are asked for by name", () => {
  const { questions, answers } = ask(
    { workspaces: [{ name: "source" }], offers: {} },
    "claim",
    "my-claim",
  );
  assert.deepEqual(rowsOf(questions[0]).slice(2), [
    "claim",
    "config map",
    "secret",
    "something else",
  ]);
  assert.deepEqual(answers, ["--workspace", "name=source,claimName=my-claim"]);
});

Deno.test("optional workspaces come last, in one list, whose first row is no", () => {
  const optional = [{ name: "cache", optional: true }, { name: "ssh-creds", optional: true }];
  const none = ask({ params: [{ name: "a" }], optional }, "x", "no");
  assert.deepEqual(rowsOf(none.questions[1]), ["no", "cache", "ssh-creds"]);
  assert.deepEqual(none.answers, ["--param", "a=x"]);
  const { questions, answers } = ask({ optional }, "ssh-creds", "secret git", "no");
  assert.deepEqual(rowsOf(questions[2]), ["no", "cache"]);
  assert.deepEqual(answers, ["--workspace", "name=ssh-creds,secret=git"]);
});
