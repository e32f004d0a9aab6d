/** Facts about the binding that a workspace needs, from the definition. Pure. */
import type { PipelineTask, PipelineWorkspace, TaskWorkspace } from "../../tekton/model.ts";
import { isForCredentials } from "../../tekton/source/names.ts";

export interface WorkspaceFacts {
  readonly isForCredentials: boolean;
  readonly isReadOnly: boolean;
  /** One directory, a separate one in each task, or one that an upload would be refused for. */
  readonly emptyDir: "one" | "each" | "refused";
}

interface Spec {
  readonly tasks?: readonly PipelineTask[];
  readonly finally?: readonly PipelineTask[];
}

export function workspaceFacts(
  workspace: PipelineWorkspace & Pick<TaskWorkspace, "readOnly">,
  { tasks = [], finally: last = [] }: Spec,
  isUpload: boolean,
): WorkspaceFacts {
  const { name } = workspace;
  const users = [...tasks, ...last].filter((task) =>
    task.workspaces?.some((one) => (one.workspace ?? one.name) === name)
  );
  return {
    isForCredentials: isForCredentials(name),
    isReadOnly: workspace.readOnly ?? false,
    emptyDir: users.length < 2 ? "one" : isUpload ? "refused" : "each",
  };
}
