import { z } from 'zod';
import type { Paragraph } from './deb822';

/** Fields of a stanza that change how apt takes a repository, and that it is told as they are. */
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

/** What is refused, and why: what cannot be kept must not be passed over. */
const refused: Readonly<Record<string, string>> = {
  Trusted: 'whether it is trusted is decided by the key in Signed-By alone',
  Targets: 'a build reads the lists of packages, and nothing else',
  'Targets-Add': 'a build reads the lists of packages, and nothing else',
  'Targets-Remove': 'a build reads the lists of packages, and nothing else',
  'InRelease-Path': 'a build looks for the InRelease file at its usual place',
  Include: 'the apt of most releases does not know it, and would take all packages',
  Exclude: 'the apt of most releases does not know it, and would take all packages',
  Snapshot: 'give the address of the snapshot as URIs',
  'Allow-Insecure': 'nothing is taken from a repository without a signature that holds',
  'Allow-Weak': 'nothing is taken from a repository without a signature that holds',
  'Allow-Downgrade-To-Insecure': 'nothing is taken from a repository without a signature that holds',
};

/** What changes nothing where it says no. */
const harmlessNo = ['Snapshot', 'Allow-Insecure', 'Allow-Weak', 'Allow-Downgrade-To-Insecure'];

/** What lib/job/sources/stanza.ts reads, and what decides nothing for a build: translations, and how lists travel. */
const read = ['types', 'uris', 'suites', 'components', 'signed-by', 'enabled'];
const multiple = ['architectures', 'languages'].flatMap((name) => [name, `${name}-add`, `${name}-remove`]);
const known = [
  ...read,
  ...multiple,
  'pdiffs',
  ...[refused, passedOn].flatMap((one) => Object.keys(one).map((name) => name.toLowerCase())),
];

/** @param refuse is told what is wrong with the stanza */
export function optionsOf(
  fields: Paragraph['fields'],
  refuse: (why: string) => never,
): { readonly options: SourceOptions; readonly unknown: readonly string[] } {
  for (const [name, why] of Object.entries(refused)) {
    const value = fields.get(name.toLowerCase());
    if (value === undefined || (harmlessNo.includes(name) && booleanOf(value) === false)) continue;
    refuse(`has ${name}: ${value}, which cannot be kept: ${why}`);
  }
  const options = Object.entries(passedOn).flatMap(([name, schema]) => {
    const value = fields.get(name.toLowerCase());
    if (value === undefined) return [];
    const { success, data } = schema.safeParse(schema.safeParse(value).success ? value : yesOrNo(value));
    return success ? [[name, data]] : refuse(`has ${name}: ${value}, which is no value of it`);
  });
  const unknown = [...fields.keys()].filter((name) => !known.includes(name) && !name.startsWith('x-'));
  return { options: Object.fromEntries(options), unknown };
}

/** As apt reads them (StringToBool); undefined for anything else. */
export function booleanOf(value: string): boolean | undefined {
  const word = value.toLowerCase();
  if (['yes', 'true', 'with', 'on', 'enable', '1'].includes(word)) return true;
  return ['no', 'false', 'without', 'off', 'disable', '0'].includes(word) ? false : undefined;
}

function yesOrNo(value: string): string | undefined {
  const meant = booleanOf(value);
  return meant === undefined ? value.toLowerCase() : meant ? 'yes' : 'no';
}
