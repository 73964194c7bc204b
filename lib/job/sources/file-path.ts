/**
 * Whether a text is meant as a path: not the content of a file, and no URL. Joined with a folder, a URL would no longer look
 * like one, and a message would show its password.
 */
export function isPath(text: string): boolean {
  if (isUrlLike(text)) return false;
  return text.length <= 4096 && !/[\n\0]/.test(text) && text.split('/').every((name) => Buffer.byteLength(name) <= 255);
}

/** Whether a text begins as a URL does: `s3://x`, `file:///x`, but not `./s3://x`. */
export const isUrlLike = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** The rule, to follow the name of a field or option. */
export const pathRule = 'must be the path of a file, not its content or a URL';
