/**
 * How a gate knows that its run is a copy, to which nobody comes: `tkn pipeline start --last` creates a run of the spec
 * of another, and so does `kubectl create` of one that was dumped. Tekton hands a run's labels and annotations down to
 * its pods, where the gate reads them by the downward API. tkn copies neither. What was dumped has the first run's
 * invocation, which names that run; a --dry-run has none as yet.
 */

/** Label of a run that holds. */
export const HOLDS = "tkn-dev/holds";
/** "true" is what a flag of Tekton's entrypoint takes, too. */
export const HOLDS_LABELS: Readonly<Record<string, string>> = { [HOLDS]: "true" };

/** Annotation of all that is created by us: KIND/NAME/MARK, see src/run/own.ts. */
export const INVOCATION = "tkn-dev/invocation";

/** The variables that gate.sh and entrypoint.ts ask for. */
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
