/** The value of a JSON text; undefined if it is not valid JSON, since AWS truncates long texts. */
export function jsonUnlessCut(text: string | undefined | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
