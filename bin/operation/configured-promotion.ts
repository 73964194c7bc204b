import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationRequest } from '../../lib/job/operations/operation';
import type { MirrorWords } from './which-mirror';

type Promotion = Extract<OperationRequest, { does: 'promote' }>['setting'];

/**
 * How mirror.yaml says that a view is filled. With --mirror or --stack, it must be given by --config: the one in the folder may
 * describe another mirror.
 * @param folder where ./mirror.yaml is looked for
 * @returns undefined if it does not say how
 * @throws BadInput (misuse) if the file cannot be read
 */
export async function configuredPromotion(view: string, words: MirrorWords, folder = '.'): Promise<Promotion> {
  const { mirror, stack, config } = words;
  const isElsewhere = mirror !== undefined || stack !== undefined || !existsSync(join(folder, 'mirror.yaml'));
  if (config === undefined && isElsewhere) return undefined;
  const { parseConfig } = await import('../../lib/job/config.js');
  const { viewSettings } = await import('../../lib/job/views/view-settings.js');
  const { configText } = await import('../request/config-text.js');
  const { file, text } = configText(config, folder);
  const setting = viewSettings(parseConfig(text, file)).find(({ name }) => name === view);
  return setting?.promote;
}
