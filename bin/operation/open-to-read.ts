import { MirrorError } from '../../lib/errors';
import type { OpenedMirror } from '../../lib/operations/open-mirror';
import { type MirrorWords, whichToRead } from './which-mirror';

/**
 * Opens the mirror that a command reads: its first word is an address or a view, or an option names the mirror.
 * @param views the views of further words and options @default - that of the first word or of the address, or all
 * @param mayBeDeleted whether a view may be named that the mirror does not have any more @default false
 * @throws what whichToRead, openMirror and mirrorOf throw
 */
export async function openToRead(
  word: string | undefined,
  words: MirrorWords,
  views?: readonly string[],
  { mayBeDeleted = false }: { readonly mayBeDeleted?: boolean } = {},
): Promise<OpenedMirror> {
  const read = await whichToRead(word, words);
  const named = [...(read.view === undefined ? [] : [read.view]), ...(views ?? [])];
  const wanted = named.length === 0 ? undefined : named;
  const asked = { views: wanted, mayBeDeleted };
  return 'stack' in read.which ? openStack(read.which.stack, asked) : openNamed(read.which.mirror, asked);
}

interface Views {
  readonly views: readonly string[] | undefined;
  readonly mayBeDeleted: boolean;
}

async function openNamed(address: string, { views, mayBeDeleted }: Views): Promise<OpenedMirror> {
  const { openMirror } = await import('../../lib/operations/open-mirror.js');
  if (!mayBeDeleted || views === undefined) return openMirror(address, views);
  const { store } = await openMirror(address); // which would refuse a deleted view
  return { store, views };
}

/** The bucket of a stack, or its site for those who may not read the bucket. Over HTTP, views cannot be listed. */
async function openStack(stack: string, asked: Views): Promise<OpenedMirror> {
  const { openClients } = await import('../../lib/cloud/clients.js');
  const { mirrorOf } = await import('../../lib/cloud/stack-outputs.js');
  using clients = openClients();
  const { mirrorBucketName, mirrorUrl } = await mirrorOf(clients.cloudformation, stack);
  try {
    return await openNamed(`s3://${mirrorBucketName}`, asked);
  } catch (error) {
    const isDenied = error instanceof MirrorError && error.name === 'AccessDenied';
    if (!isDenied || asked.views === undefined) throw error;
    const { openMirror } = await import('../../lib/operations/open-mirror.js');
    return await openMirror(mirrorUrl, asked.views);
  }
}

/** The single view that a command reads. @throws BadInput (misuse) if none is named */
export function oneView({ store, views = [] }: OpenedMirror, command: string): string {
  const [view] = views;
  if (view !== undefined) return view;
  throw new MirrorError('BadInput', `${command}: no view of ${store.name} given`, {
    hint: `name a view, such as: maas-mirror ${command} candidate`,
    misuse: true,
  });
}
