/** `when` of tasks and steps: input, operator, values. */
interface WhenExpression {
  readonly input?: string;
  readonly operator?: string;
  readonly values?: string[];
}

/** All of them have to hold. CEL is behind a feature flag on a cluster and unknown here. */
export function allows(when: readonly unknown[] | undefined): boolean {
  return (when ?? []).every((each) => {
    const { input = "", operator = "in", values = [] } = each as WhenExpression;
    return values.includes(input) === (operator === "in");
  });
}
