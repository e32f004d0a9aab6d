/** Programs whose work is not that of a clone: they build, test, pack or deploy what was fetched. */
const TOOLS = new Set(
  ("ant bazel buildah bundle cargo cmake composer crane cypress dotnet docker eslint go gradle gradlew helm hugo img " +
    "jest kaniko kubectl kustomize make mvn mvnw ninja nix node npm npx nx oc pack pip pip3 pnpm podman poetry pytest " +
    "rake ruff s2i sbt skopeo sonar-scanner syft terraform tox trivy tsc uv yarn").split(" "),
);

/** `program` without its directory; `verb` is git's. A clone that merges a branch commits too, but pushes nothing. */
export function isTool(program: string, verb: string | undefined): boolean {
  return TOOLS.has(program) || verb === "push";
}
