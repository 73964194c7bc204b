import { expect, test } from 'vitest';
import { resolve, resolveString, type Template } from '../../../lib/local/template/intrinsics';

const template: Template = {
  Parameters: { Size: { Default: 3 }, Bare: {} },
  Resources: {
    Named: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Join': ['-', ['my', 'bucket']] } } },
    Called: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'plan' } },
    Built: { Type: 'AWS::CodeBuild::Project', Properties: { Name: 'fetch' } },
    Nameless: { Type: 'AWS::S3::Bucket' },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'failures' } },
  },
};
const ref = (Ref: string) => ({ Ref });
const attribute = (...words: string[]) => ({ 'Fn::GetAtt': words });
const sub = (argument: unknown) => ({ 'Fn::Sub': argument });

test.each<[string, unknown, unknown]>([
  ['a bucket by its name', ref('Named'), 'my-bucket'],
  ['a function by its name', ref('Called'), 'plan'],
  ['a project by its name', ref('Built'), 'fetch'],
  ['what has no name by its logical id', ref('Nameless'), 'Nameless'],
  ['what nobody calls by its name by its logical id', ref('Topic'), 'Topic'],
  ['an ARN', attribute('Named', 'Arn'), 'arn:local:Named'],
  ['another attribute', attribute('Named', 'DomainName'), 'Named.DomainName'],
  ['a parameter by its default', ref('Size'), 3],
  ['a parameter without one by its name', ref('Bare'), 'Bare'],
  ['the account', ref('AWS::AccountId'), '000000000000'],
  ['the partition', ref('AWS::Partition'), 'aws'],
  ['the region', ref('AWS::Region'), 'local'],
  ['the stack', [ref('AWS::StackId'), ref('AWS::StackName')], ['arn:local:stack', 'local']],
  ['the end of host names', ref('AWS::URLSuffix'), 'amazonaws.com'],
  ['a field without value not at all', { a: ref('AWS::NoValue'), b: 1 }, { b: 1 }],
  ['an item without value not at all', [ref('AWS::NoValue'), 1], [1]],
  ['nothing', null, null],
  ['an object of one field that is no function', { Reference: 'Named' }, { Reference: 'Named' }],
  ['an object of two fields that looks like one', { Ref: 'Named', more: 1 }, { Ref: 'Named', more: 1 }],
  ['an empty object', {}, {}],
  [
    'parts that are joined, numbers and truths too',
    { 'Fn::Join': ['/', ['a', 1, true, ref('Named')]] },
    'a/1/true/my-bucket',
  ],
  ['a text with references', sub('s3://${Named}/${Size}/${AWS::Region}/x'), 's3://my-bucket/3/local/x'],
  ['a text with attributes', sub('${Named.Arn} ${Named.DomainName}'), 'arn:local:Named Named.DomainName'],
  ['a text with values of its own', sub(['${a}-${Named}', { a: ref('Called') }]), 'plan-my-bucket'],
  ['a text that is meant as it stands', sub('${!Named} $Named'), '${Named} $Named'],
])('resolves %s', (_, value, resolved) => {
  expect(resolve(value, template)).toEqual(resolved);
});

test.each<[string, unknown, string]>([
  ['a resource that is missing', ref('Gone'), 'the template refers to "Gone", which it does not define'],
  ['an attribute of one', attribute('Gone', 'Arn'), 'the template refers to "Gone", which it does not define'],
  ['an attribute of one in a text', sub('${Gone.Arn}'), 'the template refers to "Gone", which it does not define'],
  ['another function', { 'Fn::Select': [0, []] }, 'the template uses Fn::Select, which the local engine does not support'],
  ['an object in a text', { 'Fn::Join': ['', [{ a: 1 }]] }, 'the template has {"a":1}; expected a string'],
  [
    'nothing in a text',
    { 'Fn::Join': ['', [ref('AWS::NoValue')]] },
    'the template has {"Ref":"AWS::NoValue"}; expected a string',
  ],
])('refuses %s', (_, value, message) => {
  expect(() => resolve(value, template)).toThrow(expect.objectContaining({ name: 'BadFormat', message }));
});

test('says of a function that it does not know which ones it knows', () => {
  expect(() => resolveString({ 'Fn::Select': [0, []] }, template)).toThrow(
    expect.objectContaining({ hint: 'it supports Ref, Fn::GetAtt, Fn::Join and Fn::Sub' }),
  );
});
