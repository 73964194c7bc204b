/**
 * The certificates in a PEM file, without anything else in it: a private key next to them must not get into requests and
 * templates.
 * @returns undefined if there is none
 */
export function certificateBlocks(text: string): string | undefined {
  const blocks = text.match(/^-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gm);
  return blocks === null ? undefined : `${blocks.join('\n')}\n`.replaceAll('\r\n', '\n');
}

/** What follows the name of a file that has none. Never its content, which may be a private key. */
export const noCertificate = 'contains no certificate';

/** What to do about it. */
export const certificateHint = 'give a file of PEM certificates';
