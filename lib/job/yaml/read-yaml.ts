/* job/yaml: mirror.yaml as YAML, before its fields are checked. */

import { parseDocument } from 'yaml';
import { MirrorError, withoutPasswords } from '../../errors';

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
  const document = parseDocument(text, { logLevel: 'error' });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault?.code === 'MULTIPLE_DOCS') {
    throw new MirrorError('BadInput', `${file} has more than one YAML document`, {
      hint: 'remove the line ---, and write all views under one views:',
      misuse: true,
    });
  }
  if (fault !== undefined) throw notYaml(fault.message, file);
  try {
    return document.toJS();
  } catch (cause) {
    throw notYaml((cause as Error).message, file); // aliases of nothing, or too many
  }
}

/** Without the cause, and without the line that it quotes: the line may contain a password, in any form. */
function notYaml(message: string, file: string): MirrorError {
  const [first = ''] = message.split('\n');
  return new MirrorError('BadInput', `${file} is not valid YAML: ${withoutPasswords(first.replace(/:$/, ''))}`, {
    hint: 'correct the file at that line and column',
    misuse: true,
  });
}

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
