/** `hwe-lowlatency-edge` → `HweLowlatencyEdge`: names of the field as construct ids and state names. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[^a-z0-9]+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
