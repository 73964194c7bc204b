/** An option that may be repeated, its values with commas between. */
export const many = (value: string, before: string[] = []) => [...before, ...value.split(',')];
