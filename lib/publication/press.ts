import type { Signer } from '../simplestreams/openpgp/signer';
import type { Store } from '../store/store';
import type { KnownDocuments } from './known-documents';

/** What a change of a view needs: the mirror, the signer and the time. */
export interface Press {
  readonly mirror: Store;
  readonly signer: Signer;
  readonly now: () => Date;
  /**
   * During a key rotation: the old key. What it signed is accepted as well, and every change re-signs it with `signer`.
   * @default - only what `signer` has signed is accepted
   */
  readonly former?: Signer;
  /** What is known of its documents, for one operation. @default - every file is read and checked again each time */
  readonly known?: KnownDocuments;
  /** Called before and after each commit of a view. @default - nothing is called */
  readonly onCommit?: (view: string, commit: Commit) => void;
}

/** Of a commit: it is about to be made; it was made; it was not, as something else is there. If the first is the last, it may be. */
export type Commit = 'tried' | 'made' | 'overtaken';

/** A press during a key rotation: `signer` is the new key. */
export type KeyChange = Press & Required<Pick<Press, 'former'>>;
