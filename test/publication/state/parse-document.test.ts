import { expect, it } from 'vitest';
import { parseHistory } from '../../../lib/publication/state/history';
import { parseLedger } from '../../../lib/publication/state/ledger';
import { parseShelf } from '../../../lib/publication/state/shelf';

const readers = { shelf: parseShelf, ledger: parseLedger, history: parseHistory };

it.each<[keyof typeof readers, string, string | RegExp]>([
  ['ledger', '[]', 'expected a JSON object with format view-ledger:1'],
  ['ledger', '{"format":"view-ledger:1"}', 'at products: expected an object'],
  [
    'ledger',
    '{"format":"view-ledger:1","products":{"a":{"gone":{},"since":{},"attested":{}}}}',
    /at products \/ a \/ top: /,
  ],
  [
    'ledger',
    '{"format":"view-ledger:1","products":{"a":{"top":"1","gone":{"1":"x"},"since":{},"attested":{}}}}',
    /at products \/ a \/ gone \/ 1: /,
  ],
  ['shelf', 'null', 'expected a JSON object with format view-shelf:1'],
  ['shelf', '{"format":"view-shelf:1","products":null}', 'at products: expected an object'],
  [
    'shelf',
    '{"format":"view-shelf:1","products":{"a":{"fields":{},"versions":{}}}}',
    /at products \/ a \/ content_id: /,
  ],
  [
    'shelf',
    '{"format":"view-shelf:1","products":{"a":{"content_id":"a","fields":{},"versions":{"1":{}}}}}',
    /at products \/ a \/ versions \/ 1 \/ why: /,
  ],
  ['history', '{"format":"view-history:1","view":"a","entries":[{"number":0}]}', /at entries \/ 0 \/ number: /],
  ['history', '{"format":"view-history:1","view":"a","before":"../a","entries":[]}', /at before: /],
  ['history', '{"format":"view-history","entries":[]}', 'expected a JSON object with format view-history:1'],
])('refuses the %s %s', (part, text, why) => {
  expect(() => readers[part](text, 'it')).toThrow(
    expect.objectContaining({ name: 'BadFormat', message: expect.stringMatching(/^it is not a valid .* of a view: /) }),
  );
  expect(() => readers[part](text, 'it')).toThrow(why);
});

it.each(['shelf', 'ledger', 'history'] as const)('refuses the %s of a newer release', (part) => {
  expect(() => readers[part](JSON.stringify({ format: `view-${part}:12` }), 'it')).toThrow(
    expect.objectContaining({
      name: 'NotSupported',
      message: `it has format view-${part}:12; this version supports view-${part}:1`,
    }),
  );
});
