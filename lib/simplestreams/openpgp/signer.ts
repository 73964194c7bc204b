/**
 * Whatever holds the signing key. Signatures are SHA-512, repeat byte for byte for the same text and time, and have
 * the one form that signed-text.ts takes for canonical.
 */
export interface Signer {
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** Binary, as gpgv wants it. */
  readonly keyring: Buffer;
  readonly armouredKeyring: string;

  /**
   * @param at what the signature says of its time; not before the key was made
   * @throws BadFormat where the text cannot be signed so that every reader gets it back (see `signableText`)
   */
  clearsign(text: string, at: Date): Promise<string>;

  /** An armoured signature over the bytes of the text. */
  detach(text: string, at: Date): Promise<string>;

  /** Why a clearsigned file is not one that this key has signed, byte for byte as a signer writes it, or undefined. */
  faultOf(clearsigned: Buffer): Promise<string | undefined>;
}
