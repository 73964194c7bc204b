import { z } from 'zod';
import { factsFault } from '../catalog/described';
import { seriesOf } from '../catalog/names';
import { bootloadersRequest, longestBoot } from './job';
import { AboutRelease } from './releases/facts';
import { isKernelPackage } from './releases/kernel-package';
import { AddedRepository } from './sources/added-repository';
import { CredentialsName } from './sources/credentials';
import { SourceOptions } from './sources/source-options';
import { address, Sources } from './sources/sources';
import { repositoryWord } from './sources/stanza';

const word = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and dashes');
/** A dash at the end would tell apt to remove it. */
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/, 'the name of a package');

const imagePackage = packageName.refine(
  (name) => !isKernelPackage(name),
  'is a kernel, which an image does not hold: it is ordered as a flavour, and taken from -proposed by `proposed`',
);

/** One apt repository that a base is bootstrapped from or kernels come from. */
export const AptSource = z
  .strictObject({
    uri: address,
    suite: z.string().regex(repositoryWord),
    components: z.array(z.string().regex(repositoryWord)),
    /** Binary keyring in base64. @default - the keyring of the release's own archive */
    keyring: z.base64().optional(),
    /** What its user and password are called. @default - it needs none, or they are in its address */
    credentials: CredentialsName.optional(),
    /** More fields of its stanza. @default - none */
    options: SourceOptions.optional(),
  })
  .refine(({ uri, credentials }) => credentials === undefined || uri.startsWith('https://'), {
    path: ['uri'],
    message: 'credentials would cross the net in the open: give its https address',
  });
export type AptSource = z.infer<typeof AptSource>;
export const AptSources = z.array(AptSource);

/** The word for all packages before 0.1.0; no package has this name. */
const allIsNoPackage = 'proposed: all is now called allProposed: true';

/** What is changed in an image before kernels are taken out of it. Nothing of it: the image stays as it came. */
export const Customise = z
  .strictObject({
    /** `ppa:owner/name`, or a deb822 stanza with its key; a private one with the name of its credentials. */
    repositories: z.array(AddedRepository).default([]),
    /** Packages to take from -proposed. */
    proposed: z
      .array(packageName, { error: ({ input }) => (input === 'all' ? allIsNoPackage : undefined) })
      .refine((names) => !names.includes('all'), allIsNoPackage)
      .default([]),
    /** Take everything that -proposed has. */
    allProposed: z.boolean().default(false),
    /** Packages to install besides. */
    packages: z.array(imagePackage).default([]),
    /** Packages to purge first and install again. */
    purge: z.array(imagePackage).default([]),
  })
  .refine(({ proposed, allProposed }) => !allProposed || proposed.length === 0, {
    path: ['proposed'],
    message: 'packages of -proposed are named, and allProposed takes all of them: give one of the two',
  });
export type Customise = z.infer<typeof Customise>;

/** Compressions of a squashfs that is made here. */
export const Compression = z.enum(['zstd', 'xz', 'gzip', 'lz4']);

export const Serial = z.string().regex(/^\d{8}(\.\d+)?$/, 'a serial like 20261120 or 20261120.1');

export const BootTimeout = z.int(`minutes, a whole number from 1 to ${longestBoot}`).min(1).max(longestBoot);

/** A view lies beside these in the mirror. */
const reservedViews = ['pool', 'snapshots', 'bootloaders'];

export const ViewName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
  .refine((name) => !reservedViews.includes(name), `no view can be called ${reservedViews.join(', ')}`);

const fields = z.strictObject({
  /** `noble` or `24.04`, which is read as `noble`; or `bootloaders`, which needs no architectures. */
  release: word.transform(seriesOf),
  /** What is to be known of the release beyond the catalogue; Plan asks the stream about one that is not in it. */
  about: AboutRelease.optional(),
  architectures: z.array(word).default([]),
  kernels: z.strictObject({ required: z.array(word), optional: z.array(word).default([]) }).optional(),
  customise: Customise.optional(),
  view: ViewName.default('candidate'),
  /** Build though nothing is new. */
  rebuild: z.boolean().default(false),
  /** Serial of the cloud image. @default - the newest */
  serial: Serial.optional(),
  /** Whether what is published has to boot first. */
  bootTest: z.boolean().default(true),
  /** Minutes that one boot may take. @default - 30, or 60 where the architecture is emulated */
  bootTimeout: BootTimeout.optional(),
  /** Of a squashfs that is made here. @default - zstd, or what the release's kernels can read */
  compression: Compression.optional(),
  sources: Sources.prefault({}),
  /** What a base of Debian is bootstrapped from. @default - what the machine's apt takes by itself */
  aptSources: z.array(AptSource).default([]),
  /** A squashfs to take as base instead of fetching one: a path on the build machine. */
  base: z.string().default(''),
});

/** The input of one execution: what is ordered, for one release (design §5). Unknown fields are refused by name. */
export const BuildRequest = fields.superRefine(({ release, architectures, about }, context) => {
  const message = about && factsFault(release, about);
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['about'], message });
  if (release === bootloadersRequest || architectures.length > 0) return;
  context.addIssue({ code: 'custom', path: ['architectures'], message: 'name at least one architecture' });
});
export type BuildRequest = z.infer<typeof BuildRequest>;

/** Whether anything is to be changed in the image. */
export function isCustomised({ customise }: Pick<BuildRequest, 'customise'>): boolean {
  if (customise === undefined) return false;
  const { repositories, proposed, allProposed, packages, purge } = customise;
  return allProposed || [repositories, proposed, packages, purge].some((list) => list.length > 0);
}
