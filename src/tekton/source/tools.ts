/** Programs that no clone runs: they build, test, pack or deploy the source. */
const TOOLS = new Set(
  ("ant bazel buildah bundle cargo cmake composer crane cypress dotnet docker eslint go gradle " +
    "gradlew helm hugo img jest kaniko kubectl kustomize make mvn mvnw ninja nix node npm npx nx " +
    "oc pack pip pip3 pnpm podman poetry pytest rake ruff s2i sbt skopeo sonar-scanner syft " +
    "terraform tox trivy tsc uv yarn")
    .split(" "),
);

/**
 * Whether the command runs a tool. `program` has no directory; `verb` is git's subcommand. A clone
 * that merges a branch commits too, but does not push.
 */
export function isTool(program: string, verb: string | undefined): boolean {
  return TOOLS.has(program) || verb === "push";
}
