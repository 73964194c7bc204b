import { MirrorError } from '../../errors';
import { packageText } from '../package-files';

export interface ViewerRequestSettings {
  /** Beginnings of addresses as addressBeginnings makes them. @default - all addresses */
  readonly allowed?: readonly string[];
  /** Whether names and passwords are asked for; the function then has a KeyValueStore. @default false */
  readonly credentials?: boolean;
}

/** Bytes that the code of a CloudFront Function may have. */
const longest = 10_240;

/**
 * The code of the viewer-request function, buildspecs/site/viewer-request.js, with a site's settings in it.
 * @throws BadInput where it gets too long for CloudFront
 */
export function viewerRequestCode({ allowed, credentials = false }: ViewerRequestSettings): string {
  const values = `allowed: ${allowed ? JSON.stringify(allowed) : 'undefined'}, credentials: ${credentials ? 'cf.kvs()' : 'undefined'}`;
  const text = packageText('buildspecs/site/viewer-request.js');
  const filled = text.replace(settingsLine, () => `const settings = { ${values} };`);
  // Only a function that has a store can bring in the module, which wants to be among the first lines.
  const code = credentials ? `import cf from 'cloudfront';\n${filled}` : filled;
  if (new TextEncoder().encode(code).length > longest) throw tooLong(allowed ?? []);
  return code;
}

const settingsLine = /^const settings = .*;$/m;

function tooLong(allowed: readonly string[]): MirrorError {
  return new MirrorError(
    'BadInput',
    `the property allowedCidrs makes ${allowed.length} entries, too many for the ${longest} bytes of a CloudFront Function`,
    {
      hint: 'name fewer and wider networks (lengths that are multiples of 4 take the least room), or a web ACL with an IP set: webAclId',
      misuse: true,
    },
  );
}
