import { packageText } from '../package-files';
import { refused } from '../refusals/synth-error';

export interface ViewerRequestSettings {
  /** Prefixes of addresses, as addressBeginnings returns them. @default - all addresses */
  readonly allowed?: readonly string[];
  /** Whether names and passwords are required; the function then has a KeyValueStore. @default false */
  readonly credentials?: boolean;
}

/** Maximum size of the code of a CloudFront Function, in bytes. */
const longest = 10_240;

/**
 * The code of the viewer-request function, buildspecs/site/viewer-request.js, with the settings of a site.
 * @throws BadInput (misuse) if it is too long for CloudFront
 */
export function viewerRequestCode({ allowed, credentials = false }: ViewerRequestSettings): string {
  const values = `allowed: ${allowed ? JSON.stringify(allowed) : 'undefined'}, credentials: ${credentials ? 'cf.kvs()' : 'undefined'}`;
  const text = packageText('buildspecs/site/viewer-request.js');
  const filled = text.replace(settingsLine, () => `const settings = { ${values} };`);
  // Only a function that has a store can import the module, and the import must be one of the first lines.
  const code = credentials ? `import cf from 'cloudfront';\n${filled}` : filled;
  if (new TextEncoder().encode(code).length > longest) throw tooLong(allowed ?? []);
  return code;
}

const settingsLine = /^const settings = .*;$/m;

function tooLong(allowed: readonly string[]): Error {
  return refused(
    ['allowedCidrs'],
    `needs ${allowed.length} address prefixes, which do not fit into the ${longest} bytes of a CloudFront Function`,
    'use fewer and larger networks (prefix lengths that are multiples of 4 need the least space), or a web ACL with an IP set: webAclId',
  );
}
