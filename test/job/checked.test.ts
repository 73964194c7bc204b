import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MirrorError } from '../../lib/errors';
import { checked } from '../../lib/job/checked';

const Thing = z.strictObject({
  name: z.string().max(5, 'five letters'),
  list: z.array(z.string()).optional(),
  credentials: z.string().max(3, 'three letters').optional(),
});

function refusal(value: unknown, schema: z.ZodType = Thing): MirrorError {
  try {
    checked(schema, value, 'the thing');
  } catch (error) {
    if (error instanceof MirrorError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a value from outside', () => {
  it('is given as it is where it has its shape', () => {
    expect(checked(Thing, { name: 'x' }, 'the thing')).toEqual({ name: 'x' });
  });

  it('refuses every fault at once, each with its field and what was seen there', () => {
    const { name, message, misuse, hint } = refusal({ name: 'too long', list: ['a', true] });

    expect([name, misuse]).toEqual(['BadInput', true]);
    expect(message).toBe(
      'the thing is not valid: name: five letters (got "too long"); list.1: must be a string (got true)',
    );
    expect(hint).toBe('maas-mirror build --help and mirror.schema.json list the options');
  });

  it('is spoken of in the plural where it is several, and with what to do where the caller knows', () => {
    const call = () => checked(Thing, 1, { plural: 'the things' }, 'do something else');

    expect(call).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^the things are not valid: /),
        hint: 'do something else',
      }),
    );
  });

  it('says of a missing one that nothing was seen, and of a whole one no field', () => {
    expect(refusal(undefined).message).toMatch(
      /^the thing is not valid: must be an object with fields \(got nothing\)$/,
    );
    expect(refusal({}).message).toMatch(/^the thing is not valid: name: .* \(got nothing\)$/);
    expect(refusal(null).message).toMatch(/ \(got null\)$/);
  });

  it('shows a field that is not known with its value, and none of the others', () => {
    expect(refusal({ name: 'x', odd: [1] }).message).toMatch(/Unrecognized key: "odd" \(got \{"odd":\[1\]\}\)$/);
  });

  it.each([
    ['26.1', 26.1, '"26.10"'],
    ['8', 8, '"8"'],
    ['27.04', 27.04, '"27.04"'],
    ['127.5', 127.5, '"127.5"'],
  ])('says how the number %s is written as a text', (_, number, text) => {
    expect(refusal({ name: number }).message).toContain(`is a number, not a string; put it in quotes: ${text} (got `);
  });

  it('says what JSON has no word for', () => {
    expect(refusal({ name: Number.NaN }).message).toMatch(/\(got NaN\)$/);
  });

  it.each(['credentials', 'password', 'clientSecret', 'Token'])('refuses it without showing %s', (field) => {
    const { message } = refusal({ name: 'x', [field]: 'hush-hush' });

    expect(message).toContain('hidden');
    expect(message).not.toContain('hush-hush');
  });

  it.each([
    'https://u:hush@a.example/x',
    'https://u:hush hush@a.example/x',
    'https://u:hu@sh hush@a.example/x',
    'https://u:hush\nhush@a.example/x',
    'https://u:12/hush@a.example/x',
    'u:hush@a.example',
    '//u:hush@a.example',
    'https:u:hush@a.example',
    'https:\\\\u:hush@a.example',
  ])('shows %s without its password', (address) => {
    for (const { message } of [refusal({ name: address }), refusal({ name: [{ address }] })]) {
      expect(message).toContain('a.example');
      expect(message).not.toContain('hush');
    }
  });

  it('cuts what is long', () => {
    const { message } = refusal({ name: 'x'.repeat(500) });

    expect(message).toMatch(/\(got "x{199}…\)$/);
    const many = refusal({ name: 'x', list: Array.from({ length: 200 }, () => 1) });
    expect(many.message).toHaveLength('the thing is not valid: '.length + 3000 + 1);
    expect(many.message.endsWith('…')).toBe(true);
  });

  it('lets no stranger speak to the terminal', () => {
    const { message } = refusal({ name: 'x', '\u001b]0;a\n\u202eb\u2028': 1 });

    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(message).toContain('\u{fffd}');
  });

  it('names a rule of a whole only where its parts are right', () => {
    const Sum = z.strictObject({ parts: z.array(z.number()) }).superRefine(({ parts }, context) => {
      if (parts.length !== 2) context.addIssue({ code: 'custom', path: ['parts'], message: 'two parts' });
    });

    expect(refusal({ parts: [1] }, Sum).message).toContain('parts: two parts');
    expect(refusal({ parts: ['1'] }, Sum).message).not.toContain('two parts');
  });

  it('refuses the name of a field by the rule for names', () => {
    const Named = z.record(z.string().regex(/^[a-z]+$/, 'a name in lower-case letters'), z.number());

    expect(refusal({ UPPER: 1 }, Named).message).toContain('UPPER: a name in lower-case letters');
  });
});
