import type { MaasMirrorProps } from '../maas-mirror-props';

/**
 * What a file says and what properties say beside it. A property goes before the file; `site` and `sources` are merged field
 * by field, so that one field of a property does not drop the others of the file. A property that is undefined says nothing.
 */
export function mergedProps(file: MaasMirrorProps, props: MaasMirrorProps): MaasMirrorProps {
  const { site, sources } = props;
  return {
    ...file,
    ...given(props),
    ...(site !== undefined && { site: { ...file.site, ...given(site) } }),
    ...(sources !== undefined && { sources: { ...file.sources, ...given(sources) } }),
  };
}

function given<Props extends object>(props: Props): Partial<Props> {
  const entries = Object.entries(props).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Props>;
}
