import { z } from 'zod';
import { shownText } from '../../given-address';
import type { Paragraph } from './deb822';

/** Fields of a stanza that change how apt uses a repository; they are passed on to apt unchanged. */
const passedOn = {
  'Check-Valid-Until': z.enum(['yes', 'no']),
  'Check-Date': z.enum(['yes', 'no']),
  'Valid-Until-Min': z.string().regex(/^\d{1,10}$/),
  'Valid-Until-Max': z.string().regex(/^\d{1,10}$/),
  'Date-Max-Future': z.string().regex(/^\d{1,10}$/),
  'By-Hash': z.enum(['yes', 'no', 'force']),
} as const;

export const SourceOptions = z.strictObject(passedOn).partial();
export type SourceOptions = z.infer<typeof SourceOptions>;

/** Fields that are refused, and why. Ignoring them would silently change what a repository provides. */
const refused: Readonly<Record<string, string>> = {
  Trusted: 'only the key in Signed-By decides whether the repository is trusted',
  Targets: 'a build reads package lists only',
  'Targets-Add': 'a build reads package lists only',
  'Targets-Remove': 'a build reads package lists only',
  'InRelease-Path': 'a build reads InRelease from its standard path only',
  Include: 'apt in most releases does not know this field, and would use all packages',
  Exclude: 'apt in most releases does not know this field, and would use all packages',
  Snapshot: 'use the address of the snapshot in URIs',
  'Allow-Insecure': 'a repository must have a valid signature',
  'Allow-Weak': 'a repository must have a valid signature',
  'Allow-Downgrade-To-Insecure': 'a repository must have a valid signature',
};

/** Fields that have no effect if their value is no. */
const harmlessNo = ['Snapshot', 'Allow-Insecure', 'Allow-Weak', 'Allow-Downgrade-To-Insecure'];

/** Fields that lib/job/sources/stanza.ts reads, and fields that do not matter to a build: translations, and diffs of lists. */
const read = ['types', 'uris', 'suites', 'components', 'signed-by', 'enabled'];
const multiple = ['architectures', 'languages'].flatMap((name) => [name, `${name}-add`, `${name}-remove`]);
const known = [
  ...read,
  ...multiple,
  'pdiffs',
  ...[refused, passedOn].flatMap((one) => Object.keys(one).map((name) => name.toLowerCase())),
];

/** @param refuse throws, given what is wrong with the stanza */
export function optionsOf(
  fields: Paragraph['fields'],
  refuse: (why: string) => never,
): { readonly options: SourceOptions; readonly unknown: readonly string[] } {
  for (const [name, why] of Object.entries(refused)) {
    const value = fields.get(name.toLowerCase());
    if (value === undefined || (harmlessNo.includes(name) && booleanOf(value) === false)) continue;
    refuse(`has ${name}: ${shownText(value)}, which is not supported: ${why}`);
  }
  const options = Object.entries(passedOn).flatMap(([name, schema]) => {
    const value = fields.get(name.toLowerCase());
    if (value === undefined) return [];
    const { success, data } = schema.safeParse(schema.safeParse(value).success ? value : yesOrNo(value));
    return success ? [[name, data]] : refuse(`has ${name}: ${shownText(value)}, which is not a valid value`);
  });
  const unknown = [...fields.keys()].filter((name) => !known.includes(name) && !name.startsWith('x-'));
  return { options: Object.fromEntries(options), unknown };
}

/** As apt parses it (StringToBool); undefined for any other word. */
export function booleanOf(value: string): boolean | undefined {
  const word = value.toLowerCase();
  if (['yes', 'true', 'with', 'on', 'enable', '1'].includes(word)) return true;
  return ['no', 'false', 'without', 'off', 'disable', '0'].includes(word) ? false : undefined;
}

function yesOrNo(value: string): string | undefined {
  const meant = booleanOf(value);
  return meant === undefined ? value.toLowerCase() : meant ? 'yes' : 'no';
}
