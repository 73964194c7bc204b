import { parse } from 'yaml';
import { z } from 'zod';
import { seriesOf } from '../catalog/names';
import { familyOf } from '../catalog/releases';
import { MirrorError, withoutPasswords } from '../errors';
import { BootTimeout, BuildRequest, Compression, Customise, Serial, ViewName } from './build-request';
import { checked } from './checked';
import { bootloadersRequest } from './job';
import { refuseNotYet } from './not-yet';
import { type AboutRelease, Catalogue, factsOf } from './releases/facts';
import { refuseRenamed } from './renamed-keys';
import { certificatesIn, Sources, SourcesInFiles } from './sources/sources';

const word = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and dashes');

/** What one view is made of; one without releases is refused until there is promotion. */
export const View = z
  .strictObject({
    releases: z.array(word).default([]).describe('Releases by series or version: noble, "22.04", …'),
    architectures: z
      .array(word)
      .min(1)
      .optional()
      .describe('dpkg architectures; default: that of the building machine'),
    kernels: z
      .strictObject({ required: z.array(word).default([]), optional: z.array(word).default([]) })
      .optional()
      .describe('Kernel flavours: hwe-edge, lowlatency, …; default: ga and hwe, all required'),
    customise: Customise.optional().describe('What is changed in the images; default: nothing, they stay as they came'),
    serial: Serial.optional().describe('Serial of the cloud image, for views of one release; default: the newest'),
    compression: Compression.optional().describe('Of a squashfs that is made here; default: zstd, xz for xenial'),
    bootTest: z.boolean().default(true).describe('Whether what is published has to boot first'),
    bootTimeout: BootTimeout.optional().describe(
      'Minutes that one boot may take before it has failed; default: 30, or 60 where the architecture is emulated',
    ),
    bootloaders: z
      .boolean()
      .default(true)
      .describe('Whether an Ubuntu view brings bootloaders; false where MAAS keeps images.maas.io beside it'),
  })
  .refine(({ serial, releases }) => serial === undefined || releases.length < 2, {
    path: ['serial'],
    message: 'a serial is of one release; give each release with a serial a view of its own',
  });
export type View = z.infer<typeof View>;

/** `mirror.yaml`: which views are built, from what, with which recipe. Files are named relative to it. */
export const MirrorConfig = z.strictObject({
  views: z.record(ViewName, View.nullable()).describe('Views by name'),
  catalogue: Catalogue.optional().describe('What is to be known of releases beyond what maas-mirror knows'),
  sources: SourcesInFiles.prefault({}).describe('Where everything comes from, and whose signatures count'),
  schedule: z
    .enum(['hourly', 'daily', 'weekly'])
    .optional()
    .describe('How often the cloud looks for news; default: on order only'),
  keep: z
    .strictObject({ versions: z.int().min(1).optional(), days: z.int().min(1).optional() })
    .optional()
    .describe('Not supported yet: how many versions of a product stay, and for how long at least'),
  site: z
    .strictObject({
      domainName: z.string().optional().describe('Host name of the mirror; default: that of CloudFront'),
      certificateArn: z.string().regex(/^arn:/, 'an ARN').optional().describe('Its certificate, in us-east-1'),
      allowHttp: z.boolean().optional().describe('Whether plain HTTP is served beside HTTPS; default: false'),
      allowedCidrs: z.array(z.string()).min(1).optional().describe('Networks that may read; default: all'),
      basicAuth: z.boolean().optional().describe('Whether sites need a name and a password; default: false'),
      webAclId: z.string().optional().describe('ARN of a web ACL of CloudFront; default: none'),
    })
    .optional()
    .describe('How the deployed mirror is served; a mirror on one machine has none of it'),
});
export type MirrorConfig = z.infer<typeof MirrorConfig>;

/** @throws BadInput (misuse) naming the file and the field; NotSupported for what comes with a later version */
export function parseConfig(text: string, file: string): MirrorConfig {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    // It quotes the line, which may hold a password; the cause would be printed beside it.
    throw new MirrorError('BadInput', `${file} is no YAML: ${withoutPasswords((cause as Error).message)}`, {
      hint: 'see the line and column that it names',
      misuse: true,
    });
  }
  if (value === null || value === undefined) {
    throw new MirrorError('BadInput', `${file} is empty`, {
      hint: 'it has to name views and their releases, such as `views: { candidate: { releases: [noble] } }`',
      misuse: true,
    });
  }
  // Whatever it says of this, in whatever form, nothing does it yet.
  if (typeof value === 'object' && 'keep' in value) refuseNotYet({ keep: value.keep ?? null, views: [] }, file);
  refuseRenamed(value, file);
  const config = checked(MirrorConfig, value, file, 'mirror.schema.json describes every field');
  const views = Object.entries(config.views).map(([name, view]) => ({ name, releases: view?.releases }));
  refuseNotYet({ views }, file);
  return config;
}

export interface RequestsOptions {
  /** @default - every view that has releases */
  readonly view?: string | undefined;
  /** @default - every release of the view */
  readonly releases?: readonly string[];
  readonly rebuild?: boolean;
  /** Of views that name none, for a release. */
  readonly ownArchitecture: (request: Pick<BuildRequest, 'release' | 'about'>) => string;
  /** The content of a file that sources name. */
  readonly read: (path: string) => Buffer;
  /** The same of a keyring, in its binary form. */
  readonly keyring: (path: string) => Buffer;
}

/**
 * Everything that a configuration wants to be built: an order for each view and release, and one for the bootloaders of
 * each view with Ubuntu in it.
 * @throws BadInput (misuse) for a view or release that the configuration does not have; UnknownRelease
 */
export function requestsOf(config: MirrorConfig, options: RequestsOptions): BuildRequest[] {
  const sources = sourcesOf(config.sources, options);
  const series = seriesIn(config.catalogue);
  const views = Object.entries(config.views).map(([name, settings]) => {
    const view = settings ?? View.parse({});
    return [name, { ...view, releases: view.releases.map(series) }] as const;
  });
  const named = views.filter(([name, { releases }]) => (options.view ?? name) === name && releases.length > 0);
  const chosen = (options.releases ?? []).map(series);
  const unknown = chosen.filter((one) => {
    return one !== bootloadersRequest && !named.some(([, { releases }]) => releases.includes(one));
  });
  const requests = named.flatMap(([name, view]) =>
    requestsOfView(name, view, { sources, catalogue: config.catalogue }, { ...options, releases: chosen }),
  );
  if (requests.length > 0 && unknown.length === 0) return requests;
  const wanted = [options.view ?? 'any view', ...unknown].join(', ');
  const there = views.map(([name, { releases }]) => `${name} (${releases.join(', ') || 'no releases'})`).join(', ');
  throw new MirrorError('BadInput', `the configuration builds nothing for ${wanted}; there are the views ${there}`, {
    hint: 'name a view that has releases, and releases that it has',
    misuse: true,
  });
}

/** By the versions that the configuration itself gives, too. */
function seriesIn(catalogue: Catalogue | undefined): (word: string) => string {
  const own = Object.entries(catalogue?.releases ?? {});
  return (word) => own.find(([, { version }]) => version === word)?.[0] ?? seriesOf(word);
}

function requestsOfView(
  view: string,
  settings: View,
  { sources, catalogue }: { readonly sources: Sources; readonly catalogue: Catalogue | undefined },
  options: RequestsOptions,
): BuildRequest[] {
  const { releases: wanted = [], rebuild = false } = options;
  const { bootloaders, releases, architectures, ...rest } = settings;
  const images = releases.map((release) => {
    const facts = factsOf(catalogue, release);
    const about: AboutRelease | undefined = facts && { ...facts, sources: ['mirror.yaml'] };
    const request = { ...rest, release, view, sources, rebuild, ...(about && { about }) };
    return checked(
      BuildRequest,
      { ...request, architectures: architectures ?? [options.ownArchitecture({ release, about })] },
      `view ${view} of the configuration`,
    );
  });
  const chosen = images.filter(({ release }) => wanted.length === 0 || wanted.includes(release));
  const bring = bootloaders && (chosen.length > 0 || wanted.includes(bootloadersRequest));
  return [...chosen, ...(bring ? bootloadersFor(chosen.length > 0 ? chosen : images) : [])];
}

/** One order for the bootloaders of a view that images of Ubuntu are ordered for. */
export function bootloadersFor(requests: readonly BuildRequest[]): BuildRequest[] {
  const ubuntu = requests.find(({ release }) => familyOf(release) === 'ubuntu');
  if (ubuntu === undefined) return [];
  const { view, sources, rebuild } = ubuntu;
  return [BuildRequest.parse({ release: bootloadersRequest, view, sources, rebuild })];
}

function sourcesOf(
  sources: MirrorConfig['sources'],
  { read, keyring }: Pick<RequestsOptions, 'read' | 'keyring'>,
): Sources {
  const { streamKeyring, archiveKeyring, ca, ...rest } = sources;
  const files = {
    ...(streamKeyring === undefined ? {} : { streamKeyringData: keyring(streamKeyring).toString('base64') }),
    ...(archiveKeyring === undefined ? {} : { archiveKeyringData: keyring(archiveKeyring).toString('base64') }),
    ...(ca === undefined ? {} : { caData: certificatesIn(read(ca), ca) }),
  };
  return checked(Sources, { ...rest, ...files }, { plural: 'sources' });
}

/** The JSON Schema of `mirror.yaml`, for editors. */
export function configSchema(): object {
  const schema = z.toJSONSchema(MirrorConfig, { io: 'input' });
  return { ...schema, $id: 'mirror.schema.json', title: 'mirror.yaml of cdk-maas-mirror' };
}
