import { MirrorError } from '../../lib/errors';
import type { ViewSettings } from '../../lib/operations/promotion/settings';

/**
 * Where a view that is not built gets its versions, as a mirror.yaml says.
 * @throws BadInput (misuse) if it does not say that, or cannot be read
 */
export async function configuredSource(name: string, given?: string): Promise<ViewSettings> {
  const { parseConfig } = await import('../../lib/job/config.js');
  const { viewSettings } = await import('../../lib/job/views/view-settings.js');
  const { configText } = await import('../request/config-text.js');
  const { file, text } = configText(given);
  const config = parseConfig(text, file);
  const setting = viewSettings(config).find((one) => one.name === name);
  if (setting !== undefined) return setting;
  const isBuilt = Object.keys(config.views).includes(name);
  throw new MirrorError(
    'BadInput',
    isBuilt ? `in ${file}, ${name} is built (it has releases)` : `${file} has no view ${name}`,
    {
      hint: isBuilt
        ? 'views with releases get their versions from builds'
        : 'name the view in the file, or give --from VIEW',
      misuse: true,
    },
  );
}
