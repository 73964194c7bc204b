import type { MirrorConfig } from '../../job/config';
import type { View } from '../../job/views/view';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { type NameOf, type Path, propertyName } from '../refusals/property-path';
import { SynthError } from '../refusals/synth-error';

interface ConfigFile {
  readonly config: MirrorConfig;
  readonly file: string;
  /** Properties that override the file. */
  readonly given: MaasMirrorProps;
}

/** Reads a `mirror.yaml`. Errors name its fields: `mirror.yaml: views.next.packages.0`. */
export function inWordsOf<T>(source: ConfigFile, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof SynthError ? error.called(namesIn(source)) : error;
  }
}

function namesIn({ config, file, given }: ConfigFile): NameOf {
  return (path) => {
    const field = isOverridden(path, given) ? undefined : fieldOf(path, config);
    return field === undefined ? propertyName(path) : `${file}: ${field.join('.')}`;
  };
}

/** Fields of `site` and `sources` are overridden one by one. */
function isOverridden([first, second]: Path, given: object): boolean {
  const value = first === undefined ? undefined : (given as Readonly<Record<string, unknown>>)[first];
  if (value === undefined || (first !== 'site' && first !== 'sources')) return value !== undefined;
  return second !== undefined && (value as Readonly<Record<string, unknown>>)[second] !== undefined;
}

/** Undefined for properties that are in no field. */
function fieldOf([first, second, ...rest]: Path, { views }: MirrorConfig): Path | undefined {
  if (first === 'site' && second === 'certificate') return ['site', 'certificateArn'];
  if (first === 'views' && typeof second === 'number') {
    const [name, view] = Object.entries(views)[second] ?? [];
    return name === undefined ? undefined : ['views', name, ...fieldOfView(rest, view?.customise)];
  }
  const known = first !== undefined && ['views', 'catalogue', 'sources', 'schedule', 'site'].includes(String(first));
  return known ? [first, ...(second === undefined ? [] : [second]), ...rest] : undefined;
}

function fieldOfView(path: Path, customise: View['customise']): Path {
  const [field, at, ...inner] = path;
  if (field === 'requiredKernels') return ['kernels', 'required', ...path.slice(1)];
  if (field === 'optionalKernels') return ['kernels', 'optional', ...path.slice(1)];
  if (field === 'repositories' || field === 'privateRepositories') {
    const kinds = (customise?.repositories ?? []).map((one) => typeof one === 'string');
    const own = kinds.flatMap((isPublic, index) => (isPublic === (field === 'repositories') ? [index] : []));
    return ['customise', 'repositories', ...(typeof at === 'number' ? [own[at] ?? at] : []), ...inner];
  }
  return ['proposed', 'allProposed', 'packages', 'purge'].includes(String(field)) ? ['customise', ...path] : path;
}
