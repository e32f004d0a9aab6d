/** `when` of tasks and steps: input, operator, values. */
interface WhenExpression {
  readonly input?: string;
  readonly operator?: string;
  readonly values?: string[];
}

/**
 * Whether all expressions hold. CEL needs a feature flag on a cluster; the sandbox does not have
 * it.
 */
export function whenHolds(when: readonly unknown[] | undefined): boolean {
  return (when ?? []).every((each) => {
    const { input = "", operator = "in", values = [] } = each as WhenExpression;
    return values.includes(input) === (operator === "in");
  });
}
