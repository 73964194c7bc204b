import { z } from 'zod';
import { seriesOf } from '../catalog/names';
import { familyOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import { BuildRequest, ViewName } from './build-request';
import { checked } from './checked';
import { bootloadersRequest } from './job';
import { refuseNotYet, refuseRenamed } from './not-yet';
import { type AboutRelease, Catalogue, factsOf } from './releases/facts';
import { SiteSettings } from './site-settings';
import { certificatesIn, Sources, SourcesInFiles } from './sources/sources';
import { View } from './views/view';
import { faultsOfViews } from './views/view-faults';
import { readYaml } from './yaml/read-yaml';

/** `mirror.yaml`: the views, and how each is built. File names in it are relative to it. */
export const MirrorConfig = z.strictObject({
  mirror: z
    .string()
    .min(1)
    .optional()
    .describe('The mirror that commands use: a directory, or an s3:// URL; ignored on AWS; default: ./mirror'),
  views: z
    .record(ViewName, View.nullable())
    .superRefine((views, context) => {
      for (const { path, message } of faultsOfViews(views))
        context.addIssue({ code: 'custom', path: [...path], message });
    })
    .describe('Views by name'),
  catalogue: Catalogue.optional().describe('Descriptions of unknown releases, and corrections to known ones'),
  sources: SourcesInFiles.prefault({}).describe('Where images and packages come from, and the keyrings to verify them'),
  schedule: z
    .enum(['hourly', 'daily', 'weekly'])
    .optional()
    .describe('How often a deployed mirror checks for updates; default: never, builds are started by hand'),
  keep: z
    .strictObject({ versions: z.int().min(1).optional(), days: z.int().min(1).optional() })
    .optional()
    .describe('Not supported yet: how many versions of a product to keep, and for how many days at least'),
  site: SiteSettings.optional().describe('How a deployed mirror is served; ignored on one machine'),
});
export type MirrorConfig = z.infer<typeof MirrorConfig>;

const viewsHint = 'name views and their releases, for example `views: { candidate: { releases: [noble] } }`';

/** @throws BadInput (misuse) naming the file and the field; NotSupported for settings of later versions */
export function parseConfig(text: string, file: string): MirrorConfig {
  const value = readYaml(text, file);
  if (value === null || value === undefined) {
    throw new MirrorError('BadInput', `${file} is empty`, { hint: viewsHint, misuse: true });
  }
  // Before the form is checked: nothing supports it yet, whatever its value.
  if (typeof value === 'object' && 'keep' in value) refuseNotYet({ keep: value.keep ?? null }, file);
  refuseRenamed(value, file);
  if (typeof value === 'object' && 'views' in value && value.views === null)
    throw new MirrorError('BadInput', `${file} has no views: \`views\` is empty`, { hint: viewsHint, misuse: true });
  return checked(MirrorConfig, value, file, 'mirror.schema.json describes every field');
}

export interface RequestsOptions {
  /** @default - every view that has releases */
  readonly view?: string | undefined;
  /** @default - every release of the view */
  readonly releases?: readonly string[];
  readonly rebuild?: boolean;
  /** The default architecture for a release, for views that name none. */
  readonly ownArchitecture: (request: Pick<BuildRequest, 'release' | 'about'>) => string;
  /** Reads a file that sources name. */
  readonly read: (path: string) => Buffer;
  /** Reads a keyring, in binary form. */
  readonly keyring: (path: string) => Buffer;
}

/**
 * The builds of a configuration: a request for each view and release, and one for the bootloaders of each view with
 * Ubuntu releases.
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
  const view = options.view === undefined ? [] : [`view ${options.view}`];
  if (views.length === 0)
    throw new MirrorError('BadInput', 'the configuration has no views', { hint: viewsHint, misuse: true });
  const wanted = [...view, ...unknown.map((release) => `release ${release}`)].join(', ') || 'any view';
  const there = views.map(([name, { releases }]) => `${name} (${releases.join(', ') || 'no releases'})`).join(', ');
  throw new MirrorError('BadInput', `nothing is configured for ${wanted}; the views are ${there}`, {
    hint: 'name a view that has releases, and releases of that view',
    misuse: true,
  });
}

/** Also resolves versions that only the configuration gives. */
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
      `view ${view}`,
    );
  });
  const chosen = images.filter(({ release }) => wanted.length === 0 || wanted.includes(release));
  const bring = bootloaders && (chosen.length > 0 || wanted.includes(bootloadersRequest));
  return [...chosen, ...(bring ? bootloadersFor(chosen.length > 0 ? chosen : images) : [])];
}

/** A request for the bootloaders of a view, if any of its requests is for Ubuntu. */
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
