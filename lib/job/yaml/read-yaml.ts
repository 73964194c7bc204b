/* job/yaml: mirror.yaml as YAML, before its fields are checked. */

import { type ErrorCode, LineCounter, parseDocument } from 'yaml';
import { MirrorError } from '../../errors';

/**
 * The value of a YAML text.
 * @throws BadInput (misuse) for a text that is not YAML, and for YAML that no field can have
 */
export function readYaml(text: string, file: string): unknown {
  const value = parsed(text, file);
  const fault = faultIn(value, [], new Set(), new Set());
  if (fault === undefined) return value;
  throw new MirrorError('BadInput', `${file} is not valid: ${fault.text}`, { hint: fault.hint, misuse: true });
}

function parsed(text: string, file: string): unknown {
  // Not parse(): it lets Node print warnings, such as of an unknown tag, with the line.
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { logLevel: 'error', lineCounter });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault?.code === 'MULTIPLE_DOCS') {
    throw new MirrorError('BadInput', `${file} has more than one YAML document`, {
      hint: 'remove the line ---, and write all views under one views:',
      misuse: true,
    });
  }
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0]);
    const what = `${sentences[fault.code] ?? 'invalid syntax'} at line ${line}, column ${col}`;
    throw notYaml(what, file, 'correct the file at that line and column');
  }
  try {
    return document.toJS();
  } catch {
    const text = 'an alias has no anchor before it, or there are too many aliases';
    throw notYaml(text, file, 'define each anchor before its aliases, and use fewer aliases');
  }
}

/** Without the parser's message and cause, which quote the file: any part of it may be part of a password. */
function notYaml(text: string, file: string, hint: string): MirrorError {
  return new MirrorError('BadInput', `${file} is not valid YAML: ${text}`, { hint, misuse: true });
}

/** What an error of the parser means. */
const sentences: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias has an anchor or a tag',
  BAD_ALIAS: 'an alias or anchor has no valid name',
  BAD_DIRECTIVE: 'a line that begins with % is not a valid directive',
  BAD_DQ_ESCAPE: 'invalid escape sequence in double quotes (use single quotes, or write \\\\ for a backslash)',
  BAD_INDENT: 'wrong indentation, or a missing ] or }',
  BAD_PROP_ORDER: 'an anchor or tag is in the wrong place',
  BAD_SCALAR_START: 'a value begins with a special character (put it in quotes)',
  BLOCK_AS_IMPLICIT_KEY: 'a second key or a list on the line of a key (put a value that contains ": " in quotes)',
  BLOCK_IN_FLOW: 'a list or mapping of several lines inside [ ] or { }',
  DUPLICATE_KEY: 'a key is repeated',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, a comma, a colon or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key is not on one line',
  MULTIPLE_ANCHORS: 'a value has several anchors',
  MULTIPLE_TAGS: 'a value has several tags',
  TAB_AS_INDENT: 'a tab in the indentation (use spaces)',
  TAG_RESOLVE_FAILED: 'unknown tag, or a value that does not fit its tag (put a value that begins with ! in quotes)',
  UNEXPECTED_TOKEN: 'unexpected character or word',
};

interface YamlFault {
  readonly text: string;
  readonly hint: string;
}

/** @param above the values that contain this one @param known values without a fault, to which several aliases may refer */
function faultIn(
  value: unknown,
  path: readonly string[],
  above: Set<unknown>,
  known: Set<unknown>,
): YamlFault | undefined {
  if (typeof value !== 'object' || value === null || known.has(value)) return undefined;
  if (above.has(value)) {
    return { text: `${path.join('.')} is an alias of a value that contains it`, hint: 'write the value itself' };
  }
  above.add(value);
  for (const [key, inner] of Object.entries(value)) {
    const fault = faultOfKey(key, path) ?? faultIn(inner, [...path, key], above, known);
    if (fault !== undefined) return fault;
  }
  above.delete(value);
  known.add(value);
  return undefined;
}

function faultOfKey(key: string, path: readonly string[]): YamlFault | undefined {
  const field = [...path, key].join('.');
  if (key === '<<') {
    return {
      text: `${field}: merge keys are not supported`,
      hint: 'repeat the fields, or use an alias for the whole value',
    };
  }
  // Objects of JavaScript cannot have such a field, so the schema would ignore it.
  if (key !== '__proto__') return undefined;
  return { text: `${field} is not a valid name`, hint: 'use lower-case letters, digits and dashes' };
}
