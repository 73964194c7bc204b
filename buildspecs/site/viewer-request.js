// What CloudFront does with each request before it looks for an object: the viewer-request function of a mirror.
//
// It runs in cloudfront-js-2.0, which is no Node: ES 5.1 with a few later things (const, arrow functions, templates,
// async functions without closures in them), and no destructuring, spread, for-of or default arguments. Its engine, njs,
// crashes on `await` inside a call's brackets: it stands alone here, right of a `const`. 10 KB at most.
// At synth time lib/mirror/site/viewer-request.ts writes the site's settings into the next line; as it stands, all may read.
const settings = { allowed: undefined, credentials: undefined };

// biome-ignore lint/style/useNodejsImportProtocol: this is not Node's, it is the runtime's own
const crypto = require('crypto');

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const request = event.request;
  if (!isAllowed(event.viewer.ip)) return answer(403, 'Forbidden', {});
  const isKnown = await mayRead(request.headers.authorization);
  if (!isKnown) {
    return answer(401, 'Unauthorized', { 'www-authenticate': { value: 'Basic realm="MAAS mirror", charset="UTF-8"' } });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return answer(405, 'Method Not Allowed', { allow: { value: 'GET, HEAD' } });
  }
  const path = objectPath(request.uri);
  if (path === undefined) return answer(404, 'Not Found', {});

  request.uri = path;
  request.querystring = {}; // S3 would take some of them for another question than "this object"
  delete request.headers.authorization;
  return request;
}

function answer(statusCode, statusDescription, headers) {
  return { statusCode: statusCode, statusDescription: statusDescription, headers: headers };
}

// ---- Where things lie: items once, in pool/; each view has its streams/ and shows the pool beside them.

// The path of the object that is meant, or undefined for what cannot be one. Never the bare "/": S3 would list the bucket.
// Web servers take several slashes for one.
function objectPath(asked) {
  const uri = asked.replace(/\/{2,}/g, '/');
  if (uri === '/') return '/index.html';
  try {
    const parts = decodeURIComponent(uri.slice(1)).split('/');
    return parts.every(isPlain) ? `/${objectParts(parts).map(encodeURIComponent).join('/')}` : undefined;
  } catch (_error) {
    return undefined; // a percent sign that begins no character
  }
}

// Neither a folder ("a/") nor a way up nor something hidden.
function isPlain(part) {
  return part !== '' && part[0] !== '.' && !part.includes('\0');
}

function objectParts(parts) {
  const ofView = parts[0] === 'snapshots' ? 2 : 1; // how many parts the name of a view has
  if (parts[0] === 'pool' || parts.length <= ofView || parts[ofView] === 'streams') return parts;
  return ['pool'].concat(parts.slice(ofView));
}

// ---- Who may read, by address: `allowed` holds beginnings of addresses in hexadecimal digits.

function isAllowed(ip) {
  if (settings.allowed === undefined) return true;
  const digits = digitsOf(ip);
  return settings.allowed.some((beginning) => digits.startsWith(beginning));
}

// "4" and the 8 digits of an IPv4 address, or "6" and the 32 digits of an IPv6 one.
function digitsOf(ip) {
  if (!ip.includes(':')) return `4${ip.split('.').map(hexByte).join('')}`;
  const sides = ip.toLowerCase().split('::');
  const head = hexGroups(sides[0]);
  const tail = hexGroups(sides[1]);
  return `6${head}${'0'.repeat(32 - head.length - tail.length)}${tail}`;
}

function hexByte(number) {
  return Number(number).toString(16).padStart(2, '0');
}

function hexGroups(side) {
  if (!side) return '';
  return side
    .split(':')
    .map((group) => group.padStart(4, '0'))
    .join('');
}

// ---- Who may read, by name and password. The store holds `sha256 <salt> <digest> <since>` for each name, as
// lib/cloud/access/site-password.ts writes it. An unknown name takes the same work as a wrong password.

const nobody = `sha256 ${'0'.repeat(32)} ${'0'.repeat(64)} never`;

async function mayRead(authorization) {
  if (!settings.credentials) return true;
  const given = credentialsOf(authorization ? authorization.value : '');
  const record = await recordOf(given.name);
  const words = record.split(' ');
  const digest = crypto.createHmac('sha256', words[1]).update(given.password).digest('hex');
  return words[0] === 'sha256' && isSame(digest, words[2]);
}

function credentialsOf(header) {
  const words = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header);
  const text = words ? Buffer.from(words[1], 'base64').toString() : '';
  const colon = text.indexOf(':');
  return colon < 0 ? { name: '', password: '' } : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function recordOf(name) {
  try {
    const record = await settings.credentials.get(name);
    return record.split(' ').length === 4 ? record : nobody;
  } catch (_error) {
    return nobody; // it has no such name; and whatever else it fails for, nobody gets in by that
  }
}

// Looks at every character, however early they differ.
function isSame(text, other) {
  let difference = text.length ^ other.length;
  for (let at = 0; at < text.length; at += 1) difference |= text.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
