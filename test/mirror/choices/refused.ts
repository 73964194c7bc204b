import { expect } from 'vitest';

/** A wrong property, with a hint. @param message what is said of it */
export const refused = (message: RegExp) =>
  expect.objectContaining({
    name: 'BadInput',
    misuse: true,
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
