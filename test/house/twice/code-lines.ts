import ts from 'typescript';

/** A line of code that counts. */
export interface CodeLine {
  /** Counted from 1. */
  readonly line: number;
  /** As it is written, without comments and with single spaces. */
  readonly text: string;
  /** The same without its names, strings and numbers. */
  readonly shape: string;
  /** How many names, strings, numbers and keywords are on it. */
  readonly words: number;
}

/**
 * The lines of a source by which it is compared with others: without imports, comments, blank lines and lines of
 * punctuation alone.
 */
export function codeLines(source: string): CodeLine[] {
  const parsed = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, false);
  const pieces = piecesOf(parsed, source);
  const texts = pieces
    .map(({ written }) => written)
    .join('')
    .split('\n');
  const shapes = pieces
    .map(({ shape }) => shape)
    .join('')
    .split('\n');
  return shapes.flatMap((line, index) => {
    const shape = folded(line);
    const words = shape.match(/\w+/g)?.length ?? 0;
    return words === 0 ? [] : [{ line: index + 1, text: folded(texts[index] ?? ''), shape, words }];
  });
}

/** A stretch of a source, in both forms; each has the line breaks of the source. */
interface Piece {
  readonly written: string;
  readonly shape: string;
}

function piecesOf(parsed: ts.SourceFile, source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const upTo = (start: number) => {
    const between = withoutComments(source.slice(at, start));
    pieces.push({ written: between, shape: between });
  };
  const put = (node: ts.Node, shape: string, written?: string) => {
    const start = node.getStart(parsed);
    upTo(start);
    const text = source.slice(start, node.end);
    const breaks = '\n'.repeat(text.split('\n').length - 1);
    pieces.push({ written: written === undefined ? text : written + breaks, shape: shape + breaks });
    at = node.end;
  };
  const walk = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) return put(node, '', '');
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return put(node, 'n');
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return put(node, 's');
    if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) return put(node, 's');
    if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return put(node, '0');
    if (ts.isRegularExpressionLiteral(node)) return put(node, 'r');
    ts.forEachChild(node, walk);
  };
  walk(parsed);
  upTo(source.length);
  return pieces;
}

/** Of a stretch that holds keywords and punctuation only. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ''));
}

function folded(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}
