import ts from 'typescript';

/** One `import`, `export … from` or `import()`. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Needs nothing at run time. */
  readonly typeOnly: boolean;
  /** `import()`: loaded when it is met, not when the file is. */
  readonly lazy: boolean;
  /** What is imported by name, as the other file calls it; none when all of it is taken. */
  readonly names: readonly string[];
}

/** A word of the source that may be reserved: `setTimeout`, `Date.now`, `new Date()`. */
export interface Word {
  readonly name: string;
  readonly line: number;
}

export interface Source {
  /** From the root of the project, with slashes: `libs/kernel/clock.ts`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly words: readonly Word[];
}

/** Reads what the rules need from a source. Comments and strings are not looked at, since they bind nobody. */
export function parseSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const imports: Import[] = [];
  const words: Word[] = [];
  const declared = new Set<string>();
  const lineOf = (node: ts.Node) => file.getLineAndCharacterOfPosition(node.getStart()).line + 1;

  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) imports.push({ ...found, line: lineOf(node) });
    for (const name of wordsOf(node)) words.push({ name, line: lineOf(node) });
    const own = declaredName(node);
    if (own !== undefined) declared.add(own);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return {
    path,
    lines,
    imports,
    words: words.filter((word) => !declared.has(word.name.split('.')[0] ?? '')),
  };
}

function importOf(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return {
      specifier: node.moduleSpecifier.text,
      typeOnly: isTypeOnly(node.importClause),
      lazy: false,
      names: namesOf(node.importClause),
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const clause = node.exportClause;
    const onlyTypes =
      !!clause && ts.isNamedExports(clause) && clause.elements.every((element) => element.isTypeOnly);
    return {
      specifier: node.moduleSpecifier.text,
      typeOnly: node.isTypeOnly || onlyTypes,
      lazy: false,
      names: [],
    };
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  ) {
    return { specifier: node.argument.literal.text, typeOnly: true, lazy: false, names: [] };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    if (specifier && ts.isStringLiteralLike(specifier)) {
      return { specifier: specifier.text, typeOnly: false, lazy: true, names: [] };
    }
  }
  return undefined;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return (
    !clause.name &&
    !!named &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

function namesOf(clause: ts.ImportClause | undefined): string[] {
  const named = clause?.namedBindings;
  if (!named || clause.name || !ts.isNamedImports(named)) return [];
  return named.elements.map((element) => (element.propertyName ?? element.name).text);
}

function wordsOf(node: ts.Node): string[] {
  if (ts.isNewExpression(node) && nameOf(node.expression) === 'Date' && !node.arguments?.length)
    return ['new Date()'];
  if (ts.isCallExpression(node) && nameOf(node.expression) === 'Date') return ['Date()'];
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isIdentifier(node)) {
    const name = isUse(node) ? nameOf(node) : undefined;
    return name === undefined ? [] : [name];
  }
  return [...destructuredNames(node), ...importedNames(node)];
}

/** `a.b` and `a['b']` as `a.b`. What hangs on `globalThis` has the name it has alone. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  const key = ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
      ? node.argumentExpression.text
      : undefined;
  if (key === undefined) return undefined;
  const owner = nameOf((node as ts.PropertyAccessExpression | ts.ElementAccessExpression).expression);
  if (owner === undefined) return undefined;
  return owner === 'globalThis' ? key : `${owner}.${key}`;
}

/** Whether an expression stands for a value, and is not merely the name of a property or of something declared. */
function isUse(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isIdentifier(node)) return true;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  return (
    !('name' in parent && parent.name === node) && !('propertyName' in parent && parent.propertyName === node)
  );
}

/** `const { env } = process` is `process.env`: the usual way around a rule. */
function destructuredNames(node: ts.Node): string[] {
  if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name) || !node.initializer)
    return [];
  const owner = nameOf(node.initializer);
  if (owner === undefined) return [];
  return node.name.elements.map((element) => {
    const key = (element.propertyName ?? element.name).getText();
    return owner === 'globalThis' ? key : `${owner}.${key}`;
  });
}

/** `import { env } from 'node:process'` is `process.env` as well. */
function importedNames(node: ts.Node): string[] {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return [];
  if (node.moduleSpecifier.text !== 'node:process') return [];
  return namesOf(node.importClause).map((name) => `process.${name}`);
}

/** Names that the file gives to something of its own: they are not the global ones. */
function declaredName(node: ts.Node): string | undefined {
  const declares =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node);
  return declares && node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
