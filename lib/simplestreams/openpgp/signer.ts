/**
 * Signs with the signing key. Signatures use SHA-512, are identical for the same text and time, and have the canonical form of
 * signed-text.ts.
 */
export interface Signer {
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** Binary, for gpgv. */
  readonly keyring: Buffer;
  readonly armouredKeyring: string;

  /**
   * @param at the time of the signature; not before the key was created
   * @throws BadFormat if not every reader would get the text back unchanged (see `signableText`)
   */
  clearsign(text: string, at: Date): Promise<string>;

  /** An armoured signature over the bytes of the text. */
  detach(text: string, at: Date): Promise<string>;

  /** Why a clearsigned file is not, byte for byte, what this signer writes; or undefined. */
  faultOf(clearsigned: Buffer): Promise<string | undefined>;
}
