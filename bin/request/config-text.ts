import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../lib/errors';
import { readText } from './sources-from';

/** A mirror.yaml, as errors name it, and its text. */
interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/**
 * The mirror.yaml that `--config` names, else ./mirror.yaml.
 * @param folder where ./mirror.yaml is looked for
 * @throws BadInput (misuse) if it cannot be read; it names `--config` only if that was given
 */
export function configText(config: string | undefined, folder = '.'): ConfigText {
  if (config !== undefined) return { file: config, text: readText(config, '--config') };
  const file = folder === '.' ? './mirror.yaml' : join(folder, 'mirror.yaml');
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`;
    throw new MirrorError('BadInput', `${file} ${why}`, {
      hint: 'give --config FILE, or change into the folder that has it',
      misuse: true,
    });
  }
}
