/** The first word of a command that reads a mirror: an address of a mirror or view, or the name of a view. */
export type AddressOrView = { readonly address: string } | { readonly view: string };

/**
 * Reads the first word: an address if it has a scheme or a slash (except `snapshots/NAME`), is `.` or `..`, or is a folder
 * here; a mirror that is named by an option is never named twice, so the word is then a view.
 * @param isNamed whether --mirror, --stack or --config is given
 * @param isFolder whether a folder of this name exists here
 */
export function addressOrView(word: string, isNamed: boolean, isFolder: (path: string) => boolean): AddressOrView {
  if (isNamed) return { view: word };
  if (/^[a-z][a-z0-9+.-]*:/i.test(word) || word === '.' || word === '..') return { address: word };
  if (isFolder(word)) return { address: word };
  return word.includes('/') && !isFrozen(word) ? { address: word } : { view: word };
}

const isFrozen = (word: string) => /^snapshots\/[^/.][^/]*$/.test(word);
