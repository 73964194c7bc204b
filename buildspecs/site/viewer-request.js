// The viewer-request function of a mirror: CloudFront runs it for each request before it looks for an object.
//
// Its runtime, cloudfront-js-2.0, is not Node: ES 5.1 with some later features (const, arrow functions, templates,
// async functions without closures), but no destructuring, spread, for-of or default arguments. Its engine, njs, crashes
// on `await` within a call's parentheses, so `await` is only used directly after `const … =`. The limit is 10 KB.
// At synth time lib/mirror/site/viewer-request.ts writes the site's settings into the next line; by default access is open.
const settings = { allowed: undefined, credentials: undefined };

// biome-ignore lint/style/useNodejsImportProtocol: a module of the runtime, not of Node
const crypto = require('crypto');

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const request = event.request;
  if (!isAllowed(event.viewer.ip)) return answer(403, 'Forbidden', {});
  const record = await recordFor(request.headers.authorization);
  if (record === undefined) {
    return answer(401, 'Unauthorized', { 'www-authenticate': { value: 'Basic realm="MAAS mirror", charset="UTF-8"' } });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return answer(405, 'Method Not Allowed', { allow: { value: 'GET, HEAD' } });
  }
  const parts = partsOf(request.uri);
  if (parts === undefined) return answer(404, 'Not Found', {});
  if (!isOffered(parts, record[4])) return answer(403, 'Forbidden', {});

  request.uri = `/${objectParts(parts).map(encodeURIComponent).join('/')}`;
  request.querystring = {}; // S3 interprets some query parameters as other operations
  delete request.headers.authorization;
  return request;
}

function answer(statusCode, statusDescription, headers) {
  return { statusCode: statusCode, statusDescription: statusDescription, headers: headers };
}

// ---- Paths: items are stored once, in pool/; each view has its own streams/ and shows the pool next to it.

// The requested path in parts; undefined if it cannot be that of an object. Never "/" alone: S3 would list the bucket.
// Like web servers, it treats several slashes as one.
function partsOf(asked) {
  const uri = asked.replace(/\/{2,}/g, '/');
  if (uri === '/') return ['index.html'];
  try {
    const parts = decodeURIComponent(uri.slice(1)).split('/');
    return parts.every(isPlain) ? parts : undefined;
  } catch (_error) {
    return undefined; // invalid percent-encoding
  }
}

// Refuses folders ("a/"), ".." and hidden files.
function isPlain(part) {
  return part !== '' && part[0] !== '.' && !part.includes('\0');
}

function objectParts(parts) {
  const ofView = lengthOfView(parts);
  if (parts[0] === 'pool' || parts.length <= ofView || parts[ofView] === 'streams') return parts;
  return ['pool'].concat(parts.slice(ofView));
}

// The number of parts in the name of a view: `snapshots/2026-11` has two.
function lengthOfView(parts) {
  return parts[0] === 'snapshots' ? 2 : 1;
}

// ---- Access by address: `allowed` contains prefixes of addresses in hexadecimal digits.

function isAllowed(ip) {
  if (settings.allowed === undefined) return true;
  const digits = digitsOf(ip);
  return settings.allowed.some((beginning) => digits.startsWith(beginning));
}

// "4" and the 8 digits of an IPv4 address, or "6" and the 32 digits of an IPv6 address.
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

// ---- Access by name and password. The store contains `sha256 <salt> <digest> <since>` for each name, written by
// lib/cloud/access/site-password.ts. If it is limited to views, their names follow: `candidate,snapshots/2026-11`.
// An unknown name takes the same time as a wrong password.

const noRecord = `sha256 ${'0'.repeat(32)} ${'0'.repeat(64)} never`;

// The words of the record; none if no password is required; undefined without access.
async function recordFor(authorization) {
  if (!settings.credentials) return [];
  const given = credentialsOf(authorization ? authorization.value : '');
  const record = await recordOf(given.name);
  const words = record.split(' ');
  const digest = crypto.createHmac('sha256', words[1]).update(given.password).digest('hex');
  return words[0] === 'sha256' && isSame(digest, words[2]) ? words : undefined;
}

// Everybody with access needs the keyring.
function isOffered(parts, views) {
  if (views === undefined) return true;
  const path = parts.join('/');
  if (path === 'keyring.gpg' || path === 'keyring.asc') return true;
  return views.split(',').includes(parts.slice(0, lengthOfView(parts)).join('/'));
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
    return [4, 5].includes(record.split(' ').length) ? record : noRecord;
  } catch (_error) {
    return noRecord; // an unknown name, or any other failure: no access
  }
}

// Compares all characters, so that the time does not depend on where they differ.
function isSame(text, other) {
  let difference = text.length ^ other.length;
  for (let at = 0; at < text.length; at += 1) difference |= text.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
