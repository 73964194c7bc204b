/* mirror/origins: the properties and fields that errors at synth name. */

import type { MirrorView } from '../choices/mirror-view';
import type { MaasMirrorProps } from '../maas-mirror-props';
import type { Path } from '../refusals/property-path';

/** The path of a view; a mirror without `views` has one view of its `releases`. */
export function pathOfView({ views }: MaasMirrorProps, name: string): Path {
  const at = (views ?? []).findIndex((view) => view.name === name);
  return at === -1 ? ['releases'] : ['views', at];
}

/** The property that a field of the internal configuration (lib/job/config.ts) was made from. */
export function propertyOf(props: MaasMirrorProps, field: readonly PropertyKey[]): Path {
  const [first, second, ...rest] = field.map((step) => (typeof step === 'number' ? step : String(step)));
  if (first === undefined) return [];
  if (first !== 'views' || typeof second !== 'string') return second === undefined ? [first] : [first, second, ...rest];
  const view = props.views?.find(({ name }) => name === second);
  if (props.views === undefined) return propertyOfView(view, rest);
  return [...pathOfView(props, second), ...propertyOfView(view, rest)];
}

/** The property of a view that a field of the configuration, or of a build request, was made from. */
export function propertyOfView(view: Partial<MirrorView> | undefined, field: Path): Path {
  const [first, second, ...rest] = field;
  if (first === 'kernels' && second !== undefined) {
    return [second === 'required' ? 'requiredKernels' : 'optionalKernels', ...rest];
  }
  if (first !== 'customise' || second === undefined) return field;
  const [at, ...inner] = rest;
  const others = view?.repositories?.length ?? 0;
  if (second !== 'repositories' || typeof at !== 'number' || at < others) return [second, ...rest];
  return ['privateRepositories', at - others, ...inner];
}
