/**
 * The fields of Tekton's objects in files, by version, to find mistyped ones. Pure.
 *
 * Source: the structs of Tekton 1.9 to 1.15 in pkg/apis/pipeline, and of Kubernetes 1.34 for what
 * they embed. What is "any" is checked by the cluster alone.
 */
import {
  CLAIM,
  CSI_SOURCE,
  type Fields,
  POD_TEMPLATE,
  VALUE_SOURCE,
  VOLUME,
} from "./strict_fields.ts";

type Version = "v1" | "v1beta1";
type Known = { readonly [key: string]: Fields };

/** Returns fields of unchecked values, by their names in a row. */
function any(names: string): Known {
  return Object.fromEntries(names.split(" ").map((name) => [name, "any"]));
}

const PARAM_SPECS: Fields = [any("name type description properties default enum")];
const PARAMS: Fields = [any("name value")];
const WHEN: Fields = [any("input operator values cel")];
const METADATA: Fields = any("labels annotations");
const REFERENCE = { ...any("name kind apiVersion resolver"), params: PARAMS };
const RESULTS: Fields = [any("name type properties description value")];
const RESOURCES: Fields = any("limits requests claims");
const ENV: Fields = [{ ...any("name value"), valueFrom: VALUE_SOURCE }];
const SECURITY_CONTEXT: Fields = any(
  "allowPrivilegeEscalation appArmorProfile capabilities privileged procMount " +
    "readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile " +
    "windowsOptions",
);
const VOLUME_MOUNTS: Fields = [
  any("name mountPath subPath subPathExpr readOnly recursiveReadOnly mountPropagation"),
];

const CONTAINER: Known = {
  ...any("image command args workingDir imagePullPolicy"),
  env: ENV,
  envFrom: [{ ...any("prefix"), ...namedSources("configMapRef secretRef") }],
  volumeMounts: VOLUME_MOUNTS,
  volumeDevices: [any("name devicePath")],
  securityContext: SECURITY_CONTEXT,
};
/** More fields of a container, which sidecars have in each version. */
const WHOLE_CONTAINER: Known = {
  ...CONTAINER,
  ...any(
    "ports livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath " +
      "terminationMessagePolicy stdin stdinOnce tty",
  ),
};
const STEP: Known = {
  ...any("name displayName script timeout onError"),
  workspaces: [any("name mountPath")],
  stdoutConfig: any("path"),
  stderrConfig: any("path"),
  ref: REFERENCE,
  params: PARAMS,
  results: RESULTS,
  when: WHEN,
};
const SIDECAR: Known = {
  ...WHOLE_CONTAINER,
  ...any("name script restartPolicy"),
  workspaces: [any("name mountPath")],
};

/** A container's resources have another name in each version. */
const RESOURCES_NAME: Record<Version, string> = { v1: "computeResources", v1beta1: "resources" };

function taskSpec(version: Version): Known {
  const container = version === "v1" ? CONTAINER : WHOLE_CONTAINER;
  const resources = { [RESOURCES_NAME[version]]: RESOURCES };
  return {
    ...any(version === "v1" ? "displayName description" : "displayName description resources"),
    params: PARAM_SPECS,
    results: RESULTS,
    workspaces: [any("name description mountPath readOnly optional")],
    volumes: [VOLUME],
    steps: [{ ...container, ...STEP, ...resources }],
    stepTemplate: { ...container, ...resources, ...any("name") },
    sidecars: [{ ...SIDECAR, ...resources }],
  };
}

function pipelineSpec(version: Version): Known {
  const old = version === "v1" ? {} : any("resources");
  const reference = version === "v1" ? REFERENCE : { ...REFERENCE, ...any("bundle") };
  const tasks: Fields = [{
    ...any("name displayName description retries runAfter timeout onError pipelineSpec"),
    ...old,
    taskRef: reference,
    pipelineRef: reference,
    taskSpec: { ...taskSpec(version), ...any("apiVersion kind spec"), metadata: METADATA },
    when: WHEN,
    params: PARAMS,
    matrix: { params: PARAMS, include: [{ ...any("name"), params: PARAMS }] },
    workspaces: [any("name workspace subPath")],
  }];
  return {
    ...any("displayName description"),
    ...old,
    params: PARAM_SPECS,
    workspaces: [any("name description optional")],
    results: [any("name type description value")],
    tasks,
    finally: tasks,
  };
}

const STEP_ACTION_SPEC: Known = {
  ...any("description image command args script workingDir"),
  env: ENV,
  params: PARAM_SPECS,
  results: RESULTS,
  securityContext: SECURITY_CONTEXT,
  volumeMounts: VOLUME_MOUNTS,
};

const WORKSPACES: Fields = [{
  ...any("name subPath emptyDir configMap secret projected"),
  persistentVolumeClaim: any("claimName readOnly"),
  volumeClaimTemplate: CLAIM,
  csi: CSI_SOURCE,
}];

/** `debug` is also that of TEP-0149, see breakpoint/debug_spec.ts. */
function runSpec(version: Version): Known {
  const reference = version === "v1" ? REFERENCE : { ...REFERENCE, ...any("bundle") };
  return {
    ...any("debug status statusMessage managedBy"),
    params: PARAMS,
    workspaces: WORKSPACES,
    pipelineRef: reference,
    taskRef: reference,
    pipelineSpec: pipelineSpec(version),
    taskSpec: taskSpec(version),
  };
}

function pipelineRunSpec(version: Version): Known {
  const { taskRef: _, taskSpec: __, ...spec } = runSpec(version);
  const timeouts = any("pipeline tasks finally");
  const ofTask = {
    ...any("pipelineTaskName timeout"),
    metadata: METADATA,
    computeResources: RESOURCES,
  };
  return version === "v1"
    ? {
      ...spec,
      timeouts,
      taskRunTemplate: { ...any("serviceAccountName"), podTemplate: POD_TEMPLATE },
      taskRunSpecs: [{
        ...ofTask,
        ...any("serviceAccountName"),
        podTemplate: POD_TEMPLATE,
        stepSpecs: [{ ...any("name"), computeResources: RESOURCES }],
        sidecarSpecs: [{ ...any("name"), computeResources: RESOURCES }],
      }],
    }
    : {
      ...spec,
      ...any("resources serviceAccountName timeout"),
      timeouts,
      podTemplate: POD_TEMPLATE,
      taskRunSpecs: [{
        ...ofTask,
        ...any("taskServiceAccountName"),
        taskPodTemplate: POD_TEMPLATE,
        stepOverrides: [{ ...any("name"), resources: RESOURCES }],
        sidecarOverrides: [{ ...any("name"), resources: RESOURCES }],
      }],
    };
}

function taskRunSpec(version: Version): Known {
  const { pipelineRef: _, pipelineSpec: __, ...spec } = runSpec(version);
  const [of, resources] = version === "v1"
    ? ["Specs", "computeResources"]
    : ["Overrides", "resources"];
  return {
    ...spec,
    ...any("serviceAccountName retries timeout"),
    ...(version === "v1" ? {} : any("resources")),
    podTemplate: POD_TEMPLATE,
    computeResources: RESOURCES,
    [`step${of}`]: [{ ...any("name"), [resources]: RESOURCES }],
    [`sidecar${of}`]: [{ ...any("name"), [resources]: RESOURCES }],
  };
}

const SPECS: Record<string, (version: Version) => Known> = {
  Task: taskSpec,
  Pipeline: pipelineSpec,
  StepAction: () => STEP_ACTION_SPEC,
  PipelineRun: pipelineRunSpec,
  TaskRun: taskRunSpec,
};

/** Returns the fields of an object of Tekton; "any" for kinds and versions that are not known. */
export function knownFields(kind: string, apiVersion: string): Fields {
  const version = apiVersion === "tekton.dev/v1" ? "v1" : "v1beta1";
  if (!Object.hasOwn(SPECS, kind)) return "any";
  return { ...any("apiVersion kind metadata status"), spec: SPECS[kind](version) };
}

function namedSources(names: string): Known {
  return Object.fromEntries(names.split(" ").map((name) => [name, any("name optional")]));
}
