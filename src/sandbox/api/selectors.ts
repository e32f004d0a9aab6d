/** Label and field selectors in the API's syntax: "a=b,c!=d,e,!f,g in (x,y)", "metadata.name=x". */
import type { KubeObject } from "../../kube/interface.ts";
import { badRequest } from "../store/api_error.ts";

export type Match = (object: KubeObject) => boolean;

/** Returns one test for both selectors of a request. Throws ApiError for an invalid selector. */
export function selector(query: URLSearchParams): Match {
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(query.get("fieldSelector") ?? "");
  return (object) => labels(object) && fields(object);
}

type LabelTest = (labels: Record<string, string>) => boolean;

function labelSelector(text: string): Match {
  // A comma inside "in (x,y)" does not end a requirement.
  const tests = text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter(Boolean).map(
    labelTest,
  );
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

function labelTest(text: string): LabelTest {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const values = set[3].split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[set[1]]) === (set[2] === "in");
  }
  const equality = /^([^\s=!]+)\s*(!=|==?)\s*(\S*)$/.exec(text);
  if (equality !== null) {
    const [, key, operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const existence = /^(!?)\s*([^\s=!]+)$/.exec(text);
  if (existence !== null) {
    return (labels) => (existence[2] in labels) === (existence[1] === "");
  }
  throw badRequest(`unable to parse requirement: found '${text}', expected: label selector`);
}

function fieldSelector(text: string): Match {
  const tests = text.split(",").filter(Boolean).map((part): Match => {
    const parsed = /^([\w.]+)(!=|==?)(.*)$/.exec(part);
    if (parsed === null) {
      throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    }
    const [, path, operator, value] = parsed;
    return (object) => (String(valueAt(object, path) ?? "") === value) === (operator !== "!=");
  });
  return (object) => tests.every((test) => test(object));
}

function valueAt(object: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    object,
  );
}
