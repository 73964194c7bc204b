/** Whether Linux can have a file of this path. A path that it cannot have is usually the content of a file. */
export function isPath(text: string): boolean {
  return text.length <= 4096 && !/[\n\0]/.test(text) && text.split('/').every((name) => Buffer.byteLength(name) <= 255);
}

/** The rule, to follow the name of a field or option. */
export const pathRule = 'must be the path of a file, not its content';
