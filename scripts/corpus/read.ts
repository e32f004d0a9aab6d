/** Reads Pipelines, Tasks and StepActions from a folder of YAML files. */
import { parseAllDocuments } from "npm:yaml@2.9.1";
import type { KubeObject } from "../../src/kube/interface.ts";
import type { PipelineSpec, StepAction, Task } from "../../src/tekton/model.ts";
import { pipelineFromV1beta1, taskFromV1beta1 } from "../../src/tekton/v1beta1.ts";

/** A Pipeline, or the inline one of a PipelineRun. */
export interface FoundPipeline {
  readonly repository: string;
  readonly file: string;
  readonly name: string;
  readonly spec: PipelineSpec;
}

export interface FoundTask {
  readonly repository: string;
  readonly file: string;
  readonly task: Task;
}

export interface Corpus {
  readonly pipelines: FoundPipeline[];
  readonly tasks: FoundTask[];
  readonly actions: Map<string, StepAction>;
}

export async function readCorpus(root: string): Promise<Corpus> {
  const corpus: Corpus = { pipelines: [], tasks: [], actions: new Map() };
  for await (const path of yamlFiles(root)) {
    const [repository] = path.split("/");
    const text = await Deno.readTextFile(`${root}/${path}`).catch(() => "");
    if (!/tekton\.dev\//.test(text)) continue;
    for (const object of objectsOf(text)) {
      try {
        take(corpus, object, { repository, file: path });
      } catch {
        // Only an older version of Tekton accepts it.
      }
    }
  }
  return corpus;
}

async function* yamlFiles(root: string, below = ""): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${below}`));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory, isFile } of entries) {
    if (isDirectory && name !== ".git") yield* yamlFiles(root, `${below}${name}/`);
    if (isFile && /\.ya?ml$/.test(name)) yield `${below}${name}`;
  }
}

/** Reads `{{ revision }}`, which Pipelines as Code fills in, as text. */
function objectsOf(text: string): KubeObject[] {
  const documents = parseAllDocuments(text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, "<<$1>>"));
  return [...documents].flatMap((document) => {
    if (document.errors.length > 0) return [];
    const object = document.toJS();
    return typeof object === "object" && object !== null ? [object] : [];
  });
}

type Place = Pick<FoundPipeline, "repository" | "file">;

function take(corpus: Corpus, object: KubeObject, place: Place): void {
  const name = object.metadata?.name ?? object.metadata?.generateName ?? "";
  const isOld = object.apiVersion === "tekton.dev/v1beta1";
  if (object.kind === "Task") {
    const task = isOld ? taskFromV1beta1(object, "it") : object as Task;
    corpus.tasks.push({ ...place, task });
  } else if (object.kind === "StepAction") {
    corpus.actions.set(name, object as StepAction);
  } else if (object.kind === "Pipeline" || object.kind === "PipelineRun") {
    const whole = object as KubeObject & { spec?: { pipelineSpec?: PipelineSpec } };
    const spec = object.kind === "Pipeline" ? whole.spec : whole.spec?.pipelineSpec;
    if (spec === undefined) return;
    const pipeline = { ...object, kind: "Pipeline", spec } as KubeObject;
    const read = isOld ? pipelineFromV1beta1(pipeline, "it").spec : spec as PipelineSpec;
    corpus.pipelines.push({ ...place, name, spec: read });
  }
}
