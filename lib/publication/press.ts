import type { Signer } from '../simplestreams/openpgp/signer';
import type { Store } from '../store/store';

/** What changing a view takes: where the mirror is, who signs, and what time it is. */
export interface Press {
  readonly mirror: Store;
  readonly signer: Signer;
  readonly now: () => Date;
  /**
   * While the key is changed: the key that has signed so far. What it signed is read as well, and a change signs it again
   * by `signer`. @default - only what `signer` has signed is read
   */
  readonly former?: Signer;
}
