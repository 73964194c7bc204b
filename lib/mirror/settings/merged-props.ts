import type { MaasMirrorProps } from '../maas-mirror-props';

/**
 * Merges the properties of a file with those of the caller. A property of the caller overrides the file; `site` and `sources`
 * are merged field by field, so that one field does not drop the others in the file. Undefined properties are ignored.
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
