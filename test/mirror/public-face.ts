import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** The public API, and what documents show of it, as the TypeScript compiler sees them. */

const root = join(__dirname, '../..');
const index = join(root, 'lib/index.ts');

/** A piece of TypeScript that a document shows. */
export interface Example {
  /** `README.md:157` */
  readonly where: string;
  readonly code: string;
}

/** Blocks of a Markdown text that are TypeScript. */
export function examplesInMarkdown(name: string, text: string): Example[] {
  return [...text.matchAll(/^```(?:ts|typescript)\n([^`]*)^```$/gm)].map(({ index: at, 1: code = '' }) => ({
    where: `${name}:${text.slice(0, at).split('\n').length}`,
    code,
  }));
}

/** Examples in the docstrings of what lib/index.ts exports. */
export function examplesOfExports(program: ts.Program): Map<string, string> {
  const checker = program.getTypeChecker();
  const examples = [...exportsOf(program)].flatMap(([name, symbol]) =>
    symbol
      .getJsDocTags(checker)
      .filter((tag) => tag.name === 'example')
      .map((tag): [string, string] => [name, ts.displayPartsToString(tag.text)]),
  );
  return new Map(examples);
}

/** The libraries are long, and each is read once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of lib/index.ts and these examples; each without imports of its own begins with what examples take for granted. */
export function programOf(examples: readonly Example[] = []): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const settings: ts.CompilerOptions = {
    ...options,
    incremental: false,
    tsBuildInfoFile: undefined,
    noUnusedLocals: false,
    paths: { 'cdk-maas-mirror': [index] },
  };
  const texts = new Map(examples.map(({ code }, at) => [exampleFile(at), whole(code)]));
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  const read = (path: string, version: ts.ScriptTarget | ts.CreateSourceFileOptions) => {
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, version));
    return parsed.get(path);
  };
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, version) => {
    const text = texts.get(path);
    return text === undefined ? read(path, version) : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  };
  return ts.createProgram([index, ...texts.keys()], settings, host);
}

/** What the compiler says of each example of `programOf`. */
export function faultsOf(program: ts.Program, examples: readonly Example[]): string[] {
  return examples.flatMap(({ where }, at) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(exampleFile(at)))
      .map(({ messageText }) => `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}

const exampleFile = (at: number) => join(root, `test/mirror/example-${at}.ts`);

function whole(code: string): string {
  return /^import /m.test(code) ? code : `${granted}${code}`;
}

const granted = `
import { Duration, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ${namesIn(readFileSync(index, 'utf8')).join(', ')} } from 'cdk-maas-mirror';
declare const stack: Stack;
declare const mirrorBucket: Bucket;
declare const workBucket: Bucket;
`;

function namesIn(exportLines: string): string[] {
  return [...exportLines.matchAll(/\{([^}]*)\}/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
}

/**
 * Types of this package that something exported is made of and that are not exported themselves, each with the place
 * that needs it: `MirrorFunctionProps.signingKey: BoundSigningKey`.
 */
export function hiddenTypes(program: ts.Program, face = exportsOf(program)): string[] {
  const checker = program.getTypeChecker();
  const exported = new Set(face.values());
  const hidden = new Set<string>();
  const seen = new Set<ts.Type>();

  for (const [name, symbol] of face) {
    members(checker.getDeclaredTypeOfSymbol(symbol), name);
    for (const base of basesOf(symbol)) type(base, name);
    if (symbol.valueDeclaration) {
      const value = checker.getTypeOfSymbol(symbol);
      members(value, name);
      for (const made of value.getConstructSignatures()) signature(made, name);
    }
  }
  return [...hidden].sort();

  function members(of: ts.Type, name: string): void {
    for (const member of of.getProperties().filter(isOurs).filter(isPublic)) {
      type(checker.getTypeOfSymbol(member), `${name}.${member.name}`);
    }
  }

  function type(one: ts.Type, where: string): void {
    for (const symbol of [one.aliasSymbol, one.getSymbol()]) {
      if (symbol === undefined || !isOurs(symbol) || !isNamed(symbol)) continue;
      if (!exported.has(symbol)) hidden.add(`${where}: ${symbol.name}`);
      return;
    }
    if (seen.has(one)) return;
    seen.add(one);
    if (one.isUnionOrIntersection()) for (const part of one.types) type(part, where);
    for (const argument of checker.getTypeArguments(one as ts.TypeReference)) type(argument, where);
    for (const argument of one.aliasTypeArguments ?? []) type(argument, where);
    for (const called of one.getCallSignatures()) signature(called, where);
    if (isOurs(one.getSymbol())) members(one, where); // a type without a name
  }

  function signature(called: ts.Signature, where: string): void {
    for (const parameter of called.getParameters()) type(checker.getTypeOfSymbol(parameter), where);
    type(called.getReturnType(), where);
  }

  function basesOf(symbol: ts.Symbol): ts.Type[] {
    const declared = checker.getDeclaredTypeOfSymbol(symbol);
    return declared.isClassOrInterface() ? checker.getBaseTypes(declared) : [];
  }
}

/** Every name that lib/index.ts exports, with what it stands for. */
export function exportsOf(program: ts.Program): Map<string, ts.Symbol> {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(index);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${index} exports nothing`);
  return new Map(
    checker
      .getExportsOfModule(module)
      .map((symbol) => [symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]),
  );
}

function isOurs(symbol: ts.Symbol | undefined): boolean {
  const [declaration] = symbol?.declarations ?? [];
  return declaration !== undefined && relative(root, declaration.getSourceFile().fileName).startsWith('lib/');
}

function isNamed({ flags }: ts.Symbol): boolean {
  return (
    (flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Enum)) !== 0
  );
}

function isPublic({ declarations = [] }: ts.Symbol): boolean {
  return declarations.every((one) => (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private) === 0);
}
