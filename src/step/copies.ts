/**
 * Lets a gate notice that its run is a copy, for which no client waits. `tkn pipeline start --last`
 * creates a run with the spec of another one, and so does `kubectl create` of a dumped run.
 *
 * Tekton passes the labels and annotations of a run to its pods, where the gate reads them through
 * the downward API. tkn copies neither. A dumped run still has the annotation with the name of the
 * first run. The output of --dry-run does not have it yet.
 */

/** The label of a run that holds. */
const HOLDS = "tkn-dev/holds";
/** "true" is also a valid flag of Tekton's entrypoint. */
export const HOLDS_LABELS: Readonly<Record<string, string>> = { [HOLDS]: "true" };

/** The annotation of all objects that tkn-dev creates: KIND/NAME/MARK, see src/objects/marks.ts. */
export const INVOCATION = "tkn-dev/invocation";

/** The variables that gate.sh and entrypoint.ts use. */
export const HOLDS_VARIABLE = "TKN_DEV_HOLDS";
export const GATE_ENV = [
  field(HOLDS_VARIABLE, "labels", HOLDS),
  field("TKN_DEV_MARK", "annotations", INVOCATION),
  field("TKN_DEV_PR", "labels", "tekton.dev/pipelineRun"),
  field("TKN_DEV_TR", "labels", "tekton.dev/taskRun"),
];

function field(name: string, map: "labels" | "annotations", key: string) {
  return { name, valueFrom: { fieldRef: { fieldPath: `metadata.${map}['${key}']` } } };
}
