/** Finds cycles in imports. Pure. */

/**
 * Returns one cycle for each group of modules that reach each other, as the path from a module back
 * to itself. `imports` has the imports of each module by its name.
 */
export function importCycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (module: string, path: string[]) => {
    const start = path.indexOf(module);
    if (start >= 0) found.push([...path.slice(start), module]);
    if (start >= 0 || done.has(module)) return;
    for (const next of imports.get(module) ?? []) visit(next, [...path, module]);
    done.add(module);
  };
  for (const module of imports.keys()) visit(module, []);
  return found;
}
