import { z } from 'zod';
import { factsFault } from '../catalog/described';
import { seriesOf } from '../catalog/names';
import { bootloadersRequest, longestBoot } from './job';
import { AboutRelease } from './releases/facts';
import { isKernelPackage } from './releases/kernel-package';
import { AddedRepository } from './sources/added-repository';
import { CredentialsName } from './sources/credentials';
import { renamedField } from './sources/renamed-fields';
import { SourceOptions } from './sources/source-options';
import { address, Sources } from './sources/sources';
import { repositoryWord } from './sources/stanza';

/** A word of this form, which a message calls `what`. */
export const wordFor = (what: string) => z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, `must be ${what}`);
export const releaseWord = wordFor('a series or version, such as noble or 24.04');
export const architectureWord = wordFor('a dpkg architecture, such as amd64');
export const kernelWord = wordFor('a kernel flavour, such as ga or hwe-edge');

/** No dash at the end: apt would remove the package. */
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/, 'must be a package name');

const imagePackage = packageName.refine(
  (name) => !isKernelPackage(name),
  'is a kernel package, and images contain no kernel: choose a kernel flavour, or take the package from -proposed',
);

/** An apt repository that a base is bootstrapped from or that kernels are installed from. */
export const AptSource = z
  .strictObject(
    {
      uri: address,
      suite: z.string().regex(repositoryWord),
      components: z.array(z.string().regex(repositoryWord)),
      /** Binary keyring in base64. @default - the keyring of the release's own archive */
      keyringData: z.base64().optional(),
      /** Name of its credentials. @default - it needs none, or they are in its address */
      credentials: CredentialsName.optional(),
      /** Further fields of its stanza. @default - none */
      options: SourceOptions.optional(),
    },
    { error: renamedField },
  )
  .refine(({ uri, credentials }) => credentials === undefined || uri.startsWith('https://'), {
    path: ['uri'],
    message: 'must be an https URL, because credentials would be sent unencrypted',
  });
export type AptSource = z.infer<typeof AptSource>;
export const AptSources = z.array(AptSource);

/** How every package of -proposed was requested before 0.1.0. No package has this name. */
const allIsNoPackage = '"all" is now written allProposed: true';

/** Changes to an image, made before its kernels are extracted. Without any, the image is published unchanged. */
export const Customise = z
  .strictObject({
    repositories: z
      .array(AddedRepository)
      .default([])
      .describe('ppa:owner/name, or deb822 stanzas with their keys; private ones with the name of their credentials'),
    proposed: z
      .array(packageName, { error: ({ input }) => (input === 'all' ? allIsNoPackage : undefined) })
      .refine((names) => !names.includes('all'), allIsNoPackage)
      .default([])
      .describe('Packages to install from -proposed'),
    allProposed: z.boolean().default(false).describe('Upgrade all installed packages from -proposed'),
    packages: z.array(imagePackage).default([]).describe('Additional packages to install'),
    purge: z.array(imagePackage).default([]).describe('Packages to reinstall from scratch'),
  })
  .refine(({ proposed, allProposed }) => !allProposed || proposed.length === 0, {
    path: ['proposed'],
    message: 'cannot be combined with allProposed, which includes every package',
  });
export type Customise = z.infer<typeof Customise>;

/** Compressions of rebuilt squashfs images. */
export const Compression = z.enum(['zstd', 'xz', 'gzip', 'lz4']);

export const Serial = z.string().regex(/^\d{8}(\.\d+)?$/, 'must be a serial, such as 20261120 or 20261120.1');

const minutesOfBoot = `must be a whole number of minutes from 1 to ${longestBoot}`;
export const BootTimeout = z.int(minutesOfBoot).min(1, minutesOfBoot).max(longestBoot, minutesOfBoot);

/** Folders of a mirror, next to its views; `pages` is for a later version. */
const reservedViews = ['pool', 'snapshots', 'bootloaders', 'pages'];

/** Names are parts of names of files, which have at most 255 bytes. */
export const longestName = 64;

/** Of a view that exists: an older release knew no longest name. */
export const anyViewName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes')
  .refine((name) => !reservedViews.includes(name), 'is a reserved name, as are pool, snapshots, bootloaders and pages');

export const ViewName = anyViewName.max(longestName, `must have at most ${longestName} characters`);

const fields = z.strictObject(
  {
    /** `noble` or `24.04`, which is read as `noble`; or `bootloaders`, which needs no architectures. */
    release: releaseWord.transform(seriesOf),
    /** Facts about the release that the catalogue lacks. Plan asks the stream about an unknown release. */
    about: AboutRelease.optional(),
    architectures: z.array(architectureWord).default([]),
    kernels: z.strictObject({ required: z.array(kernelWord), optional: z.array(kernelWord).default([]) }).optional(),
    customise: Customise.optional(),
    view: ViewName.default('candidate'),
    /** Build even if nothing has changed. */
    rebuild: z.boolean().default(false),
    /** Serial of the cloud image. @default - the newest */
    serial: Serial.optional(),
    /** Whether images must pass a boot test before they are published. */
    bootTest: z.boolean().default(true),
    /** Minutes that one boot may take. @default - 30, or 60 where the architecture is emulated */
    bootTimeout: BootTimeout.optional(),
    /** Compression of rebuilt squashfs images. @default - zstd, or what the release's kernels can read */
    compression: Compression.optional(),
    sources: Sources.prefault({}),
    /** What a Debian base is bootstrapped from. @default - the machine's apt configuration, else Debian's */
    aptSources: z.array(AptSource).default([]),
    /** Path of a squashfs on the build machine, to start from instead of fetching one. */
    base: z.string().default(''),
  },
  { error: renamedField },
);

/** The input of one execution: what to build, for one release (design §5). Unknown fields are refused by name. */
export const BuildRequest = fields.superRefine(({ release, architectures, about }, context) => {
  const message = about && factsFault(release, about);
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['about'], message });
  if (release === bootloadersRequest || architectures.length > 0) return;
  context.addIssue({ code: 'custom', path: ['architectures'], message: 'must name at least one architecture' });
});
export type BuildRequest = z.infer<typeof BuildRequest>;

/** Whether the image is changed at all. */
export function isCustomised({ customise }: Pick<BuildRequest, 'customise'>): boolean {
  if (customise === undefined) return false;
  const { repositories, proposed, allProposed, packages, purge } = customise;
  return allProposed || [repositories, proposed, packages, purge].some((list) => list.length > 0);
}
