/** Fills in the placeholders of runs that are created as they are. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Run } from "../../tekton/model.ts";
import { eventValues } from "../../tekton/pac/event_values.ts";
import { checkNoneOpen, hasPlaceholder } from "../../tekton/pac/open_placeholders.ts";
import {
  fillPlaceholders,
  isStandardName,
  placeholderNames,
} from "../../tekton/pac/placeholders.ts";
import { checkoutFacts } from "../../tree/git/checkout_facts.ts";
import { shortName } from "./choose_run.ts";

/**
 * Returns the runs with values of the checkout in the current directory, and the given ones. Throws
 * UsageError for placeholders that stay open, and for values that fill none.
 */
export async function filledRuns(
  host: Host,
  runs: readonly Run[],
  given: readonly { name: string; value: string }[],
  namespace: string,
): Promise<Run[]> {
  const unused = given.find(({ name }) => !hasPlaceholder(runs, name));
  if (unused !== undefined) {
    throw new UsageError(
      `Cannot use --param "${unused.name}": no run has the placeholder {{ ${unused.name} }}`,
      { hint: "create takes the params of the file; tkn-dev pipelinerun upload -f sets others" },
    );
  }
  const needsFacts = placeholderNames(runs).some(isStandardName);
  const facts = needsFacts ? await checkoutFacts(host.capture, ".") : {};
  const values = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  return runs.map((run) => {
    const filled = fillPlaceholders(run, {
      ...needsFacts ? eventValues(run.metadata, facts, namespace) : {},
      ...values,
    });
    const { name, generateName, labels } = filled.metadata;
    const what = `Cannot create ${run.kind} "${shortName(run)}"`;
    checkNoneOpen(what, [name, generateName, labels, filled.spec]);
    return filled;
  });
}
