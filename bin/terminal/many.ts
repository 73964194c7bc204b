/** An option that may be repeated, with comma-separated values. */
export const many = (value: string, before: string[] = []) => [...before, ...value.split(',')];
