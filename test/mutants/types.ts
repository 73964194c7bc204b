import { join } from 'node:path';
import ts from 'typescript';

/**
 * Asks the compiler whether a file is still right with another text: `npm test` would fail if not. Looks at this one file,
 * not at those that import it.
 */
export function openTypes(root: string): { isRight(file: string, text: string): boolean } {
  const { options, fileNames } = configOf(root);
  const changed = new Map<string, { readonly text: string; readonly version: number }>();
  let version = 0;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (file) => String(changed.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      const text = changed.get(file)?.text ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  const service = ts.createLanguageService(host);
  return {
    isRight(file, text) {
      const path = join(root, file);
      version++;
      changed.set(path, { text, version });
      try {
        return service.getSyntacticDiagnostics(path).length + service.getSemanticDiagnostics(path).length === 0;
      } finally {
        version++;
        changed.set(path, { text: ts.sys.readFile(path) ?? '', version });
      }
    },
  };
}

/** Programs only: tests are many and none of them is changed. */
function configOf(root: string): ts.ParsedCommandLine {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, include: ['lib', 'bin'] }, ts.sys, root);
}
