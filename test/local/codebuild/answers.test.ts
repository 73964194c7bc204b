import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Answers } from '../../../lib/local/codebuild/answers';

function answering() {
  const stream = new PassThrough();
  return { stream, answers: new Answers(stream) };
}

test('answers are cut at NUL bytes, however they arrive, and are given in their order', async () => {
  const { stream, answers } = answering();
  stream.write('0\x001');
  stream.write('2');
  stream.write('\0');
  stream.write('\0');

  expect(await answers.next()).toBe('0');
  expect(await answers.next()).toBe('12');
  expect(await answers.next()).toBe('');
});

test('who asks before there is an answer waits for it, and a part of one is none', async () => {
  const { stream, answers } = answering();
  const asked = answers.next().then((answer) => `the answer ${answer}`);
  stream.write('4');
  const first = await Promise.race([asked, new Promise((resolve) => setImmediate(resolve, 'nothing yet'))]);
  stream.write('2\0');

  expect(first).toBe('nothing yet');
  expect(await asked).toBe('the answer 42');
});

test('when the stream has ended, what came is given, and then nothing, to who waits too', async () => {
  const { stream, answers } = answering();
  stream.write('1\x002\0and a half');
  expect(await answers.next()).toBe('1');
  stream.end();
  expect(await answers.next()).toBe('2');
  expect(await answers.next()).toBeUndefined();
  expect(await answers.next()).toBeUndefined();
});

test('no answer wakes who does not wait', async () => {
  const { stream, answers } = answering();
  const asked = answers.next();
  stream.write('1\x002\0');

  expect(await asked).toBe('1');
  stream.destroy();
  expect(await answers.next()).toBe('2');
});
