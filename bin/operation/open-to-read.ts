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
  const { openMirror } = await import('../../lib/operations/open-mirror.js');
  if ('stack' in read.which) return openStack(read.which.stack, wanted);
  if (!mayBeDeleted || wanted === undefined) return openMirror(read.which.mirror, wanted);
  const { store } = await openMirror(read.which.mirror); // which would refuse a deleted view
  return { store, views: wanted };
}

/** The bucket of a stack, or its site for those who cannot read the bucket. Over HTTP, views cannot be listed. */
async function openStack(stack: string, views: readonly string[] | undefined): Promise<OpenedMirror> {
  const { openClients } = await import('../../lib/cloud/clients.js');
  const { mirrorOf } = await import('../../lib/cloud/stack-outputs.js');
  const { openMirror } = await import('../../lib/operations/open-mirror.js');
  using clients = openClients();
  const { mirrorBucketName, mirrorUrl } = await mirrorOf(clients.cloudformation, stack);
  try {
    return await openMirror(`s3://${mirrorBucketName}`, views);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.misuse || views === undefined) throw error;
    return await openMirror(mirrorUrl, views);
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
