/** What a text says as JSON; undefined where it is none: AWS cuts those that are long. */
export function jsonUnlessCut(text: string | undefined | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
