/** Errors in the API server's format and words. api/server.ts turns them into responses. */
import type { Status } from "../../kube/interface.ts";
import type { Kind } from "./kinds.ts";

export class ApiError extends Error {
  constructor(readonly status: Status & { code: number }) {
    super(status.message);
    this.name = "ApiError";
  }
}

/** `pipelines.tekton.dev "x" not found` */
export function notFound(kind: Kind, name: string): ApiError {
  return failure(404, "NotFound", `${qualified(kind)} "${name}" not found`, details(kind, name));
}

export function alreadyExists(kind: Kind, name: string): ApiError {
  const message = `${qualified(kind)} "${name}" already exists`;
  return failure(409, "AlreadyExists", message, details(kind, name));
}

export function conflict(kind: Kind, name: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(kind)} "${name}": ` +
    "the object has been modified; please apply your changes to the latest version and try again";
  return failure(409, "Conflict", message, details(kind, name));
}

export function badRequest(message: string): ApiError {
  return failure(400, "BadRequest", message);
}

/** A request for a path that the server does not serve. */
export function unknownPath(): ApiError {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

export function methodNotAllowed(): ApiError {
  const message = "the server does not allow this method on the requested resource";
  return failure(405, "MethodNotAllowed", message, {});
}

export function unauthorized(): ApiError {
  return failure(401, "Unauthorized", "Unauthorized");
}

export function unsupportedMediaType(message: string): ApiError {
  return failure(415, "UnsupportedMediaType", message);
}

/** A JSON patch that cannot be applied. The API server does not say why. */
export function unfitPatch(): ApiError {
  const message = "the server rejected our request due to an error in our request";
  return failure(422, "Invalid", message, {});
}

/** `metadata.name: Required value: name or generateName is required` and the like. */
export function invalid(kind: Kind, name: string, field: string, message: string): ApiError {
  return invalidFields(kind, name, [{ field, message }]);
}

export interface FieldProblem {
  readonly field: string;
  /**
   * `Required value: …`, `Invalid value: …`, `Not found: …`, `Duplicate value: …`, `Forbidden: …`
   */
  readonly message: string;
}

const FIELD_REASONS: [start: string, reason: string][] = [
  ["Required value", "FieldValueRequired"],
  ["Not found", "FieldValueNotFound"],
  ["Duplicate value", "FieldValueDuplicate"],
  ["Forbidden", "FieldValueForbidden"],
  ["", "FieldValueInvalid"],
];

/** `Pod "x" is invalid: [spec.a: Not found: "y", spec.b: Required value]` */
export function invalidFields(
  kind: Pick<Kind, "group" | "kind">,
  name: string,
  problems: readonly FieldProblem[],
): ApiError {
  const of = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const texts = problems.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return failure(422, "Invalid", `${of} "${name}" is invalid: ${all}`, {
    name,
    group: kind.group || undefined,
    kind: kind.kind,
    causes: problems.map(({ field, message }) => {
      const [, reason] = FIELD_REASONS.find(([start]) => message.startsWith(start))!;
      return { reason, message, field };
    }),
  });
}

export function internalError(cause: string): ApiError {
  return failure(500, "InternalError", `Internal error occurred: ${cause}`, {
    causes: [{ message: cause }],
  });
}

/** The only event of a watch from a version that the store no longer keeps. */
export function expired(version: number, oldest: number): ApiError {
  return failure(410, "Expired", `too old resource version: ${version} (${oldest})`);
}

/** The denial of a validating webhook. */
export function denied(problem: string): ApiError {
  return badRequest(
    'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: ' +
      `validation failed: ${problem}`,
  );
}

function failure(
  code: number,
  reason: string,
  message: string,
  details?: Status["details"],
): ApiError {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" } as const;
  return new ApiError({ ...status, message, reason, ...(details && { details }), code });
}

function qualified(kind: Kind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

function details(kind: Kind, name: string): Status["details"] {
  return { name, ...(kind.group && { group: kind.group }), kind: kind.plural };
}
